import type { Account } from "../domain/account/account.ts";
import {
  classifyTokenFailure,
  defaultFailureRules,
  describeFailure,
  isTriedAgainSoon,
} from "../domain/refresh/classify-token-failure.ts";
import type { CircuitSignal } from "../domain/refresh/circuit.ts";
import { circuitSignalOf } from "../domain/refresh/circuit-signal.ts";
import { isStillValid, type RefreshReason } from "../domain/refresh/decide-refresh.ts";
import { explainFailure, explainHeld, explainSuccess } from "../domain/refresh/explain-attempt.ts";
import { planAfterFailure } from "../domain/refresh/plan-after-failure.ts";
import type { RefreshPolicy } from "../domain/refresh/refresh-policy.ts";
import { scheduleRefresh } from "../domain/refresh/schedule-refresh.ts";
import { toldPace } from "../domain/refresh/told-pace.ts";
import type { DataKey, SealLocation } from "../domain/sealing/envelope.ts";
import { encodeTokenSet, mergeTokenSet, type TokenSet } from "../domain/token/token-set.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import type { AccountChange, Happening, RefreshClaim } from "../ports/account-store.ts";
import type { TokenResult } from "../ports/authorization-server.ts";
import type { Randomness } from "../ports/randomness.ts";
import { plainChange } from "./plain-change.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

type ChangePorts = Pick<RefreshPorts, "clock" | "random" | "vault" | "digests">;

/** What both ends of an attempt know. */
export interface AttemptContext {
  readonly claim: RefreshClaim;
  readonly reason: RefreshReason;
  readonly actor: string;
  readonly policy: RefreshPolicy;
  readonly circuitKey: string;
  readonly sentAt: Date;
  /** Callers of this process that joined. */
  readonly joined: number;
  /** How much earlier than usual alarms ring because a budget is small, seconds (R21). */
  readonly spreadSeconds: number;
}

export function tokenSetLocation(account: Pick<Account, "environmentId" | "id">, version: number): SealLocation {
  return { environmentId: account.environmentId, owner: account.id, field: "token_set", version };
}

/** A server that says its tokens have ended when it gives them must not be asked without a pause. */
const leastPauseMs = 2_000;
/** A token that was rejected sooner than this after it was given was rejected for another reason than its age, seconds. */
const leastLearnedSeconds = 60;

/** The change that a new token set makes. `onto` is the row with the one that it replaces. */
export function successChange(
  ports: ChangePorts,
  context: AttemptContext,
  answer: {
    readonly result: TokenResult & { readonly kind: "tokens" };
    readonly previous: TokenSet;
    readonly dataKey: DataKey;
    readonly onto: Pick<Account, "credentialVersion" | "scopesGranted">;
  },
): AccountChange {
  const { claim, reason, actor, policy } = context;
  const { account, attempt } = claim;
  const now = ports.clock.now();
  const learned = learnedLifetime(context, answer.result);
  const set = renewedTokenSet(context, answer, learned);
  const { refreshToken: before } = answer.previous;
  const rotated = !(set.refreshToken?.equals(before) ?? before === null);
  const { onto } = answer;
  const version = onto.credentialVersion + 1;
  const plaintext = encodeTokenSet(set);
  const { kid, sealed } = ports.vault.seal(answer.dataKey, tokenSetLocation(account, version), plaintext);
  plaintext.fill(0);
  const hasRefreshToken = set.refreshToken !== null;
  const due = notBefore(
    new Date(now.getTime() + leastPauseMs),
    scheduleRefresh(
      { expiresAt: set.expiresAt, issuedAt: set.issuedAt, hasRefreshToken },
      policy,
      now,
      ports.random.fraction(),
      context.spreadSeconds,
    ),
  );
  return {
    ...plainChange(account, {}),
    isAnswer: true,
    ifVersion: onto.credentialVersion,
    expectedScopes: onto.scopesGranted,
    releaseLease: true,
    set: {
      hold: null,
      scopesGranted: set.scopes,
      expiresAt: set.expiresAt,
      issuedAt: set.issuedAt,
      hasRefreshToken,
      refreshDueAt: due,
      cooldownUntil: null,
      consecutiveFailures: 0,
      refreshedAt: now,
      ...(rotated ? { refreshTokenRotatedAt: now } : {}),
      lastError: null,
      credentialVersion: version,
      doubts: 0,
      doubtedAt: null,
      learnedLifetimeSeconds: learned,
      circuitKey: context.circuitKey,
      refreshDelayedAt: null,
    },
    happening: happeningOf(ports.random, "refresh_succeeded", now, actor),
    credential: {
      kind: "replace",
      version,
      kid,
      sealed,
      fingerprint: set.refreshToken === null ? null : ports.digests.digest("refresh_token", set.refreshToken.reveal()),
    },
    attempt: {
      ...attempt,
      outcome: "refreshed",
      httpStatus: answer.result.httpStatus,
      error: null,
      rule: null,
      nextAttemptAt: due,
      explanation: explainSuccess(reason, {
        rotated,
        expiresAt: set.expiresAt,
        nextAttemptAt: due,
        secretUse: answer.result.secretUse,
      }),
      waiters: context.joined,
    },
    audit: [
      {
        environmentId: account.environmentId,
        actor,
        action: "credential.sealed",
        target: account.id,
        accountId: account.id,
        keyId: kid,
        detail: { field: "token_set", version, reason: "refreshed" },
      },
    ],
  };
}

