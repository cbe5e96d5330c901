import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEngineConfig } from "#adapters/config/read-config";
import { createContainer } from "#adapters/container";
import { createPrisma } from "#adapters/postgres/prisma";
import { permissions, type Caller } from "#core/domain/access/permission";
import { oauthConfigOf, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { refreshPolicyOf, resolveIntegration } from "#core/domain/integration/resolve-integration";
import { putIntegration } from "#core/usecases/administer-integrations";
import { sampleShape, standardShape } from "./answer-shape.ts";
import { startCheckServers } from "./check-servers.ts";
import { fillInputs } from "./fill-inputs.ts";
import type { Samples } from "./read-samples.ts";
import { relocateDocument } from "./relocate-document.ts";
import { runScenario, type CheckWorld, type ScenarioResult } from "./run-scenario.ts";
import type { Subject } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

/** An engine on an empty database, and a provider that misbehaves on command. */
export interface Check {
  /** Runs a document through every scenario. Told of each as it ends. */
  run(
    document: IntegrationDocument,
    samples: Samples,
    tell: (result: ScenarioResult) => void,
  ): Promise<readonly ScenarioResult[]>;
  close(): Promise<void>;
}

/** The deadline of token requests in a check; on this machine nothing takes as long. */
const timeoutSeconds = 5;

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
  const servers = await startCheckServers();
  const container = await createContainer(config, { name: "cli", poolSize: 4, logDescriptor: 2, guard: loopbackOnly });
  const production = await container.environments.findByName("production");
  if (production === null) throw new Error("the database has no environment production");
  const caller: Caller = {
    kind: "command_line",
    id: "check",
    environmentId: production.id,
    environment: production.name,
    permissions: new Set(permissions),
    tenantIds: null,
    integrationNames: null,
  };
  const prisma = createPrisma(container.pool);
  return {
    async run(document, samples, tell) {
      if (oauthConfigOf(document) === null) return [];
      const { tokenOrigin, otherOrigin } = servers;
      const moved = relocateDocument(document, { tokenOrigin, otherOrigin, timeoutSeconds });
      await putIntegration(container, caller, moved.name, moved);
      const inputs = fillInputs(moved);
      const subject = subjectOf(moved, samples, inputs);
      servers.serve(tokenPathsOf(moved, inputs));
      const world: CheckWorld = { container, prisma, caller, servers, inputs };
      const results: ScenarioResult[] = [];
      for (const scenario of scenarios) {
        const result = await runScenario(world, subject, scenario);
        results.push(result);
        tell(result);
      }
      return results;
    },
    async close() {
      await prisma.$disconnect();
      await container.close();
      await servers.close();
      await rm(spool, { recursive: true, force: true });
    },
  };
}

/** Whatever a document still names, nothing leaves this machine. */
const loopbackOnly = {
  refusal: (address: string): string | null =>
    address === "127.0.0.1" ? null : `a check calls nobody outside, and ${address} is`,
};

function subjectOf(document: IntegrationDocument, samples: Samples, inputs: Readonly<Record<string, string>>): Subject {
  const { scopes, scopeSeparator, expiresInUnit, tokenExpiryDuration, introspectionEndpoint } = resolve(
    document,
    inputs,
  );
  return {
    document,
    policy: refreshPolicyOf(document),
    scopes,
    scopeSeparator,
    expiresInUnit,
    tokenExpiryDuration,
    lifeSeconds: tokenExpiryDuration ?? 3600,
    hasIntrospection: introspectionEndpoint !== null,
    shape:
      (samples.token === null ? null : sampleShape(samples.token, scopeSeparator)) ?? standardShape(scopeSeparator),
    refusal: samples.refusal,
  };
}

function resolve(document: IntegrationDocument, inputs: Readonly<Record<string, string>>) {
  return resolveIntegration(document, { clientId: "check", scopes: null }, inputs);
}

function tokenPathsOf(document: IntegrationDocument, inputs: Readonly<Record<string, string>>): string[] {
  const { tokenEndpoint, refreshEndpoint } = resolve(document, inputs);
  return [tokenEndpoint, refreshEndpoint].map((endpoint) => new URL(endpoint).pathname);
}
