import { DomainError } from "../domain/problem/domain-error.ts";
import type { Account } from "../domain/account/account.ts";
import type { CircuitSignal } from "../domain/refresh/circuit.ts";
import { decideRefresh, type RefreshDemand } from "../domain/refresh/decide-refresh.ts";
import { leaseMarginSeconds, leaseSeconds } from "../domain/refresh/refresh-policy.ts";
import { neededSpreadSeconds } from "../domain/refresh/schedule-refresh.ts";
import { oauthConfigOf } from "../domain/integration/integration-document.ts";
import type { ResolvedIntegration } from "../domain/integration/resolve-integration.ts";
import type { DataKey } from "../domain/sealing/envelope.ts";
import type { TokenSet } from "../domain/token/token-set.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import type { AttemptResult, ClaimRequest, RefreshClaim, SealedCredential } from "../ports/account-store.ts";
import type { ClientSecrets, TokenResult } from "../ports/authorization-server.ts";
import type { Admission, CircuitRef } from "../ports/circuit-store.ts";
import type { AttemptContext } from "./attempt-changes.ts";
import { circuitOf, withOwnClient } from "./circuit-of.ts";
import { replaySpool } from "./commit-answer.ts";
import { concludeAdmission } from "./conclude-admission.ts";
import { commitFailure, commitSuccess } from "./conclude-attempt.ts";
import { openClientSecrets, ownClientSecrets, type LoadedIntegration } from "./load-integration.ts";
import { openTokenSet } from "./open-token-set.ts";
import { scrubResult, secretsHeld } from "./scrub-result.ts";
import { renewWithSecondStep } from "./take-second-step.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

/** How one attempt ended, for its caller and for everybody who joined it. */
export type AttemptConclusion =
  | { readonly kind: "refreshed"; readonly account: Account }
  | { readonly kind: "failed"; readonly account: Account; readonly attempt: AttemptResult }
  /** Breaker or budget let nobody through until then. */
  | (Admission & { readonly kind: "refused" })
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

/** An attempt on its way: who asks whom, for which account, with what right. */
export interface Trip {
  readonly input: AttemptInput;
  readonly tenantId: string;
  /** The OAuth client that the account brought itself; null: its environment's asks. */
  readonly clientId: string | null;
  readonly attemptId: string;
  readonly loaded: LoadedIntegration;
  readonly integration: ResolvedIntegration;
  readonly circuit: CircuitRef;
  readonly joined: () => number;
}

/**
 * One attempt: admit, prepare, claim, decide again, ask, classify, commit (ARCHITECTURE, A refresh from end to end, 3 to 7).
 * Everything that can fail without the provider (budget, KMS, client secret) comes before the claim or before the request.
 */
export async function attemptRefresh(
  ports: RefreshPorts,
  input: AttemptInput,
  account: Pick<Account, "clientId" | "expiresAt" | "tenantId">,
  loaded: LoadedIntegration,
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

  const integration = withOwnClient(loaded.resolved, account.clientId);
  const circuit = circuitOf(input.environmentId, integration);
  const attemptId = makeId("att", ports.random.bytes(idRandomBytes));
  const admission = await ports.circuits.admit({
    circuit,
    holder: attemptId,
    reason: input.demand.reason,
    budget: integration.refreshPolicy.budget,
    expiresAt: account.expiresAt,
  });
  if (admission.kind === "refused") {
    ports.metrics.refreshRefused(admission.cause);
    return admission;
  }
  const { reason } = input.demand;
  const { integrationName } = circuit;
  let signal: CircuitSignal | null = null;
  try {
    const { clientId, tenantId } = account;
    const ended = await attemptAdmitted(ports, {
      input,
      tenantId,
      clientId,
      attemptId,
      loaded,
      integration,
      circuit,
      joined,
    });
    signal = ended.signal;
    const { conclusion } = ended;
    const outcome = conclusion.kind === "failed" ? conclusion.attempt.outcome : conclusion.kind;
    if (outcome !== "not_started" && outcome !== "refused") {
      ports.metrics.refreshEnded({ reason, outcome, integrationName });
    }
    return conclusion;
  } catch (error) {
    ports.metrics.refreshEnded({ reason, outcome: "broken_off", integrationName });
    throw error;
  } finally {
    // The account's own outcome is written by now: nothing that fails here may take it back.
    await concludeAdmission(ports, { circuit, holder: attemptId }, admission, signal);
  }
}

export interface Admitted {
  readonly conclusion: AttemptConclusion;
  /** Null: nothing was asked, or nothing was learnt. */
  readonly signal: CircuitSignal | null;
}

const notStarted: Admitted = { conclusion: { kind: "not_started" }, signal: null };

async function attemptAdmitted(ports: RefreshPorts, trip: Trip): Promise<Admitted> {
  const dataKey = await ports.vault.prepare(trip.input.environmentId, trip.tenantId);
  try {
    return await attemptWith(ports, trip, dataKey);
  } finally {
    // Sealing uses it up; an attempt that sealed nothing must not leave it in memory either.
    dataKey.key.fill(0);
  }
}

