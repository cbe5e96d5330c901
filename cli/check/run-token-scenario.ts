import { listAttempts } from "#adapters/postgres/account-lists";
import type { Account } from "#core/domain/account/account";
import type { TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";
import { refreshBufferSeconds } from "#core/domain/refresh/schedule-refresh";
import { DomainError } from "#core/domain/problem/domain-error";
import { importAccount } from "#core/usecases/import-account";
import { plainChange } from "#core/usecases/plain-change";
import { refreshAccount } from "#core/usecases/refresh-account";
import type { FaultBehaviour } from "#lab/start-fault-server";
import { actor, expectProblem, readOnce, sayGoodbye, withinDeadline, type CheckWorld } from "./check-world.ts";
import { kindly } from "./check-servers.ts";
import type { TokenSubject } from "./describe-token-subject.ts";
import { judgeStep, type Seen } from "./judge-step.ts";
import { evaluated } from "./read-as-document.ts";
import { runTrip } from "./run-trip.ts";
import type { Expectation, Scenario, Step, TokenNames, TokenScenario } from "./scenario.ts";
import { setClient } from "./set-client.ts";
import type { ScenarioResult, StepResult } from "./step-result.ts";
import { good, isClient } from "./token-steps.ts";

/** The life of the token that the account comes with, seconds. */
const importedLifeSeconds = 3600;

/** One account or one trip, and what became of it. */
export async function runTokenScenario(
  world: CheckWorld,
  subject: TokenSubject,
  { play, ...scenario }: TokenScenario,
): Promise<ScenarioResult> {
  const tokens = tokenNames(scenario.id);
  const played = play(subject, tokens);
  if (typeof played === "string") return { kind: "not_applicable", scenario, why: played };
  if (played.route === "fault") return { kind: "played", scenario, steps: [], problems: [played.problem] };
  const clientId = `check-${world.run}-${scenario.id.replaceAll("_", "-")}`;
  await setClient(world, subject.document, clientId);
  if (played.route === "connect") return await runTrip(world, subject, { scenario, trip: played.trip, clientId });
  return await runSteps(world, subject, { scenario, steps: played.steps, tokens });
}

async function runSteps(
  world: CheckWorld,
  subject: TokenSubject,
  {
    scenario,
    steps,
    tokens,
  }: { readonly scenario: Scenario; readonly steps: readonly Step[]; readonly tokens: TokenNames },
): Promise<ScenarioResult> {
  const account = await bringIn(world, subject, tokens);
  if (account instanceof DomainError) return notBroughtIn(subject, scenario, account);
  const seen: Seen[] = [];
  const shown: StepResult[] = [];
  try {
    for (const step of steps) {
      const one = await playStep(world, subject, { accountId: account.id, step, earlier: seen });
      seen.push(one);
      const { token: _, requests: __, doubts: ___, ...rest } = one;
      shown.push({ ...rest, answered: step.answered });
      const expected = await asWorded(world, subject, step);
      const problems = judgeStep(subject.integration.refreshPolicy, expected, one);
      if (problems.length > 0) return { kind: "played", scenario, steps: shown, problems };
    }
    return { kind: "played", scenario, steps: shown, problems: [] };
  } finally {
    await sayGoodbye(world, account.id);
  }
}

/** What the trial could not fill in is none of the document's faults. */
function notBroughtIn({ document }: TokenSubject, scenario: Scenario, problem: DomainError): ScenarioResult {
  const told = problem.errors.map((one) => `${one.pointer} ${one.detail}`).join("; ");
  const isOurs = problem.errors.length > 0 && problem.errors.every((one) => /^\/(?:fields|inputs)\//.test(one.pointer));
  if (isOurs) {
    const why = `no value could be made up for ${told}; give one in samples/${document.name}.json (inputs, fields)`;
    return { kind: "not_applicable", scenario, why };
  }
  const problems = [`expected an account, saw ${problem.code}: ${problem.detail}${told === "" ? "" : ` (${told})`}`];
  return { kind: "played", scenario, steps: [], problems };
}

/** @returns the problem that its product got, where there was one: a client's account asks for its first token at once */
async function bringIn(world: CheckWorld, subject: TokenSubject, tokens: TokenNames): Promise<Account | DomainError> {
  const { servers, container, caller } = world;
  if (subject.refreshShape !== null) {
    const { behaviour, secondBehaviour } = good(subject, tokens, 0, { rotates: false });
    servers.answerWith(behaviour, secondBehaviour);
  }
  servers.answerCallsWith(() => ({ kind: "json", status: 200, body: subject.identityBody }));
  const imported = importAccount(container, caller, {
    integrationName: subject.document.name,
    tenantId: actor,
    credentials: isClient(subject)
      ? { format: "oauth2_client_credentials", clientId: null, clientSecret: null }
      : {
          format: "oauth2",
          accessToken: tokens.access(0),
          refreshToken: tokens.refresh(0),
          expiresAt: null,
          expiresIn: importedLifeSeconds,
          scopes: null,
        },
    inputs: subject.inputs,
    fields: subject.fields,
    externalAccount: null,
    metadata: {},
  });
  const account = await imported.catch(expectProblem);
  servers.answerCallsWith(kindly);
  return account instanceof DomainError ? account : await age(world, account, subject);
}

/** Most of an hour passes: so little is left that whoever asks for a token gets it refreshed first, and so much that it is served otherwise. */
async function age({ container }: CheckWorld, account: Account, { integration }: TokenSubject): Promise<Account> {
  const now = container.clock.now().getTime();
  const life = { issuedAt: new Date(now), expiresAt: new Date(now + importedLifeSeconds * 1000) };
  const left = refreshBufferSeconds(life, integration.refreshPolicy, null) * 0.8;
  const issuedAt = new Date(now + (left - importedLifeSeconds) * 1000);
  const aged = await container.accounts.apply(
    plainChange(account, { issuedAt, expiresAt: new Date(now + left * 1000) }),
  );
  if (aged === null) throw new Error(`the account ${account.id} changed meanwhile`);
  return aged;
}

async function playStep(
  world: CheckWorld,
  subject: TokenSubject,
  { accountId, step, earlier }: { readonly accountId: string; readonly step: Step; readonly earlier: readonly Seen[] },
): Promise<Seen> {
  return await withinDeadline(world, subject.document, step.timeoutSeconds, () =>
    take(world, accountId, step, earlier),
  );
}

/** The first time a product asks for a token; after that somebody presses the button. */
async function take(world: CheckWorld, accountId: string, step: Step, earlier: readonly Seen[]): Promise<Seen> {
  const { container, prisma, caller, servers } = world;
  const { environmentId } = caller;
  servers.answerWith(step.behaviour, step.secondBehaviour);
  if (earlier.length > 0) {
    const demand = { reason: "forced", minTtlSeconds: null } as const;
    await refreshAccount(container, { environmentId, accountId, demand, actor });
  }
  const got = await readOnce(world, accountId);
  const account = await container.accounts.find(environmentId, accountId);
  if (account === null) throw new Error(`the account ${accountId} is gone`);
  const attempts = await listAttempts(prisma, environmentId, accountId, null, 100);
  const attempt = attempts.length > earlier.filter((one) => one.outcome !== null).length ? (attempts[0] ?? null) : null;
  return {
    outcome: attempt?.outcome ?? null,
    rule: attempt?.rule ?? null,
    httpStatus: attempt?.httpStatus ?? null,
    error: attempt?.error ?? null,
    explanation: attempt?.explanation ?? null,
    account,
    ...got,
    requests: servers.takeTokenRequests(),
    at: container.clock.now(),
    doubts: earlier.filter((one) => one.outcome === "in_doubt").length,
  };
}

/** A document that words errors its own way says what an answer is; its rules decide about that. */
async function asWorded(world: CheckWorld, subject: TokenSubject, { behaviour, expected }: Step): Promise<Expectation> {
  const { errorExpression } = subject.integration.answers;
  if (expected.kind !== "failure" || expected.waits !== undefined || errorExpression === null) return expected;
  const answer = sentBy(behaviour);
  if (answer === null) return expected;
  const told = await evaluated(world.container.expressions, errorExpression, answer);
  const failure = wordedFailure(told, answer.status, expected.failure);
  return failure === null ? expected : { ...expected, failure };
}

function sentBy(behaviour: FaultBehaviour) {
  if (behaviour.kind !== "json" && behaviour.kind !== "html") return null;
  const type = behaviour.kind === "json" ? "application/json" : "text/html; charset=utf-8";
  const body = behaviour.kind === "json" ? behaviour.body : "<!doctype html>";
  return { status: behaviour.status, headers: { "content-type": type, ...behaviour.headers }, body };
}

function wordedFailure(told: unknown, status: number, otherwise: TokenRequestFailure): TokenRequestFailure | null {
  if (typeof told !== "object" || told === null || !("error" in told)) return null;
  const { error, error_description: description } = told as {
    readonly error: unknown;
    readonly error_description?: unknown;
  };
  if (typeof error !== "string" || error === "") return null;
  const retryAfterSeconds = "retryAfterSeconds" in otherwise ? otherwise.retryAfterSeconds : null;
  return {
    kind: "oauth_error",
    status,
    error,
    description: typeof description === "string" ? description : null,
    retryAfterSeconds,
  };
}

function tokenNames(id: string): TokenNames {
  const name = (what: string) => (number: number) => `check-${id.replaceAll("_", "-")}-${what}-${number}`;
  return { access: name("access"), refresh: name("refresh"), exchanged: name("exchanged") };
}
