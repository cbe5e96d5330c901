import { DomainError } from "../domain/problem/domain-error.ts";
import type { Account } from "../domain/account/account.ts";
import { transition } from "../domain/account/transition.ts";
import {
  classifyTokenFailure,
  defaultFailureRules,
  describeFailure,
} from "../domain/refresh/classify-token-failure.ts";
import { decideRefresh, type RefreshDemand } from "../domain/refresh/decide-refresh.ts";
import { explainFailure, explainSuccess, explainSuperseded } from "../domain/refresh/explain-attempt.ts";
import { planAfterFailure } from "../domain/refresh/plan-after-failure.ts";
import { leaseSeconds } from "../domain/refresh/refresh-policy.ts";
import { scheduleRefresh } from "../domain/refresh/schedule-refresh.ts";
import type { DataKey, SealLocation } from "../domain/sealing/envelope.ts";
import { decodeTokenSet, encodeTokenSet, mergeTokenSet, type TokenSet } from "../domain/token/token-set.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import type { AccountChange, AttemptResult, RefreshClaim } from "../ports/account-store.ts";
import type { ClientSecret, TokenResult } from "../ports/authorization-server.ts";
import { eventOf } from "./account-event.ts";
import { commitAnswer, replaySpool } from "./commit-answer.ts";
import { openClientSecret, type LoadedIntegration } from "./load-integration.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

/** How one attempt ended, for its caller and for everybody who joined it. */
export type AttemptConclusion =
  | { readonly kind: "refreshed"; readonly account: Account }
  | { readonly kind: "failed"; readonly account: Account; readonly attempt: AttemptResult }
  /** The credentials were replaced while the request ran. Decide anew. */
  | { readonly kind: "superseded" }
  /** The claim was not won, or the claimed row turned out fresh. Decide anew. */
  | { readonly kind: "not_started" };

export interface AttemptInput {
  readonly environmentId: string;
  readonly accountId: string;
  readonly demand: RefreshDemand;
  readonly actor: string;
}

/**
 * One attempt: prepare, claim, decide again, ask, classify, commit (ARCHITECTURE, A refresh from end to end, 3 to 7).
 * Everything that can fail without the provider (KMS, client secret) comes before the claim or before the request.
 */
export async function attemptRefresh(
  ports: RefreshPorts,
  input: AttemptInput,
  integration: LoadedIntegration,
  joined: () => number,
): Promise<AttemptConclusion> {
  // An answer that waits on this machine's disk is newer than the row: it goes first, or its rotated token would be lost.
  const replayed = await replaySpool(ports, input.accountId);
  if (replayed.stuck > 0) {
    throw new DomainError("internal_error", {
      detail: "",
      internal: `an answer for ${input.accountId} waits and can't be written`,
    });
  }
  if (replayed.written > 0) return { kind: "not_started" };
  const dataKey = await ports.vault.prepare(input.environmentId);
  try {
    return await attemptWith(ports, input, integration, dataKey, joined);
  } finally {
    // Sealing uses it up; an attempt that sealed nothing must not leave it in memory either.
    dataKey.key.fill(0);
  }
}

async function attemptWith(
  ports: RefreshPorts,
  input: AttemptInput,
  integration: LoadedIntegration,
  dataKey: DataKey,
  joined: () => number,
): Promise<AttemptConclusion> {
  const secret = await openClientSecret(ports.vault, integration.configured, input.actor);
  const startedMs = ports.clock.monotonicMs();
  const startedAt = ports.clock.now().getTime();
  const claim = await ports.accounts.claim({
    environmentId: input.environmentId,
    accountId: input.accountId,
    attemptId: makeId("att", ports.random.bytes(idRandomBytes)),
    owner: ports.owner,
    leaseSeconds,
    reason: input.demand.reason,
    statuses: input.demand.reason === "forced" ? ["active", "needs_reauth"] : ["active"],
  });
  if (claim === null) return { kind: "not_started" };

  const { account, credential } = claim;
  const policy = integration.resolved.refreshPolicy;
  // R11: freshness is decided again under the lease; somebody may have refreshed between the decision and the claim.
  const again = decideRefresh({ ...account, leaseUntil: null }, policy, input.demand, ports.clock.now());
  if (again.kind !== "due" || credential === null) {
    await ports.accounts.abandon(claim);
    return { kind: "not_started" };
  }

  const previous = await openTokenSet(ports, claim, credential.sealed, input.actor);
  // A process that was paused since its claim must not send under a lease that is about to end (crash window W6).
  // Two clocks: the monotonic one stands still while a machine is suspended, the other one may be set.
  const heldMs = Math.max(ports.clock.monotonicMs() - startedMs, ports.clock.now().getTime() - startedAt);
  const spareMs = (leaseSeconds - policy.timeoutSeconds) * 1000;
  if (heldMs > spareMs / 2 || previous.refreshToken === null) {
    await ports.accounts.abandon(claim);
    return { kind: "not_started" };
  }

  const sentAt = ports.clock.now();
  const result = await ports.server
    .refresh(integration.resolved, secret, previous.refreshToken)
    .catch(async (error: unknown) => {
      // The port never throws for what a provider does: nothing was sent, and the lease must not wait for its end.
      await ports.accounts.abandon(claim);
      throw error;
    });
  const change =
    result.kind === "tokens"
      ? successChange(ports, { claim, input, integration, previous, result, sentAt, dataKey, joined: joined() })
      : failureChange(ports, { claim, input, integration, result, joined: joined() });
  const supersede = async (): Promise<AttemptConclusion> => {
    if (result.kind === "tokens") await revokeOrphan(ports, input, integration, secret, result.response.refreshToken);
    return await discard(ports, claim, change);
  };
  const written = await commitAnswer(ports, change, async (account) => {
    if (account === null) await supersede();
  });
  if (written === null) return await supersede();
  return change.attempt?.outcome === "refreshed"
    ? { kind: "refreshed", account: written }
    : { kind: "failed", account: written, attempt: change.attempt as AttemptResult };
}

