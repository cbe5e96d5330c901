import type { FailureRules } from "./classify-token-failure.ts";

/** What becomes of a refresh token that was sent and whose answer was lost (quirks: refresh-token behaviour). */
export type RotationRule =
  | { readonly rule: "none" }
  | { readonly rule: "grace"; readonly graceSeconds: number }
  | { readonly rule: "single_use" }
  | { readonly rule: "family_revocation" };

/** How one integration's tokens are kept fresh. Durations in seconds. */
export interface RefreshPolicy {
  /** What a new access token is asked for with: the refresh token (RFC 6749 §6), the client alone (§4.4), or nothing. */
  readonly grant: "refresh_token" | "client_credentials" | "none";
  /** The client asks for somebody whom the account names (RFC 7523): a refused grant is about them, and not about the client. */
  readonly asksForSubject: boolean;
  /** The alarm rings this long before expiry, at a random point between the two. */
  readonly windowSeconds: readonly [number, number];
  /** Less than this left: refresh before use. */
  readonly bufferSeconds: number;
  /** The provider refuses a refresh while the token has more than this left; null: it takes one at any time. */
  readonly earliestSeconds: number | null;
  /** Tokens that live longer than a day are refreshed between these hours of the day (UTC, the second may be the smaller one). */
  readonly quietHoursUtc: readonly [from: number, to: number] | null;
  /** Deadline of the token request; always below the lease. */
  readonly timeoutSeconds: number;
  readonly rotation: RotationRule;
  readonly retry: { readonly initialSeconds: number; readonly factor: number; readonly capSeconds: number };
  /** The integration's own failure rules; they come before the default ones. */
  readonly failureRules: FailureRules;
  /** What the OAuth client may ask of the token endpoint, over all processes; null: no limit is known. */
  readonly budget: { readonly concurrency: number | null; readonly perMinute: number | null };
  /** R26: so many accounts, and this share of a client's active ones, within the window: the further ones are held. */
  readonly massFailure: { readonly accounts: number; readonly share: number; readonly windowSeconds: number };
}

/** The exclusive right to refresh one account ends after this, whatever its holder does (R12). */
export const leaseSeconds = 30;

/** The deadline stays this far below the lease, so that an answer can still be written under it. */
export const leaseMarginSeconds = 5;

/** After a failed attempt, on-demand callers wait this long before the provider is asked again. */
export const cooldownSeconds = 30;

export const defaultRefreshPolicy: RefreshPolicy = {
  grant: "refresh_token",
  asksForSubject: false,
  windowSeconds: [60, 180],
  bufferSeconds: 30,
  earliestSeconds: null,
  quietHoursUtc: null,
  timeoutSeconds: 20,
  rotation: { rule: "single_use" },
  retry: { initialSeconds: 10_800, factor: 2, capSeconds: 86_400 },
  failureRules: [],
  budget: { concurrency: null, perMinute: null },
  massFailure: { accounts: 20, share: 0.2, windowSeconds: 600 },
};

/**
 * The database counts as steady after this long without a failure: longer than an answer that waits pauses between two tries, so
 * whoever holds one and lives has written it by then.
 */
export const steadySeconds = 10;

/** The sweep turns alarms into jobs this far ahead; what falls due sooner is enqueued by the commit that set it. */
export const sweepHorizonSeconds = 120;

/** Whether there is anything to ask for a new access token with. */
export function isRenewable(
  token: { readonly hasRefreshToken: boolean },
  policy: Pick<RefreshPolicy, "grant">,
): boolean {
  return policy.grant === "client_credentials" || (policy.grant === "refresh_token" && token.hasRefreshToken);
}
