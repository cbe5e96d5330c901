/** What becomes of a refresh token that was sent and whose answer was lost (quirks: refresh-token behaviour). */
export type RotationRule =
  | { readonly rule: "none" }
  | { readonly rule: "grace"; readonly graceSeconds: number }
  | { readonly rule: "single_use" }
  | { readonly rule: "family_revocation" };

/** How one integration's tokens are kept fresh. Durations in seconds. */
export interface RefreshPolicy {
  /** The alarm rings this long before expiry, at a random point between the two. */
  readonly windowSeconds: readonly [number, number];
  /** Less than this left: refresh before use. */
  readonly bufferSeconds: number;
  /** Deadline of the token request; always below the lease. */
  readonly timeoutSeconds: number;
  readonly rotation: RotationRule;
  readonly retry: { readonly initialSeconds: number; readonly factor: number; readonly capSeconds: number };
}

/** The exclusive right to refresh one account ends after this, whatever its holder does (R12). */
export const leaseSeconds = 30;

/** The deadline stays this far below the lease, so that an answer can still be written under it. */
export const leaseMarginSeconds = 5;

/** After a failed attempt, on-demand callers wait this long before the provider is asked again. */
export const cooldownSeconds = 30;

export const defaultRefreshPolicy: RefreshPolicy = {
  windowSeconds: [60, 180],
  bufferSeconds: 30,
  timeoutSeconds: 20,
  rotation: { rule: "single_use" },
  retry: { initialSeconds: 10_800, factor: 2, capSeconds: 86_400 },
};

/** The sweep turns alarms into jobs this far ahead; what falls due sooner is enqueued by the commit that set it. */
export const sweepHorizonSeconds = 120;
