import { Secret } from "../domain/secret/secret.ts";
import type { Account } from "../domain/account/account.ts";
import { describeFailure, isTriedAgainSoon } from "../domain/refresh/classify-token-failure.ts";
import { explainSuperseded } from "../domain/refresh/explain-attempt.ts";
import type { DataKey } from "../domain/sealing/envelope.ts";
import type { TokenResponse, TokenSet } from "../domain/token/token-set.ts";
import type { AccountChange, AttemptResult, RefreshClaim } from "../ports/account-store.ts";
import type { ClientSecrets, TokenResult } from "../ports/authorization-server.ts";
import { failureChange, successChange, type AttemptContext } from "./attempt-changes.ts";
import type { Admitted, AttemptConclusion, Trip } from "./attempt-refresh.ts";
import { renewFields } from "./capture-fields.ts";
import { commitAnswer } from "./commit-answer.ts";
import { endGrant, isEndable } from "./end-grant.ts";
import { introspectExpiry } from "./introspect-expiry.ts";
import { openTokenSet } from "./open-token-set.ts";
import { plainChange } from "./plain-change.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { unfinishedChange } from "./unfinished-change.ts";
import { untilAvailable } from "./until-available.ts";

export interface Answer {
  readonly result: TokenResult & { readonly kind: "tokens" };
  readonly previous: TokenSet;
  readonly dataKey: DataKey;
  /** For sealing anew, where somebody's late answer may come first; made before the request, like the other one. */
  readonly spareKey: DataKey | null;
  readonly secrets: ClientSecrets;
}

/** Writes new tokens, whatever has become of the lease, or says why not. */
export async function commitSuccess(
  ports: RefreshPorts,
  trip: Trip,
  context: AttemptContext,
  answer: Answer,
): Promise<AttemptConclusion> {
  const { account } = context.claim;
  const { response } = answer.result;
  const asked = {
    integration: trip.integration,
    secrets: answer.secrets,
    accessToken: new Secret(response.accessToken),
    isTold: response.expiresAt !== null,
  };
  const settled = async (change: AccountChange, written: Account | null): Promise<AttemptConclusion> => {
    if (written === null) return await supersede(ports, trip, context, change, answer);
    if (answer.result.unfinished !== undefined) {
      return { kind: "failed", account: written, attempt: change.attempt as AttemptResult };
    }
    const renewed = await renewFields(ports, trip.integration, written, answer.result.answer);
    return { kind: "refreshed", account: await introspectExpiry(ports, { account: renewed, ...asked }) };
  };
  const onTop = async (first: AccountChange): Promise<AttemptConclusion> => {
    const change = await sealOnTop(ports, trip, context, answer);
    answer.spareKey?.key.fill(0);
    if (change === null) return await settled(first, null);
    const late = async (written: Account | null): Promise<void> => void (await settled(change, written));
    return await settled(change, await commitAnswer(ports, change, late));
  };
  const first = answerChange(ports, context, { ...answer, onto: account });
  const conclude = async (written: Account | null): Promise<AttemptConclusion> => {
    if (written === null) return await onTop(first);
    answer.spareKey?.key.fill(0);
    return await settled(first, written);
  };
  return await conclude(await commitAnswer(ports, first, async (written) => void (await conclude(written))));
}

/**
 * The late answer to an older request may have been written first, or another secret of the account's own client; this one is the newer, so it goes on top of it, merged with
 * what that one brought. Null when it is not the newer one, or when it brings no refresh token and the other's can't be opened:
 * then the other one stands.
 */
async function sealOnTop(
  ports: RefreshPorts,
  trip: Trip,
  context: AttemptContext,
  answer: Answer,
): Promise<AccountChange | null> {
  const { account } = context.claim;
  const found = await untilAvailable(ports.clock, "database_unavailable", () =>
    ports.accounts.findWithCredential(account.environmentId, account.id),
  );
  if (found === null || found.credential === null || answer.spareKey === null) return null;
  const { credentialFence, credentialVersion: version } = found.account;
  if (credentialFence >= account.fence || version <= account.credentialVersion) return null;
  const access = { actor: trip.input.actor, purpose: "refresh" } as const;
  const present = await openTokenSet(ports.vault, found.account, found.credential, access).catch((error: unknown) => {
    ports.log.warn({ account: account.id, error }, "the tokens below a newer answer could not be opened");
    return null;
  });
  const isWhole = answer.result.response.refreshToken !== null;
  if (present === null && !isWhole) return null;
  const previous = present ?? answer.previous;
  return answerChange(ports, context, { ...answer, previous, dataKey: answer.spareKey, onto: found.account });
}

