import type { Overrides } from "../integration/overrides.ts";

/** `connecting` from the first click of a new link; `active ⇄ needs_reauth`; `disconnected` is final (R30). */
export type AccountStatus = "connecting" | "active" | "needs_reauth" | "disconnected";

/** The latest failure, in words for operators. Never a provider's whole body, never a secret. */
export interface LastError {
  readonly code: string;
  readonly message: string;
  readonly at: Date;
}

/** Who was connected at the provider: `id` is its immutable identifier (never an e-mail address), `label` what people read. */
export interface ExternalAccount {
  readonly id: string;
  readonly label: string | null;
}

/** The mass-disconnect guard's mark: the account waits, its status unchanged (R26). */
export interface Hold {
  readonly reason: "mass_failure";
  readonly at: Date;
}

/** An attempt that was begun and has not ended: its holder is at work, or died. */
export interface OpenAttempt {
  readonly id: string;
  readonly startedAt: Date;
}

/** One tenant, one integration, one grant. Everything but the sealed token set, which stands in a table of its own (R39). */
export interface Account {
  readonly id: string;
  readonly environmentId: string;
  readonly tenantId: string;
  readonly integrationName: string;
  readonly userReference: string | null;
  readonly status: AccountStatus;
  readonly hold: Hold | null;
  readonly externalAccount: ExternalAccount | null;
  readonly scopesRequested: readonly string[];
  readonly scopesGranted: readonly string[];
  /** What the provider's API refused for want of a scope since the customer authorized (R6), whatever token answers say. */
  readonly scopesRefused: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
  /** What came with the grant, by the names that the integration's definition gave it. No secrets. */
  readonly fields: Readonly<Record<string, string>>;
  /** When the access token ends; null where the provider never said. */
  readonly expiresAt: Date | null;
  /** When the access token was obtained; with `expiresAt` it is the lifetime that windows and buffers scale with. */
  readonly issuedAt: Date | null;
  readonly hasRefreshToken: boolean;
  /** The alarm (invariant 9). Null when nothing is to be refreshed. */
  readonly refreshDueAt: Date | null;
  /** No on-demand attempt before this instant. */
  readonly cooldownUntil: Date | null;
  readonly consecutiveFailures: number;
  readonly refreshedAt: Date | null;
  readonly refreshTokenRotatedAt: Date | null;
  readonly reauthRequiredAt: Date | null;
  readonly activatedAt: Date | null;
  readonly lastError: LastError | null;
  /** Grows by one with each new token set; part of what the sealed value is bound to. */
  readonly credentialVersion: number;
  readonly fence: bigint;
  readonly leaseUntil: Date | null;
  readonly attempt: OpenAttempt | null;
  /** Requests with the present credentials whose answers were lost; the latest of them was sent at `doubtedAt`. */
  readonly doubts: number;
  readonly doubtedAt: Date | null;
  /** The fence under which the present credentials were obtained; an answer to a later request may still replace them. */
  readonly credentialFence: bigint;
  /** How long an access token lived where nothing said so, seconds: learned from its rejection (R17). */
  readonly learnedLifetimeSeconds: number | null;
  /** Since when it is told that no valid token is left and refreshing fails; null: it is not so, or not told yet. */
  readonly refreshDelayedAt: Date | null;
  /** The OAuth client that this account brought itself; null: its environment's. */
  readonly clientId: string | null;
  /** What the account lays over its environment's integration (R64). No secrets. */
  readonly overrides: Overrides;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

type Scopes = Pick<Account, "scopesRequested" | "scopesGranted"> & Partial<Pick<Account, "scopesRefused">>;

/** Scopes that were granted, but for those that the API does not honour. */
export function grantedScopes({ scopesGranted, scopesRefused = [] }: Omit<Scopes, "scopesRequested">): string[] {
  return scopesGranted.filter((scope) => !scopesRefused.includes(scope));
}

/** Scopes that were asked for and not granted, in the order asked, and what the API refused besides (R6). */
export function missingScopes(account: Scopes): string[] {
  const granted = new Set(grantedScopes(account));
  const needed = new Set([...account.scopesRequested, ...(account.scopesRefused ?? [])]);
  return [...needed].filter((scope) => !granted.has(scope));
}

/** Whether two lists name the same scopes; their order says nothing (RFC 6749 §3.3). */
export function haveSameScopes(one: readonly string[], other: readonly string[]): boolean {
  const [first, second] = [new Set(one), new Set(other)];
  return first.size === second.size && [...first].every((scope) => second.has(scope));
}
