import { defaultSessionTimes } from "#core/domain/access/admin-session";
import { defaultTimes } from "#core/domain/approval/approval";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobHelpers } from "graphile-worker";
import { createContainer } from "#adapters/container";
import type { Caller } from "#core/domain/access/permission";
import type { AuthorizationServer, ClientSecret } from "#core/ports/authorization-server";
import { createSecretsInTurn } from "#core/usecases/secrets-in-turn";
import { putIntegration } from "#core/usecases/administer-integrations";
import { configureClient } from "#core/usecases/configure-client";
import { importAccount } from "#core/usecases/import-account";
import { createTaskList } from "#worker/task-list";
import type { WorkerPorts } from "#worker/worker-ports";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import {
  createScriptedAuthorizationServer,
  type ScriptedAuthorizationServer,
} from "./fakes/scripted-authorization-server.ts";
import { caller as anyCaller } from "./fakes/world.ts";

export interface Defined {
  /** By default a client of its own. */
  readonly clientId?: string;
  /** By default a host of its own. */
  readonly host?: string;
  readonly format?: string;
  readonly refresh?: Readonly<Record<string, unknown>>;
}

export interface PostgresEngine {
  readonly ports: WorkerPorts;
  readonly database: TestDatabase;
  readonly server: ScriptedAuthorizationServer;
  readonly caller: Caller;
  /** An integration with its client, and no account. */
  define(name: string, defined?: Defined): Promise<void>;
  /** Accounts with tokens of an hour. @returns their ids */
  connect(name: string, count: number): Promise<string[]>;
  /** Runs a task as the queue would. */
  run(task: string, payload: unknown): Promise<void>;
  /** The same in a process that has something of its own. */
  runWith(ports: WorkerPorts, task: string, payload: unknown): Promise<void>;
  query<Row extends Record<string, any> = Record<string, any>>(text: string, values?: unknown[]): Promise<Row[]>;
  account(id: string): Promise<Record<string, any>>;
  /** The one circuit there is, or the one of this key. */
  circuit(key?: string): Promise<Record<string, any>>;
  /** Types and names of all events about integrations, in order. */
  integrationEvents(): Promise<string[]>;
  jobs(prefix: string): Promise<{ key: string; run_at: Date; payload: any }[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The engine on a real database, with a scripted provider and no queue: the test runs the tasks itself. */
export async function startPostgresEngine(
  options: {
    readonly server?: (scripted: AuthorizationServer<ClientSecret>) => AuthorizationServer<ClientSecret>;
  } = {},
): Promise<PostgresEngine> {
  const database = await createTestDatabase();
  const spoolDirectory = mkdtempSync(join(tmpdir(), "evergrant-spool-"));
  const container = await createContainer(
    {
      databaseUrl: database.url,
      labChecks: false,
      secret: randomBytes(32),
      kms: {
        kind: "local",
        keyrings: { shared: [{ id: "k1", key: new Uint8Array(32).fill(7) }], perEnvironment: new Map() },
      },
      publicUrl: "https://evergrant.example",
      egressAllow: [],
      egressProxy: null,
      smtp: null,
      approvals: defaultTimes,
      sessions: defaultSessionTimes,
      spoolDirectory,
      earlierAuditKeys: [],
      logLevel: "silent",
    },
    { name: "cli", poolSize: 20 },
  );
  const server = createScriptedAuthorizationServer(container.clock);
  const { integrations, clock, log } = container;
  const ports: WorkerPorts = {
    ...container,
    server: createSecretsInTurn({ server: options.server?.(server) ?? server, integrations, clock, log }),
    steadiness: { isSteady: () => true },
  };
  const production = await container.environments.findByName("production");
  const caller: Caller = { ...anyCaller, environmentId: production?.id ?? "" };
  const tasks = createTaskList(ports, new AbortController().signal);
  const query: PostgresEngine["query"] = async (text, values = []) =>
    (await database.pool.query({ text, values })).rows as never;

  return {
    ports,
    database,
    server,
    caller,
    async define(name, { clientId = `client-of-${name}`, host = `https://${name}.example`, format, refresh } = {}) {
      const auth = { tokenHost: host, tokenPath: "/token", authorizePath: "/authorize" };
      const config = { auth, pkce: { method: "none" }, ...(refresh === undefined ? {} : { refresh }) };
      await putIntegration(ports, caller, name, { credentials: { format: format ?? "oauth2", config } });
      await configureClient(ports, caller, name, { clientId, clientSecret: "a-secret-of-the-test" });
    },
    async connect(name, count) {
      const ids: string[] = [];
      for (let index = 0; index < count; index += 1) {
        const { id } = await importAccount(ports, caller, {
          integrationName: name,
          tenantId: `tenant-${index}`,
          credentials: {
            format: "oauth2",
            accessToken: `access-${name}-${index}`,
            refreshToken: `refresh-${name}-${index}`,
            expiresAt: null,
            expiresIn: 3600,
            scopes: null,
          },
          inputs: {},
          externalAccount: null,
          metadata: {},
        });
        ids.push(id);
      }
      return ids;
    },
    async run(task, payload) {
      await tasks[task]?.(payload, {} as JobHelpers);
    },
    async runWith(other, task, payload) {
      await createTaskList(other, new AbortController().signal)[task]?.(payload, {} as JobHelpers);
    },
    query,
    account: async (id) => (await query("SELECT * FROM integrated_account WHERE id = $1", [id]))[0] ?? {},
    circuit: async (key) =>
      (
        await query("SELECT *, clock_timestamp() AS now FROM circuit WHERE $1::text IS NULL OR key = $1", [key ?? null])
      )[0] ?? {},
    integrationEvents: async () =>
      (
        await query(
          "SELECT event_type || ' ' || (payload ->> 'integration_name') AS event FROM event WHERE account_id IS NULL ORDER BY created_at, event_type, payload ->> 'integration_name'",
        )
      ).map((row) => row["event"] as string),
    jobs: async (prefix) =>
      (await query(
        "SELECT key, run_at, payload FROM graphile_worker._private_jobs WHERE key LIKE $1 || '%' ORDER BY key",
        [prefix],
      )) as never,
    async [Symbol.asyncDispose]() {
      await container.close();
      await database.drop();
      rmSync(spoolDirectory, { recursive: true, force: true });
    },
  };
}
