import type { Container } from "#adapters/container";
import type { Account } from "#core/domain/account/account";
import { DomainError } from "#core/domain/problem/domain-error";
import { importAccount } from "#core/usecases/import-account";
import { probeAccount, type ProbeOutcome } from "#core/usecases/probe-account";
import { readCredentials } from "#core/usecases/read-token";
import { tryCredentials, type Trial } from "#core/usecases/try-credentials";
import type { FaultBehaviour } from "#lab/start-fault-server";
import { actor, expectProblem, sayGoodbye, type CheckWorld } from "./check-world.ts";
import { pathOf } from "./check-servers.ts";
import type { TypedSubject } from "./describe-typed-subject.ts";
import type { Probe, Scenario, TypedScenario } from "./scenario.ts";
import type { ScenarioResult, StepResult } from "./step-result.ts";
import { json } from "./token-steps.ts";

/** One probe, and what became of whom it concerned. */
export async function runTypedScenario(
  world: CheckWorld,
  subject: TypedSubject,
  { play, ...scenario }: TypedScenario,
): Promise<ScenarioResult> {
  const probe = play(subject);
  if (typeof probe === "string") return { kind: "not_applicable", scenario, why: probe };
  return probe.of === "new"
    ? await bringNew(world, subject, scenario, probe)
    : await probeKept(world, subject, scenario, probe);
}

async function bringNew(
  world: CheckWorld,
  subject: TypedSubject,
  scenario: Scenario,
  probe: Probe,
): Promise<ScenarioResult> {
  answer(world, subject, probe.behaviour);
  const { document, inputs, credentials: fields } = subject;
  // Once by itself for what is made of the answer, and once as a product does it.
  const trial = await tryCredentials(world.container, { document, inputs, fields });
  const account = await bringIn(world, subject);
  const stored = account instanceof DomainError ? null : account;
  try {
    const step = {
      ...describeTrial(trial, world),
      answered: probe.answered,
      account: stored,
      caller: account instanceof DomainError ? account.code : await readOnce(world.container, account),
    };
    const problems = [...kindProblems(probe, trial.kind, step), ...storeProblems(subject, trial, account)];
    return { kind: "played", scenario, steps: [step], problems };
  } finally {
    await sayGoodbye(world, stored?.id);
  }
}

async function probeKept(
  world: CheckWorld,
  subject: TypedSubject,
  scenario: Scenario,
  probe: Probe,
): Promise<ScenarioResult> {
  answer(world, subject, json(200, subject.good));
  const account = await bringIn(world, subject);
  if (account instanceof DomainError) {
    const problems = [`expected an account, saw ${account.code}: ${account.detail}`];
    return { kind: "played", scenario, steps: [], problems };
  }
  try {
    answer(world, subject, probe.behaviour);
    const { environmentId } = account;
    const input = { environmentId, accountId: account.id, reason: "rejected_token", seenVersion: null, actor } as const;
    const outcome = await probeAccount(world.container, input);
    if (outcome.kind === "not_found" || outcome.kind === "not_typed")
      throw new Error(`a probe came to ${outcome.kind}`);
    const { kind, said } = kindOf(outcome);
    const step: StepResult = {
      answered: probe.answered,
      outcome: outcomes[kind] ?? kind,
      rule: null,
      httpStatus: null,
      error: null,
      explanation: said,
      account: outcome.account,
      caller: await readOnce(world.container, outcome.account),
      at: world.container.clock.now(),
    };
    return { kind: "played", scenario, steps: [step], problems: keptProblems(probe, kind, step) };
  } finally {
    await sayGoodbye(world, account.id);
  }
}

const outcomes: Readonly<Record<string, string>> = {
  works: "they work",
  rejected: "they are rejected",
  unlike: "an answer like no other",
  unwell: "the provider is unwell",
  rate_limited: "the provider slows us down",
  unreachable: "no answer",
  undecided: "they can't be tried",
};

function answer({ servers }: CheckWorld, { identity }: TypedSubject, behaviour: FaultBehaviour): void {
  servers.answerCallsWith((request) =>
    identity !== null && pathOf(request) === identity.path ? json(200, identity.body) : behaviour,
  );
}

async function bringIn({ container, caller }: CheckWorld, subject: TypedSubject): Promise<Account | DomainError> {
  const { document, inputs, credentials: fields } = subject;
  return await importAccount(container, caller, {
    integrationName: document.name,
    tenantId: actor,
    credentials: { format: document.credentials.format, fields },
    inputs,
    externalAccount: null,
    metadata: {},
  }).catch(expectProblem);
}

async function readOnce(container: Container, { environmentId, id }: Account): Promise<string> {
  const input = { environmentId, accountId: id, minTtlSeconds: null, actor };
  const read = await readCredentials(container, input).catch(expectProblem);
  return read instanceof DomainError ? read.code : "the credentials";
}

function describeTrial(trial: Trial, { container }: CheckWorld): Omit<StepResult, "answered" | "account" | "caller"> {
  return {
    outcome: outcomes[trial.kind] ?? trial.kind,
    rule: null,
    httpStatus: null,
    error: null,
    explanation: "said" in trial ? trial.said : null,
    at: container.clock.now(),
  };
}

type Told = Exclude<ProbeOutcome, { readonly kind: "not_found" | "not_typed" }>;

/** Whatever changes nothing says why: its kind, and the provider's words. */
function kindOf(outcome: Told): { readonly kind: string; readonly said: string | null } {
  if (outcome.kind !== "unchanged") return { kind: outcome.kind, said: null };
  const [kind = "", ...said] = outcome.why.split(": ");
  return { kind, said: said.join(": ") || null };
}

function kindProblems(probe: Probe, kind: string, { outcome }: StepResult): string[] {
  if (probe.expected.some((one) => one === kind)) return [];
  const expected = probe.expected.map((one) => outcomes[one] ?? one).join(", or ");
  return [`expected "${expected}", saw "${outcome}"`];
}

function storeProblems({ externalId }: TypedSubject, trial: Trial, account: Account | DomainError): string[] {
  if (trial.kind !== "works") {
    return account instanceof DomainError ? [] : ["expected nothing to be stored, saw an account"];
  }
  if (account instanceof DomainError) return [`expected an account, saw ${account.code}: ${account.detail}`];
  const problems = account.status === "active" ? [] : [`expected the account to be active, saw ${account.status}`];
  const connected = account.externalAccount?.id ?? null;
  if (externalId !== null && connected !== externalId) {
    problems.push(`expected ${externalId} to be connected, saw ${connected ?? "nobody named"}`);
  }
  return problems;
}

/** Only a rejection costs an account its status. */
function keptProblems(probe: Probe, kind: string, step: StepResult): string[] {
  const problems = kindProblems(probe, kind, step);
  const status = probe.expected.includes("rejected") ? "needs_reauth" : "active";
  const seen = step.account?.status ?? "none";
  return seen === status ? problems : [...problems, `expected the account to be ${status}, saw ${seen}`];
}
