import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEngineConfig } from "#adapters/config/read-config";
import { createContainer, type Container } from "#adapters/container";
import type { AddressGuard } from "#adapters/egress/address-guard";
import { createPrisma } from "#adapters/postgres/prisma";
import { permissions, type Caller } from "#core/domain/access/permission";
import { isTypedDocument } from "#core/domain/integration/credential-fields";
import { oauthConfigOf, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { resolveIntegration } from "#core/domain/integration/resolve-integration";
import type { ProviderApi } from "#core/ports/provider-api";
import { startCheckServers, type Origins, type TokenPaths } from "./check-servers.ts";
import { putDocument, type CheckWorld } from "./check-world.ts";
import { describeTokenSubject } from "./describe-token-subject.ts";
import { describeTypedSubject } from "./describe-typed-subject.ts";
import { fillFields, fillInputs } from "./fill-inputs.ts";
import type { Samples } from "./read-samples.ts";
import { relocateDocument } from "./relocate-document.ts";
import { runTokenScenario } from "./run-token-scenario.ts";
import { runTypedScenario } from "./run-typed-scenario.ts";
import { secretFor } from "./set-client.ts";
import { tokenScenariosFor } from "./scenarios.ts";
import type { ScenarioResult } from "./step-result.ts";
import { typedScenariosFor } from "./typed-scenarios.ts";

/** An engine on an empty database, and providers that misbehave on command. */
export interface Check {
  /**
   * Runs a document through every scenario that it has, against a provider of its own. Told of each as it ends. Several
   * documents may run at a time; those of one name wait for each other.
   */
  run(
    document: IntegrationDocument,
    samples: Samples,
    tell: (result: ScenarioResult) => void,
  ): Promise<readonly ScenarioResult[]>;
  close(): Promise<void>;
}

/** The deadline of token requests in a check; on this machine nothing takes as long. */
const timeoutSeconds = 5;
/** That of the calls of an API: one scenario waits for it. */
const callSeconds = 1;

/** @param databaseUrl an empty, migrated database that nobody else uses */
export async function openCheck(databaseUrl: string): Promise<Check> {
  const spool = await mkdtemp(join(tmpdir(), "evergrant-check-spool-"));
  const config = readEngineConfig({
    DATABASE_URL: databaseUrl,
    EVERGRANT_SECRET: randomBytes(32).toString("base64"),
    EVERGRANT_KEYRING: `check:${randomBytes(32).toString("base64")}`,
    EVERGRANT_SPOOL_DIR: spool,
    LOG_LEVEL: "silent",
  });
  const openPorts = new Set<number>();
  const wired = await createContainer(config, {
    name: "cli",
    poolSize: 6,
    logDescriptor: 2,
    guard: providersOnly(openPorts),
  });
  const container = { ...wired, provider: impatient(wired.provider) };
  const caller = await callerOf(container);
  const prisma = createPrisma(container.pool);
  const running = new Map<string, Promise<unknown>>();
  return {
    async run(document, samples, tell) {
      const before = running.get(document.name);
      const run = (before ?? Promise.resolve()).then(() =>
        runDocument({ container, prisma, caller, openPorts }, { document, samples, tell }),
      );
      running.set(
        document.name,
        run.catch(() => {}),
      );
      return await run;
    },
    async close() {
      await prisma.$disconnect();
      await container.close();
      await rm(spool, { recursive: true, force: true });
    },
  };
}

interface Trial {
  readonly document: IntegrationDocument;
  readonly samples: Samples;
  readonly tell: (result: ScenarioResult) => void;
}

async function runDocument(
  { openPorts, ...engine }: Pick<CheckWorld, "container" | "prisma" | "caller"> & { readonly openPorts: Set<number> },
  { document, samples, tell }: Trial,
): Promise<readonly ScenarioResult[]> {
  const servers = await startCheckServers((origins) => pathsOf(relocated(document, origins), samples));
  const own = [servers.tokenOrigin, servers.otherOrigin].map((origin) => Number(new URL(origin).port));
  for (const port of own) openPorts.add(port);
  try {
    const clientSecret = secretFor(document);
    const world = { ...engine, servers, clientSecret, run: randomBytes(6).toString("hex") };
    const moved = relocated(document, servers);
    await putDocument(world, moved);
    const results: ScenarioResult[] = [];
    for (const scenario of await scenariosOf(world, moved, samples)) {
      const result = await scenario();
      results.push(result);
      tell(result);
    }
    return results;
  } finally {
    for (const port of own) openPorts.delete(port);
    await servers.close();
  }
}

/** Each is played when it is called. */
async function scenariosOf(
  world: CheckWorld,
  document: IntegrationDocument,
  samples: Samples,
): Promise<readonly (() => Promise<ScenarioResult>)[]> {
  if (isTypedDocument(document)) {
    const subject = await describeTypedSubject(world.container, document, samples);
    return typedScenariosFor(subject).map((one) => () => runTypedScenario(world, subject, one));
  }
  const subject = await describeTokenSubject(world.container, document, samples);
  return tokenScenariosFor(subject).map((one) => () => runTokenScenario(world, subject, one));
}

function relocated(document: IntegrationDocument, { tokenOrigin, otherOrigin }: Origins): IntegrationDocument {
  return relocateDocument(document, { tokenOrigin, otherOrigin, timeoutSeconds });
}

function pathsOf(document: IntegrationDocument, samples: Samples): TokenPaths | null {
  if (oauthConfigOf(document) === null) return null;
  const layer = { clientId: "check", scopes: null };
  const fields = fillFields(document, samples);
  const resolved = resolveIntegration(document, layer, fillInputs(document, samples), fields);
  const path = (endpoint: string): string => new URL(endpoint).pathname;
  return {
    tokens: [path(resolved.tokenEndpoint), path(resolved.refreshEndpoint)],
    secondStep: resolved.secondStep === null ? null : path(resolved.secondStep.endpoint),
  };
}

/**
 * Whatever a document still names, nothing leaves this machine, and nothing else that listens on it is reached: somebody may check a
 * document from afar, on a machine that is not theirs.
 */
export function providersOnly(ports: ReadonlySet<number>): AddressGuard {
  return {
    refusal(address, _, port) {
      if (address !== "127.0.0.1") return `a check calls nobody outside, and ${address} is`;
      if (port === undefined || ports.has(port)) return null;
      return `a check calls the provider of its trial alone, and port ${port} is not its`;
    },
  };
}

/** Calls of an API have a deadline that no document sets, and that is too long to wait for. */
function impatient(provider: ProviderApi): ProviderApi {
  return { call: (request, deadlineSeconds) => provider.call(request, Math.min(deadlineSeconds, callSeconds)) };
}

async function callerOf({ environments }: Container): Promise<Caller> {
  const production = await environments.findByName("production");
  if (production === null) throw new Error("the database has no environment production");
  return {
    kind: "command_line",
    id: "check",
    environmentId: production.id,
    environment: production.name,
    permissions: new Set(permissions),
    tenantIds: null,
    integrationNames: null,
  };
}