function answerChange(
  ports: RefreshPorts,
  context: AttemptContext,
  answer: Parameters<typeof successChange>[2],
): AccountChange {
  const { unfinished } = answer.result;
  return unfinished === undefined
    ? successChange(ports, context, answer)
    : unfinishedChange(ports, context, answer, unfinished);
}

/** Writes a failure, while fence and version are still its own. */
export async function commitFailure(
  ports: RefreshPorts,
  context: AttemptContext,
  result: TokenResult & { readonly kind: "failure" },
): Promise<Admitted> {
  const { change, signal } = failureChange(ports, context, result);
  if (isTriedAgainSoon(result.failure)) {
    const { integrationName: integration, id: account } = context.claim.account;
    const error = describeFailure(result.failure);
    ports.log.error({ integration, account, error }, "a refresh could not be asked for, by a fault of ours");
  }
  const written = await commitAnswer(ports, change, async (late) => {
    if (late === null) await discard(ports, context.claim, change);
  });
  if (written === null) return { conclusion: await discard(ports, context.claim, change), signal };
  const attempt = change.attempt as AttemptResult;
  // The guard may have held what would have left.
  const isHeld = change.guard !== null && written.hold !== null && written.status === "active";
  const ended = isHeld
    ? { ...attempt, outcome: "held" as const, explanation: change.guard?.explanation ?? attempt.explanation }
    : attempt;
  return { conclusion: { kind: "failed", account: written, attempt: ended }, signal };
}

/** The answer came too late: newer credentials are there, or the account was disconnected. */
async function supersede(
  ports: RefreshPorts,
  trip: Trip,
  context: AttemptContext,
  change: AccountChange,
  { result, secrets }: Answer,
): Promise<AttemptConclusion> {
  await revokeOrphan(ports, trip, secrets, result.response);
  return await discard(ports, context.claim, change);
}

/** Nothing of the answer is kept, and the attempt says so; a lease that is still ours goes back. */
async function discard(ports: RefreshPorts, claim: RefreshClaim, change: AccountChange): Promise<AttemptConclusion> {
  ports.log.warn({ account: change.accountId, attempt: claim.attempt.id }, "a late answer was discarded");
  if (change.attempt !== null) {
    const attempt: AttemptResult = {
      ...change.attempt,
      outcome: "superseded",
      nextAttemptAt: null,
      explanation: explainSuperseded,
    };
    const freed = { ...plainChange(claim.account, {}), ifVersion: null, releaseLease: true, attempt };
    const written = await ports.accounts.apply(freed);
    if (written === null) await ports.accounts.finishAttempt(change.environmentId, attempt);
  }
  return { kind: "superseded" };
}

/**
 * A refresh that was in flight when its account was disconnected leaves a token that nobody keeps: it is ended at the provider
 * (checklist C3). After a re-authorization it is left alone: where grants are families, ending the old one may end the new.
 */
async function revokeOrphan(
  ports: RefreshPorts,
  trip: Trip,
  secrets: ClientSecrets,
  { accessToken, refreshToken }: TokenResponse,
): Promise<void> {
  const { input, integration: resolved } = trip;
  const { document } = trip.loaded.configured;
  if (refreshToken === null || refreshToken === "" || !isEndable({ document, resolved })) return;
  const account = await ports.accounts.find(input.environmentId, input.accountId);
  if (account !== null && account.status !== "disconnected") return;
  const tokens = { accessToken: new Secret(accessToken), refreshToken: new Secret(refreshToken) };
  await endGrant(ports, { document, resolved, secrets, ...tokens });
}