async function openTokenSet(
  ports: RefreshPorts,
  claim: RefreshClaim,
  sealed: Uint8Array,
  actor: string,
): Promise<TokenSet> {
  try {
    const bytes = await ports.vault.open(tokenSetLocation(claim.account, claim.account.credentialVersion), sealed, {
      actor,
      accountId: claim.account.id,
      purpose: "refresh",
    });
    const set = decodeTokenSet(bytes);
    bytes.fill(0);
    return set;
  } catch (error) {
    // Nothing was sent: the lease goes back at once, so that a KMS that recovers finds the account free.
    await ports.accounts.abandon(claim);
    throw error;
  }
}

export function tokenSetLocation(account: Pick<Account, "environmentId" | "id">, version: number): SealLocation {
  return { environmentId: account.environmentId, owner: account.id, field: "token_set", version };
}

/** A server that says its tokens have ended when it gives them must not be asked without a pause. */
const leastPauseMs = 2_000;

function notBefore(least: Date, instant: Date | null): Date | null {
  return instant !== null && instant < least ? least : instant;
}

interface SuccessContext {
  readonly claim: RefreshClaim;
  readonly input: AttemptInput;
  readonly integration: LoadedIntegration;
  readonly previous: TokenSet;
  readonly result: TokenResult & { readonly kind: "tokens" };
  readonly sentAt: Date;
  readonly dataKey: DataKey;
  readonly joined: number;
}

function successChange(ports: RefreshPorts, context: SuccessContext): AccountChange {
  const { claim, input, previous, result, sentAt, dataKey } = context;
  const { account, attempt } = claim;
  const now = ports.clock.now();
  const merged = mergeTokenSet(previous, result.response, sentAt);
  const rotated = merged.refreshToken !== previous.refreshToken;
  const version = account.credentialVersion + 1;
  const plaintext = encodeTokenSet(merged);
  const { kid, sealed } = ports.vault.seal(dataKey, tokenSetLocation(account, version), plaintext);
  plaintext.fill(0);
  const hasRefreshToken = merged.refreshToken !== null;
  const due = notBefore(
    new Date(now.getTime() + leastPauseMs),
    scheduleRefresh(
      { expiresAt: merged.expiresAt, issuedAt: merged.issuedAt, hasRefreshToken },
      context.integration.resolved.refreshPolicy,
      now,
      ports.random.fraction(),
    ),
  );
  const moved = transition(account.status, { kind: "refresh_succeeded" });
  return {
    accountId: account.id,
    environmentId: account.environmentId,
    ifFence: account.fence,
    raiseFence: false,
    releaseLease: true,
    set: {
      ...(moved === null ? {} : { status: moved.to, reauthRequiredAt: null }),
      scopesGranted: merged.scopes,
      expiresAt: merged.expiresAt,
      issuedAt: merged.issuedAt,
      hasRefreshToken,
      refreshDueAt: due,
      cooldownUntil: null,
      consecutiveFailures: 0,
      refreshedAt: now,
      ...(rotated ? { refreshTokenRotatedAt: now } : {}),
      lastError: null,
      credentialVersion: version,
    },
    credential: {
      kind: "replace",
      version,
      kid,
      sealed,
      fingerprint: merged.refreshToken === null ? null : ports.digests.digest("refresh_token", merged.refreshToken),
    },
    attempt: {
      id: attempt.id,
      startedAt: attempt.startedAt,
      outcome: "refreshed",
      httpStatus: result.httpStatus,
      error: null,
      rule: null,
      nextAttemptAt: due,
      explanation: explainSuccess(input.demand.reason, { rotated, expiresAt: merged.expiresAt, nextAttemptAt: due }),
      waiters: context.joined,
    },
    event: eventOf(ports.random, moved),
    completes: null,
    audit: [
      {
        environmentId: account.environmentId,
        actor: input.actor,
        action: "credential.sealed",
        target: account.id,
        accountId: account.id,
        keyId: kid,
        detail: { field: "token_set", version, reason: "refreshed" },
      },
      ...(moved === null ? [] : [transitionRecord(account, input.actor, moved.from, moved.to)]),
    ],
  };
}

