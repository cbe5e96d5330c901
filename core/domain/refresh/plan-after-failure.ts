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
  /** isTriedAgainSoon; absent: it is not. */
  readonly isSoon?: boolean;
  readonly retryAfterSeconds: number | null;
  readonly expiresAt: Date | null;
  /** Failures in a row before this one. */
  readonly consecutiveFailures: number;
  /** Answers to requests with these credentials that were lost before this one, and when the latest was sent. */
  readonly doubts: number;
  readonly doubtedAt: Date | null;
  /** When this request was sent. */
  readonly sentAt: Date;
}

/** A provider's Retry-After is believed between a second and a day. */
const retryAfterBounds = { least: 1, most: 86_400 } as const;
const defaultRetryAfterSeconds = 60;

/** An answer that was lost is asked for again this soon (R20): every minute lowers the chance that a grace still holds. */
const replaySeconds = 3;
/** Replays that cost nothing slow down to this. */
const slowestReplaySeconds = 300;
/** When no replay is left, the question is asked anew after this, doubling: only a clear answer is a verdict. */
const verdictSeconds = 300;
/** The grace must still hold when the replay arrives. */
const graceMarginSeconds = 2;

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
  const usual = retrySeconds(policy, context.consecutiveFailures);
  const wait = context.isSoon === true ? Math.min(usual, soonSeconds(context.consecutiveFailures)) : usual;
  const retryAt = after(now, wait * (0.9 + 0.2 * random));
  const coolsUntil = after(now, context.isSoon === true ? soonCooldownSeconds : cooldownSeconds);
  switch (context.class) {
    case "reauthorize":
      return { ...base, nextAttemptAt: null, cooldownUntil: null, accountEvent: { kind: "grant_rejected" } };
    case "rate_limited": {
      const told = context.retryAfterSeconds ?? defaultRetryAfterSeconds;
      // An open question keeps its own pace besides.
      const isAllowed =
        context.doubts === 0 || mayReplay(policy.rotation, context.doubts, context.doubtedAt ?? now, after(now, told));
      const least = isAllowed ? retryAfterBounds.least : verdictPause(context.doubts);
      const pause = Math.min(retryAfterBounds.most, Math.max(least, told));
      // Jitter only upwards: earlier than Retry-After would be impolite and useless.
      const at = after(now, pause * (1 + 0.2 * random));
      return { ...base, nextAttemptAt: at, cooldownUntil: after(now, pause) };
    }
    case "in_doubt":
      return { ...base, ...planInDoubt(context, policy, now, random) };
    case "transient": {
      if (context.doubts === 0) return { ...base, nextAttemptAt: retryAt, cooldownUntil: coolsUntil };
      // The question that a lost answer left is still open, and waiting hours would let a grace run out.
      const replayAt = after(now, replayPause(context.consecutiveFailures) * (1 + random));
      const isAllowed = mayReplay(policy.rotation, context.doubts, context.doubtedAt ?? context.sentAt, replayAt);
      const at = isAllowed ? replayAt : after(now, verdictPause(context.doubts) * (0.9 + 0.2 * random));
      return { ...base, nextAttemptAt: at, cooldownUntil: at };
    }
    // A client that is rejected is the operator's to mend. The retry is how the account comes back when it is mended.
    case "client_misconfigured":
      return { ...base, nextAttemptAt: retryAt, cooldownUntil: coolsUntil };
  }
}

/** What spared the provider needs no pause for its sake: it is there to spare ourselves. */
const soonCooldownSeconds = 5;

/** A minute, doubling to a quarter of an hour. */
function soonSeconds(failuresBefore: number): number {
  return Math.min(900, 60 * 2 ** Math.min(failuresBefore, 16));
}

/**
 * A grace is counted from the latest request: asking again risks nothing that the latest one did not risk.
 *
 * R20: once where a replay may trip reuse detection, within the grace where there is one, freely where nothing rotates. After
 * that the answer stays unknown until the endpoint is asked again, minutes later: no account is given up without the provider's
 * own word, and no caller may send meanwhile.
 */
function planInDoubt(
  context: FailureContext,
  policy: RefreshPolicy,
  now: Date,
  random: number,
): Pick<FailurePlan, "nextAttemptAt" | "cooldownUntil"> {
  const doubts = context.doubts + 1;
  const replayAt = after(now, replayPause(doubts - 1) * (1 + random));
  if (mayReplay(policy.rotation, doubts, context.sentAt, replayAt)) {
    // The first replay is anybody's who comes; later ones keep their pace, whoever asks.
    return { nextAttemptAt: replayAt, cooldownUntil: doubts === 1 ? null : replayAt };
  }
  const wait = Math.min(policy.retry.capSeconds, verdictPause(doubts));
  const at = after(now, wait * (0.9 + 0.2 * random));
  return { nextAttemptAt: at, cooldownUntil: at };
}

/** Seconds until an open question is asked again, by how often it was asked in vain. */
function replayPause(asked: number): number {
  return Math.min(slowestReplaySeconds, replaySeconds * 2 ** Math.min(asked, 16));
}

/**
 * When the question that a dead holder left may be asked again; null: at once. Its request counts like any other whose answer was
 * lost, so a second one in a row waits where a replay is allowed once.
 *
 * @param leaseUntil when its lease ended
 */
export function askLeftAt(
  state: {
    readonly doubts: number;
    readonly startedAt: Date;
    readonly leaseUntil: Date;
  },
  rotation: RotationRule,
  now: Date,
): Date | null {
  const doubts = state.doubts + 1;
  if (mayReplay(rotation, doubts, state.startedAt, now)) return null;
  return after(state.leaseUntil, verdictPause(doubts));
}

/**
 * A replay that was planned within a grace and comes too late waits like one that was not allowed; null: it may go. Where it was
 * planned otherwise, the plan itself holds.
 */
export function askOpenQuestionAt(
  state: { readonly doubts: number; readonly doubtedAt: Date | null },
  rotation: RotationRule,
  now: Date,
): Date | null {
  const { doubts, doubtedAt } = state;
  if (rotation.rule !== "grace" || doubts < 2 || doubtedAt === null) return null;
  if (mayReplay(rotation, doubts, doubtedAt, now)) return null;
  return after(doubtedAt, rotation.graceSeconds + verdictPause(doubts));
}

function verdictPause(doubts: number): number {
  return verdictSeconds * 2 ** Math.min(Math.max(doubts - 2, 0), 16);
}

function mayReplay(rotation: RotationRule, doubts: number, since: Date, replayAt: Date): boolean {
  switch (rotation.rule) {
    case "none":
      return true;
    case "grace": {
      const ends = since.getTime() + (rotation.graceSeconds - graceMarginSeconds) * 1000;
      return doubts === 1 || replayAt.getTime() < ends;
    }
    case "single_use":
    case "family_revocation":
      return doubts === 1;
  }
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
