export interface EnvironmentRecord {
  readonly id: string;
  readonly name: string;
  readonly returnUrls: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly branding: Readonly<Record<string, unknown>>;
  readonly reauthLinksInEvents: boolean;
  /** The product's own origin of links and connect pages; null: EVERGRANT_URL. */
  readonly connectUrl: string | null;
}

export interface EnvironmentStore {
  list(): Promise<readonly EnvironmentRecord[]>;
  findById(id: string): Promise<EnvironmentRecord | null>;
  findByName(name: string): Promise<EnvironmentRecord | null>;
}