interface FailureContext {
  readonly claim: RefreshClaim;
  readonly input: AttemptInput;
  readonly integration: LoadedIntegration;
  readonly result: TokenResult & { readonly kind: "failure" };
  readonly joined: number;
}

function failureChange(ports: RefreshPorts, context: FailureContext): AccountChange {
  const { claim, input, result } = context;
  const { account, attempt } = claim;
  const now = ports.clock.now();
  const { class: failureClass, rule } = classifyTokenFailure(result.failure, defaultFailureRules);
  const plan = planAfterFailure(
    {
      class: failureClass,
      retryAfterSeconds: "retryAfterSeconds" in result.failure ? result.failure.retryAfterSeconds : null,
      expiresAt: account.expiresAt,
      consecutiveFailures: account.consecutiveFailures,
      wasReplay: claim.isReplay,
    },
    context.integration.resolved.refreshPolicy,
    now,
    ports.random.fraction(),
  );
  const moved = plan.accountEvent === null ? null : transition(account.status, plan.accountEvent);
  const message = describeFailure(result.failure);
  const status = moved?.to ?? account.status;
  return {
    accountId: account.id,
    environmentId: account.environmentId,
    ifFence: account.fence,
    raiseFence: false,
    releaseLease: true,
    set: {
      ...(moved === null ? {} : { status: moved.to, reauthRequiredAt: now }),
      // Only an active account has an alarm (R25): a forced try of a dead one must not give it one.
      refreshDueAt: status === "active" ? plan.nextAttemptAt : null,
      cooldownUntil: plan.cooldownUntil,
      consecutiveFailures: plan.consecutiveFailures,
      lastError: { code: failureClass, message, at: now },
    },
    credential: null,
    attempt: {
      id: attempt.id,
      startedAt: attempt.startedAt,
      outcome: failureClass,
      httpStatus: result.httpStatus,
      error: message,
      rule: rule.id,
      nextAttemptAt: status === "active" ? plan.nextAttemptAt : null,
      explanation: explainFailure(input.demand.reason, rule, failureClass, plan),
      waiters: context.joined,
    },
    event: eventOf(ports.random, moved, message),
    completes: null,
    audit: moved === null ? [] : [transitionRecord(account, input.actor, moved.from, moved.to)],
  };
}

export function transitionRecord(
  account: Pick<Account, "environmentId" | "id">,
  actor: string,
  from: string,
  to: string,
): AccountChange["audit"][number] {
  return {
    environmentId: account.environmentId,
    actor,
    action: "account.transitioned",
    target: account.id,
    accountId: account.id,
    detail: { from, to },
  };
}

/** The late answer: its writer lost the fence, so nothing of it is kept, and the attempt says so. */
async function discard(ports: RefreshPorts, claim: RefreshClaim, change: AccountChange): Promise<AttemptConclusion> {
  ports.log.warn({ account: change.accountId, attempt: claim.attempt.id }, "a late answer was discarded");
  if (change.attempt !== null) {
    await ports.accounts.finishAttempt(change.environmentId, {
      ...change.attempt,
      outcome: "superseded",
      nextAttemptAt: null,
      explanation: explainSuperseded,
    });
  }
  return { kind: "superseded" };
}

/**
 * A refresh that was in flight when its account was disconnected leaves a token that nobody keeps: it is ended at the provider
 * (checklist C3). After a re-authorization it is left alone: where grants are families, ending the old one may end the new.
 */
async function revokeOrphan(
  ports: RefreshPorts,
  input: AttemptInput,
  integration: LoadedIntegration,
  secret: ClientSecret,
  refreshToken: string | null,
): Promise<void> {
  if (refreshToken === null || refreshToken === "" || integration.resolved.revocationEndpoint === null) return;
  const account = await ports.accounts.find(input.environmentId, input.accountId);
  if (account !== null && account.status !== "disconnected") return;
  await ports.server.revoke(integration.resolved, secret, refreshToken, "refresh_token");
}