function renewedTokenSet(
  context: AttemptContext,
  answer: { readonly result: TokenResult & { readonly kind: "tokens" }; readonly previous: TokenSet },
  learned: number | null,
): TokenSet {
  const merged = mergeTokenSet(answer.previous, answer.result.response, context.sentAt);
  const expiresAt = merged.expiresAt ?? (learned === null ? null : new Date(context.sentAt.getTime() + learned * 1000));
  // RFC 6749 §4.4.3: a refresh token has no place here; should one come, it is no grant of a customer.
  return { ...merged, expiresAt, ...(context.policy.grant === "client_credentials" ? { refreshToken: null } : {}) };
}

/**
 * R17: where nothing says how long a token lives, its rejection does. It lived no longer than it was old then; the shortest such
 * age counts, and a server that begins to say it is believed at once.
 */
function learnedLifetime(
  { claim, reason, sentAt }: AttemptContext,
  result: TokenResult & { readonly kind: "tokens" },
): number | null {
  const { issuedAt, expiresAt, learnedLifetimeSeconds: known } = claim.account;
  if (result.response.expiresAt !== null) return null;
  const isUntold = expiresAt === null || known !== null;
  if (reason !== "rejected_token" || !isUntold || issuedAt === null) return known;
  const age = Math.floor((sentAt.getTime() - issuedAt.getTime()) / 1000);
  return age < leastLearnedSeconds ? known : Math.min(known ?? age, age);
}

function notBefore(least: Date, instant: Date | null): Date | null {
  return instant !== null && instant < least ? least : instant;
}

/** The change that a failure makes, and what it taught about the endpoint. */
export function failureChange(
  ports: ChangePorts,
  context: AttemptContext,
  result: TokenResult & { readonly kind: "failure" },
): { readonly change: AccountChange; readonly signal: CircuitSignal | null } {
  const { claim, reason, actor, policy } = context;
  const { account, attempt } = claim;
  const now = ports.clock.now();
  const rules = [...policy.failureRules, ...defaultFailureRules];
  const { class: failureClass, rule } = classifyTokenFailure(result.failure, rules, {
    ownsClient: account.clientId !== null,
    grant: policy.grant,
    asksForSubject: policy.asksForSubject,
  });
  const { retryAfterSeconds, rateLimit } = toldPace(result.failure, failureClass);
  const planned = planAfterFailure(
    {
      class: failureClass,
      isSoon: isTriedAgainSoon(result.failure),
      retryAfterSeconds,
      expiresAt: account.expiresAt,
      consecutiveFailures: account.consecutiveFailures,
      doubts: account.doubts,
      doubtedAt: account.doubtedAt,
      sentAt: context.sentAt,
    },
    policy,
    now,
    ports.random.fraction(),
  );
  // Only an active account is served meanwhile, and only one that is not held is tried again (R25, R26).
  const isActive = account.status === "active";
  const plan = {
    ...planned,
    ...(isActive && account.hold === null ? {} : { nextAttemptAt: null }),
    ...(isActive ? {} : { tokenStillValid: false }),
  };
  const message = describeFailure(result.failure);
  const isInDoubt = failureClass === "in_doubt";
  const change: AccountChange = {
    // By fence and version: a refusal of credentials that were replaced says nothing about the new ones (crash window W8).
    ...plainChange(account, {}),
    releaseLease: true,
    set: {
      // A hold that is released meanwhile leaves this alarm; while it lasts, the store writes none.
      refreshDueAt: isActive ? planned.nextAttemptAt : null,
      cooldownUntil: plan.cooldownUntil,
      consecutiveFailures: plan.consecutiveFailures,
      lastError: { code: failureClass, message, at: now },
      circuitKey: context.circuitKey,
      ...(isInDoubt ? { doubts: account.doubts + 1, doubtedAt: context.sentAt } : {}),
    },
    happening:
      plan.accountEvent === null ? null : happeningOf(ports.random, plan.accountEvent.kind, now, actor, message),
    credential: null,
    attempt: {
      ...attempt,
      outcome: failureClass,
      httpStatus: result.httpStatus,
      error: message,
      rule: rule.id,
      nextAttemptAt: plan.nextAttemptAt,
      explanation: explainFailure(reason, rule, failureClass, plan, account.doubts, now, result.secretUse),
      ...(rateLimit === null ? {} : { rateLimit }),
      waiters: context.joined,
    },
    guard:
      failureClass === "reauthorize"
        ? { policy: policy.massFailure, explanation: explainHeld(reason, rule, isStillValid(account.expiresAt, now)) }
        : null,
    completes: null,
    audit: [],
  };
  return { change, signal: circuitSignalOf(result.failure, failureClass, account.id, retryAfterSeconds) };
}

export function happeningOf(
  random: Randomness,
  kind: Happening["event"]["kind"],
  at: Date,
  actor: string,
  lastError: string | null = null,
): Happening {
  return { event: { kind }, eventId: makeId("evt", random.bytes(idRandomBytes)), at, lastError, actor };
}
