import type { Account } from "../domain/account/account.ts";
import { credentialFieldsOf, isTypedDocument, type TypedDocument } from "../domain/integration/credential-fields.ts";
import { refreshPolicyOf } from "../domain/integration/resolve-integration.ts";
import type { AccountStore, SealedCredential } from "../ports/account-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { IntegrationStore } from "../ports/integration-store.ts";
import type { Randomness } from "../ports/randomness.ts";
import { happeningOf } from "./attempt-changes.ts";
import { findDefinition } from "./load-integration.ts";
import { openCredential, wrongCredential } from "./open-credential.ts";
import { plainChange } from "./plain-change.ts";
import type { ProbeMemory } from "./probe-memory.ts";
import { tryCredentials, type Trial, type TryPorts } from "./try-credentials.ts";
import type { Vault } from "./vault.ts";

export interface ProbePorts extends TryPorts {
  readonly accounts: AccountStore;
  readonly integrations: IntegrationStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly probes: ProbeMemory<Verdict>;
}

/**
 * `rejected_token`: a call with these credentials was rejected, so it is asked whether they are dead. `released`: an operator says
 * that a mass failure was none, so it is asked whether they live, also of an account that left within it.
 */
export type ProbeReason = "rejected_token" | "released";

export interface ProbeInput {
  readonly environmentId: string;
  readonly accountId: string;
  readonly reason: ProbeReason;
  /** The credentials that were rejected; newer ones that are there are another matter. Null: whichever are there. */
  readonly seenVersion: number | null;
  readonly actor: string;
}

export type ProbeOutcome =
  | { readonly kind: "not_found" }
  /** It holds tokens: they are refreshed, not probed. */
  | { readonly kind: "not_typed"; readonly account: Account }
  /** They work, or newer ones are there than those that were rejected. */
  | { readonly kind: "works"; readonly account: Account }
  /** The provider's own word: the account is `needs_reauth`, or held with others that failed with it (R26). */
  | { readonly kind: "rejected"; readonly account: Account }
  /** Nothing is certain, and nothing was changed. `why` is for the log. */
  | { readonly kind: "unchanged"; readonly account: Account; readonly why: string };

export type Verdict = { readonly kind: "works" | "rejected" } | { readonly kind: "unchanged"; readonly why: string };

/**
 * Whether what somebody typed still works (R4). A clear rejection moves the account to `needs_reauth` like a dead grant; a
 * provider that is away, unwell or slows us down says nothing about anybody's credentials.
 */
export async function probeAccount(ports: ProbePorts, input: ProbeInput): Promise<ProbeOutcome> {
  const found = await ports.accounts.findWithCredential(input.environmentId, input.accountId);
  if (found === null) return { kind: "not_found" };
  const { account, credential } = found;
  const { document } = await findDefinition(ports.integrations, account);
  if (!isTypedDocument(document)) return { kind: "not_typed", account };
  if (input.seenVersion !== null && account.credentialVersion > input.seenVersion) return { kind: "works", account };
  const idle = idleReason(account, input.reason);
  if (credential === null || idle !== null) {
    if (account.status === "needs_reauth") return { kind: "rejected", account };
    return { kind: "unchanged", account, why: idle ?? "it holds no credentials" };
  }
  const key = `${input.reason}:${account.id}:${account.credentialVersion}`;
  const verdict = await ports.probes.run(key, () => probe(ports, input, document, { account, credential }));
  const current = (await ports.accounts.find(input.environmentId, input.accountId)) ?? account;
  return { ...verdict, account: current };
}

/** Why an account of this status is not asked about; null when it is. */
function idleReason({ status, hold }: Account, reason: ProbeReason): string | null {
  switch (status) {
    case "connecting":
    case "disconnected":
      return `it is ${status}`;
    case "needs_reauth":
      return reason === "released" ? null : "its customer must come back";
    case "active":
      return hold === null ? null : "it is held";
  }
}

async function probe(
  ports: ProbePorts,
  input: ProbeInput,
  document: TypedDocument,
  { account, credential }: { readonly account: Account; readonly credential: SealedCredential },
): Promise<Verdict> {
  const access = { actor: input.actor, purpose: "probe" } as const;
  const opened = await openCredential(ports.vault, account, credential, access);
  if (opened.kind !== "typed") throw wrongCredential(account, "tokens");
  const { fields } = opened.typed;
  const isWhole = credentialFieldsOf(document).every((field) => Object.hasOwn(fields, field.name));
  // What the provider says of half the credentials says nothing about the whole.
  const trial: Trial = isWhole
    ? await tryCredentials(ports, { document, inputs: account.inputs, fields }, { skipsIdentity: true })
    : { kind: "undecided", isPassing: false, said: "the definition asks for other fields by now" };
  switch (trial.kind) {
    case "works":
      await keepAlive(ports, input, account);
      return { kind: "works" };
    case "rejected":
      return await reject(ports, input, document, account, trial.said);
    case "unlike":
    case "unwell":
    case "unreachable":
    case "undecided":
      return await leave(ports, account, `${trial.kind}: ${trial.said}`);
    case "rate_limited":
      return await leave(ports, account, "rate_limited");
  }
}

/** An account that left within a mass failure comes back (R31); a released one has been asked about, so its alarm is off. */
async function keepAlive(ports: ProbePorts, input: ProbeInput, account: Account): Promise<void> {
  if (account.status === "active" && account.refreshDueAt === null) return;
  await ports.accounts.apply({
    ...plainChange(account, { refreshDueAt: null, lastError: null }),
    happening: happeningOf(ports.random, "refresh_succeeded", ports.clock.now(), input.actor),
  });
}

async function reject(
  ports: ProbePorts,
  input: ProbeInput,
  document: TypedDocument,
  account: Account,
  said: string,
): Promise<Verdict> {
  if (account.status === "needs_reauth") return { kind: "rejected" };
  const now = ports.clock.now();
  const message = `the provider rejects these credentials (${said}), and a probe confirmed it`;
  // By fence and version: a rejection of credentials that were replaced meanwhile says nothing about the new ones.
  const written = await ports.accounts.apply({
    ...plainChange(account, { refreshDueAt: null, lastError: { code: "reauthorize", message, at: now } }),
    happening: happeningOf(ports.random, "grant_rejected", now, input.actor, message),
    guard: { policy: refreshPolicyOf(document).massFailure, explanation: message },
  });
  ports.log.warn({ account: account.id, said, isWritten: written !== null }, "a probe was rejected");
  return written === null ? { kind: "unchanged", why: "it changed meanwhile" } : { kind: "rejected" };
}

async function leave(ports: ProbePorts, account: Account, why: string): Promise<Verdict> {
  ports.log.info({ account: account.id, why }, "a probe told nothing about an account's credentials");
  if (account.refreshDueAt !== null) await ports.accounts.apply(plainChange(account, { refreshDueAt: null }));
  return { kind: "unchanged", why };
}