async function attemptWith(ports: RefreshPorts, trip: Trip, dataKey: DataKey): Promise<Admitted> {
  const { input, integration } = trip;
  const { demand } = input;
  const policy = integration.refreshPolicy;
  const environmentSecrets =
    trip.clientId === null ? await openClientSecrets(ports, trip.loaded.configured, input.actor) : null;
  const startedMs = ports.clock.monotonicMs();
  const startedAt = ports.clock.now().getTime();
  const request: ClaimRequest = {
    environmentId: input.environmentId,
    accountId: input.accountId,
    attemptId: trip.attemptId,
    owner: ports.owner,
    leaseSeconds,
    reason: demand.reason,
    statuses: demand.reason === "forced" ? ["active", "needs_reauth"] : ["active"],
  };
  const claim = await ports.accounts.claim(request).catch((error: unknown) => {
    void forgetClaim(ports, request);
    throw error;
  });
  if (claim === null) return notStarted;

  const { account, credential } = claim;
  // R11: freshness is decided again under the lease; somebody may have refreshed between the decision and the claim.
  const claimed = { ...account, leaseUntil: null, attempt: claim.left };
  const again = decideRefresh(claimed, policy, demand, ports.clock.now(), ports.steadiness.isSteady());
  // Admitted and prepared for another client than it has by now: everything is decided anew.
  const isOfOtherClient = account.clientId !== trip.clientId;
  if (again.kind !== "due" || credential === null || isOfOtherClient) {
    await ports.accounts.abandon(claim);
    if (credential === null) throw new DomainError("not_connected", { detail: "This account has no credentials." });
    return notStarted;
  }
  const { previous, spareKey } = await beforeAsking(ports, claim, credential, input.actor);
  const secrets = environmentSecrets ?? ownClientSecrets(previous, ports.clock.now());
  // A process that was paused since its claim must not send under a lease that is about to end (crash window W6).
  // Two clocks: the monotonic one stands still while a machine is suspended, the other one may be set.
  const heldMs = (): number => Math.max(ports.clock.monotonicMs() - startedMs, ports.clock.now().getTime() - startedAt);
  const spareMs = (leaseSeconds - policy.timeoutSeconds) * 1000;
  const send = requestOf(ports, integration, secrets, previous, account);
  if (heldMs() > spareMs / 2 || send === null) {
    await ports.accounts.abandon(claim);
    return notStarted;
  }

  const sentAt = ports.clock.now();
  const first = await send().catch(async (error: unknown) => {
    // The port never throws for what a provider does: nothing was sent, and the lease must not wait for its end.
    await ports.accounts.abandon(claim);
    throw error;
  });
  const leftSeconds = leaseSeconds - leaseMarginSeconds / 2 - heldMs() / 1000;
  const endsAt = isAccessTokenDead(trip) ? ports.clock.now() : account.expiresAt;
  const ended =
    first.kind === "failure"
      ? first
      : await renewWithSecondStep(ports, integration, secrets, first, { previous, endsAt, leftSeconds });
  const result = scrubResult(ended, secretsHeld(previous, secrets));
  const context: AttemptContext = {
    claim,
    reason: demand.reason,
    actor: input.actor,
    policy,
    circuitKey: trip.circuit.key,
    sentAt,
    joined: trip.joined(),
    spreadSeconds: neededSpreadSeconds(trip.loaded.activeAccounts, policy.budget.perMinute),
  };
  if (result.kind === "failure") {
    spareKey?.key.fill(0);
    return await commitFailure(ports, context, result);
  }
  const answer = { result, previous, dataKey, spareKey, secrets };
  return { conclusion: await commitSuccess(ports, trip, context, answer), signal: { kind: "answered" } };
}

/** Whether the access token from before is of no use, whatever its lifetime says. */
function isAccessTokenDead({ input, loaded }: Trip): boolean {
  const isKilled = oauthConfigOf(loaded.configured.document)?.refresh.oldAccessTokenDies === true;
  return isKilled || input.demand.reason === "rejected_token";
}

/** An hour of outage, a second at a time. */
const forgetTries = 3_600;
const forgetPauseMs = 1_000;

/**
 * The database went away while it was asked for the lease. It may have given it: then nobody would know that nothing was sent, and
 * the attempt would count among the account's doubts. Told as soon as it is back: sooner than others look into what was left.
 */
async function forgetClaim(ports: RefreshPorts, request: ClaimRequest): Promise<void> {
  for (let tried = 0; tried < forgetTries; tried += 1) {
    try {
      await ports.clock.sleep(forgetPauseMs);
      await ports.accounts.forgetClaim(request);
      return;
    } catch {
      // Still away; the next try follows.
    }
  }
}

/** Everything that needs the KMS, under the lease: it goes back at once when that fails, since nothing was sent. */
async function beforeAsking(
  ports: RefreshPorts,
  claim: RefreshClaim,
  credential: SealedCredential,
  actor: string,
): Promise<{ readonly previous: TokenSet; readonly spareKey: DataKey | null }> {
  try {
    const previous = await openTokenSet(ports.vault, claim.account, credential, { actor, purpose: "refresh" });
    const { account } = claim;
    // By an older answer that comes late, or by another secret of the account's own client.
    const mayBeOvertaken = claim.left !== null || account.doubts > 0 || account.clientId !== null;
    const { environmentId, tenantId } = account;
    return { previous, spareKey: mayBeOvertaken ? await ports.vault.prepare(environmentId, tenantId) : null };
  } catch (error) {
    await ports.accounts.abandon(claim);
    throw error;
  }
}

/** What will be asked for a new access token; null when there is nothing to ask with. */
function requestOf(
  ports: RefreshPorts,
  integration: ResolvedIntegration,
  secrets: ClientSecrets,
  previous: TokenSet,
  { scopesRequested }: Account,
): (() => Promise<TokenResult>) | null {
  if (integration.refreshPolicy.grant === "client_credentials") {
    // A customer's grant is not to be replaced by the client's own, whatever the definition says now.
    if (previous.refreshToken !== null) return null;
    return () => ports.server.clientCredentials(integration, secrets, previous.dpopKey);
  }
  const { refreshToken } = previous;
  const asked = { ...integration, scopes: scopesRequested };
  return refreshToken === null
    ? null
    : () => ports.server.refresh(asked, secrets, refreshToken.reveal(), previous.dpopKey);
}
