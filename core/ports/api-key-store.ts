import type { KeyPermission } from "../domain/access/permission.ts";
import type { AuditRecord } from "../domain/audit/audit-record.ts";

/** An API key without itself. */
export interface ApiKey {
  readonly id: string;
  readonly environmentId: string;
  readonly environment: string;
  readonly name: string;
  readonly lastFour: string;
  readonly permissions: readonly KeyPermission[];
  /** Empty: all. */
  readonly tenantIds: readonly string[];
  /** Empty: all. */
  readonly integrationNames: readonly string[];
  /** Ranges in CIDR form from which the key may be used; empty: anywhere. */
  readonly addresses: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  /** Refused since then, until somebody starts it again. */
  readonly stoppedAt: Date | null;
  readonly stoppedBy: string | null;
  readonly lastUsedAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface NewApiKey extends Pick<
  ApiKey,
  | "id"
  | "environmentId"
  | "name"
  | "lastFour"
  | "permissions"
  | "tenantIds"
  | "integrationNames"
  | "addresses"
  | "expiresAt"
  | "createdBy"
> {
  readonly digest: Uint8Array;
}

export interface ApiKeyFilter {
  /** `in_force`: also those that are stopped, which can be started again. `over`: revoked or expired. */
  readonly state: "in_force" | "over" | "all";
  readonly limit: number;
  readonly before: { readonly at: Date; readonly id: string } | null;
}

/** What a key was used for lately. */
export interface ApiKeyActivity {
  /** Credentials that it opened within a day. */
  readonly openings: number;
  /** Of how many tenants within one of its hours, the most. */
  readonly mostTenants: number;
  /** Where it was used from, the latest first. */
  readonly networks: readonly { readonly network: string; readonly lastSeenAt: Date }[];
  /** Keys that were made with it, and are in force. */
  readonly madeKeys: readonly string[];
}

/** API keys, as they are administered. Whose request it is, is asked of another part (AccessStore of the adapters). */
export interface ApiKeyStore {
  find(environmentId: string, id: string): Promise<ApiKey | null>;
  /** Newest first; one more than the limit where there are more. */
  list(environmentId: string, filter: ApiKeyFilter): Promise<readonly ApiKey[]>;
  /** Of every environment, newest first. */
  listAll(environmentId: string | null): Promise<readonly ApiKey[]>;
  activity(environmentId: string, id: string): Promise<ApiKeyActivity>;
  /**
   * With its audit record; the same id again makes nothing.
   *
   * @param most so many may be in force in an environment
   * @returns `full`: there are as many; `maker_gone`: the key that asks was revoked, stopped or ended meanwhile
   */
  create(key: NewApiKey, most: number, audit: AuditRecord): Promise<"made" | "full" | "maker_gone">;
  /** With its audit record. @returns false: there is no such key that is not revoked yet */
  revoke(environmentId: string, id: string, actor: string): Promise<boolean>;
}
