import { listAttempts } from "#adapters/postgres/account-lists";
import type { Container } from "#adapters/container";
import type { Prisma } from "#adapters/postgres/prisma";
import type { Caller } from "#core/domain/access/permission";
import type { Account } from "#core/domain/account/account";
import { oauthConfigOf, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { DomainError } from "#core/domain/problem/domain-error";
import type { AttemptOutcome } from "#core/ports/account-store";
import { putIntegration } from "#core/usecases/administer-integrations";
import { configureClient } from "#core/usecases/configure-client";
import { refreshBufferSeconds } from "#core/domain/refresh/schedule-refresh";
import { disconnectAccount } from "#core/usecases/disconnect-account";
import { importAccount } from "#core/usecases/import-account";
import { plainChange } from "#core/usecases/plain-change";
import { readToken } from "#core/usecases/read-token";
import { refreshAccount } from "#core/usecases/refresh-account";
import type { CheckServers } from "./check-servers.ts";
import { clientSecretFor } from "./client-secret-for.ts";
import { judgeStep, type Seen } from "./judge-step.ts";
import type { Scenario, Step, Subject, TokenNames } from "./scenario.ts";

/** What one scenario runs in. */
export interface CheckWorld {
  readonly container: Container;
  readonly prisma: Prisma;
  readonly caller: Caller;
  readonly servers: CheckServers;
  readonly inputs: Readonly<Record<string, string>>;
}

export interface StepResult extends Seen {
  readonly answered: string;
}

export type ScenarioResult =
  | {
      readonly kind: "played";
      readonly scenario: Scenario;
      readonly steps: readonly StepResult[];
      /** What was not as the document's own policy has it. */
      readonly problems: readonly string[];
    }
  | { readonly kind: "not_applicable"; readonly scenario: Scenario; readonly why: string };

/** The life of the token that the account comes with, seconds. */
const importedLifeSeconds = 3600;

/** One account, brought in as a product does it, one or two requests for its token, and what became of it. */
export async function runScenario(world: CheckWorld, subject: Subject, scenario: Scenario): Promise<ScenarioResult> {
  const tokens = tokenNames(scenario.id);
  const played = scenario.play(subject, tokens);
  if (typeof played === "string") return { kind: "not_applicable", scenario, why: played };
  await configure(world, subject.document, scenario.id);
  const account = await bringIn(world, subject, tokens);
  if (account instanceof DomainError) {
    const why = ownReading(subject, "refreshed");
    const problems = [`expected an account, saw ${account.code}: ${account.detail}`];
    return why === null ? { kind: "played", scenario, steps: [], problems } : { kind: "not_applicable", scenario, why };
  }
  try {
    return await playSteps(world, subject, { scenario, account, played });
  } finally {
    // Nobody lives on the definition afterwards, so another document of its name may follow.
    await disconnectAccount(world.container, {
      environmentId: account.environmentId,
      accountId: account.id,
      actor: "check",
    });
  }
}

async function playSteps(
  world: CheckWorld,
  subject: Subject,
  {
    scenario,
    account,
    played,
  }: { readonly scenario: Scenario; readonly account: Account; readonly played: readonly Step[] },
): Promise<ScenarioResult> {
  const steps: StepResult[] = [];
  for (const step of played) {
    if (step.timeoutSeconds !== undefined) await put(world, withDeadline(subject.document, step.timeoutSeconds));
    // The first time a product asks for a token; after that somebody presses the button.
    const seen = await take(world, account.id, step, steps.length === 0 ? "read" : "force", steps);
    if (step.timeoutSeconds !== undefined) await put(world, subject.document);
    steps.push({ ...seen, answered: step.answered });
    const problems = judgeStep(subject, step, seen);
    if (problems.length === 0) continue;
    const why = ownReading(subject, step.expected.kind);
    return why === null ? { kind: "played", scenario, steps, problems } : { kind: "not_applicable", scenario, why };
  }
  return { kind: "played", scenario, steps, problems: [] };
}

/** Why a step that went otherwise says nothing: it was answered in the standard form, and the document reads another one. */
function ownReading({ document, shape }: Subject, expected: Step["expected"]["kind"]): string | null {
  const config = oauthConfigOf(document);
  const fields = [
    ...(config?.tokenResponse === undefined ? [] : ["tokenResponse"]),
    ...(config?.errorExpression === undefined ? [] : ["errorExpression"]),
  ];
  const isStandard = expected === "failure" || (expected === "refreshed" && shape.origin === "standard");
  if (!isStandard || fields.length === 0) return null;
  return `the standard form was answered, and its ${fields.join(" and ")} read another one; samples/${document.name}.json beside it would show that`;
}

async function put({ container, caller }: CheckWorld, document: IntegrationDocument): Promise<void> {
  await putIntegration(container, caller, document.name, document);
}

/** A client of its own for each scenario: the breaker stands for one client, and must not carry over. */
async function configure(world: CheckWorld, document: IntegrationDocument, id: string): Promise<void> {
  await configureClient(world.container, world.caller, document.name, {
    clientId: `check-${id.replaceAll("_", "-")}`,
    clientSecret: clientSecretFor(document),
  });
}

/** @returns the problem that its product got, where there was one: a client's account asks for its first token at once */
async function bringIn(world: CheckWorld, subject: Subject, tokens: TokenNames): Promise<Account | DomainError> {
  const isClient = subject.policy.grant === "client_credentials";
  const expiresIn = subject.expiresInUnit === "milliseconds" ? importedLifeSeconds * 1000 : importedLifeSeconds;
  const first = subject.shape.write({ accessToken: tokens.access(0), refreshToken: null, expiresIn });
  world.servers.answerWith({ kind: "json", status: 200, body: first });
  const imported = importAccount(world.container, world.caller, {
    integrationName: subject.document.name,
    tenantId: "check",
    credentials: isClient
      ? { format: "oauth2_client_credentials", clientId: null, clientSecret: null }
      : {
          format: "oauth2",
          accessToken: tokens.access(0),
          refreshToken: tokens.refresh(0),
          expiresAt: null,
          expiresIn: importedLifeSeconds,
          scopes: null,
        },
    inputs: world.inputs,
    externalAccount: null,
    metadata: {},
  });
  const account = await imported.catch(expectProblem);
  return account instanceof DomainError ? account : await age(world, account, subject);
}

/** Most of an hour passes: so little is left that whoever asks for a token gets it refreshed first, and so much that it is served otherwise. */
async function age({ container }: CheckWorld, account: Account, { policy }: Subject): Promise<Account> {
  const now = container.clock.now().getTime();
  const life = { issuedAt: new Date(now), expiresAt: new Date(now + importedLifeSeconds * 1000) };
  const left = refreshBufferSeconds(life, policy, null) * 0.8;
  const issuedAt = new Date(now + (left - importedLifeSeconds) * 1000);
  const aged = await container.accounts.apply(
    plainChange(account, { issuedAt, expiresAt: new Date(now + left * 1000) }),
  );
  if (aged === null) throw new Error(`the account ${account.id} changed meanwhile`);
  return aged;
}

async function take(
  { container, prisma, caller, servers }: CheckWorld,
  accountId: string,
  step: Step,
  way: "read" | "force",
  earlier: readonly Seen[],
): Promise<Seen> {
  const { environmentId } = caller;
  servers.answerWith(step.behaviour);
  if (way === "force") await force(container, environmentId, accountId);
  const callerGot = await readOnce(container, environmentId, accountId);
  const account = await container.accounts.find(environmentId, accountId);
  if (account === null) throw new Error(`the account ${accountId} is gone`);
  const attempts = await listAttempts(prisma, environmentId, accountId, null, 100);
  const attempt = attempts.length > earlier.filter((one) => one.outcome !== null).length ? (attempts[0] ?? null) : null;
  return {
    outcome: (attempt?.outcome ?? null) as AttemptOutcome | null,
    rule: attempt?.rule ?? null,
    httpStatus: attempt?.httpStatus ?? null,
    error: attempt?.error ?? null,
    explanation: attempt?.explanation ?? null,
    account,
    caller: callerGot,
    requests: servers.takeTokenRequests(),
    at: container.clock.now(),
    doubts: earlier.filter((one) => one.outcome === "in_doubt").length,
  };
}

function expectProblem(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  throw error;
}

async function readOnce(container: Container, environmentId: string, accountId: string): Promise<string> {
  const input = { environmentId, accountId, minTtlSeconds: null, actor: "check" };
  const read = await readToken(container, input).catch(expectProblem);
  if (read instanceof DomainError) return read.code;
  return read.refresh === "failing" ? "the token it has" : "a token";
}

async function force(container: Container, environmentId: string, accountId: string): Promise<void> {
  const demand = { reason: "forced", minTtlSeconds: null } as const;
  await refreshAccount(container, { environmentId, accountId, demand, actor: "check" });
}

function withDeadline(document: IntegrationDocument, timeoutSeconds: number): IntegrationDocument {
  const { config } = document.credentials;
  if (!("auth" in config)) return document;
  const refresh = { ...config.refresh, timeoutSeconds };
  const credentials = { ...document.credentials, config: { ...config, refresh } };
  return { ...document, credentials: credentials as IntegrationDocument["credentials"] };
}

function tokenNames(id: string): TokenNames {
  const name = (what: string) => (number: number) => `check-${id.replaceAll("_", "-")}-${what}-${number}`;
  return { access: name("access"), refresh: name("refresh") };
}
