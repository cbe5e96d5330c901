import type { AccountEvent } from "../account/transition.ts";
import { isStillValid } from "./decide-refresh.ts";
import { cooldownSeconds, type RefreshPolicy, type RotationRule } from "./refresh-policy.ts";
import type { FailureClass } from "./classify-token-failure.ts";

/** What follows from a failed attempt; the commit writes exactly this. */
export interface FailurePlan {
  /** The next alarm; null when nothing is scheduled (only the customer or the operator can act). */
  readonly nextAttemptAt: Date | null;
  /** On-demand callers leave the provider alone until then. */
  readonly cooldownUntil: Date | null;
  readonly consecutiveFailures: number;
  /** The event for the transition function; null when the status has no reason to move. */
  readonly accountEvent: AccountEvent | null;
  /** Whose token is served meanwhile. */
  readonly tokenStillValid: boolean;
}

export interface FailureContext {
  readonly class: FailureClass;
  readonly retryAfterSeconds: number | null;
  readonly expiresAt: Date | null;
  /** Failures in a row before this one. */
  readonly consecutiveFailures: number;
  /** Whether the attempt before this one was in doubt too: then this one was its replay. */
  readonly wasReplay: boolean;
}

/** A provider's Retry-After is believed between a second and a day. */
const retryAfterBounds = { least: 1, most: 86_400 } as const;
const defaultRetryAfterSeconds = 60;

/** An answer that was lost is asked for again this soon (R20): every minute lowers the chance that a grace still holds. */
const replaySeconds = 3;

/**
 * @param random in [0, 1): jitter, so that accounts that failed together do not come back together
 */
export function planAfterFailure(
  context: FailureContext,
  policy: RefreshPolicy,
  now: Date,
  random: number,
): FailurePlan {
  const tokenStillValid = isStillValid(context.expiresAt, now);
  const failures = context.consecutiveFailures + 1;
  const base = { consecutiveFailures: failures, accountEvent: null, tokenStillValid } as const;
  const retryAt = after(now, retrySeconds(policy, context.consecutiveFailures) * (0.9 + 0.2 * random));
  switch (context.class) {
    case "reauthorize":
      return { ...base, nextAttemptAt: null, cooldownUntil: null, accountEvent: { kind: "grant_rejected" } };
    case "rate_limited": {
      const told = context.retryAfterSeconds ?? defaultRetryAfterSeconds;
      const wait = Math.min(retryAfterBounds.most, Math.max(retryAfterBounds.least, told));
      // Jitter only upwards: earlier than Retry-After would be impolite and useless.
      const at = after(now, wait * (1 + 0.2 * random));
      return { ...base, nextAttemptAt: at, cooldownUntil: after(now, wait) };
    }
    case "in_doubt": {
      if (mayReplay(policy.rotation, context.wasReplay)) {
        return { ...base, nextAttemptAt: after(now, replaySeconds * (1 + random)), cooldownUntil: null };
      }
      return { ...base, nextAttemptAt: retryAt, cooldownUntil: after(now, cooldownSeconds) };
    }
    // A client that is rejected is the operator's to mend. The retry is how the account comes back when it is mended.
    case "client_misconfigured":
    case "transient":
      return { ...base, nextAttemptAt: retryAt, cooldownUntil: after(now, cooldownSeconds) };
  }
}

/** R20: once where a replay may trip reuse detection; freely where nothing rotates. */
function mayReplay(rotation: RotationRule, wasReplay: boolean): boolean {
  return rotation.rule === "none" || !wasReplay;
}

/** 3 h, doubling to 24 h, by default. `failuresBefore` is 0 for the first failure. */
export function retrySeconds(policy: RefreshPolicy, failuresBefore: number): number {
  const { initialSeconds, factor, capSeconds } = policy.retry;
  // The exponent is bounded: 2 ** 1024 is Infinity, and min() of it is still the cap, but a factor of 1 must stay exact.
  return Math.min(capSeconds, initialSeconds * factor ** Math.min(failuresBefore, 64));
}

function after(instant: Date, seconds: number): Date {
  return new Date(instant.getTime() + Math.round(seconds * 1000));
}
