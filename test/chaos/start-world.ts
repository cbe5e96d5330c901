import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { migrateDatabase } from "#adapters/postgres/migrate";
import { labIntegration } from "#scripts/lab-integration";
import { findFreePort } from "#scripts/ports";
import { entryPoint } from "../entry-point.ts";
import { machineEnvironment } from "../machine-environment.ts";
import { startChaosDatabase, type ChaosDatabase } from "./chaos-database.ts";
import { startDatabaseProxy, type DatabaseProxy } from "./database-proxy.ts";
import { startChaosLab, type ChaosLab } from "./start-chaos-lab.ts";
import { leasesOf } from "./leases-of.ts";
import { startSupervised, type OwnDeath, type SupervisedProcess } from "./supervised-process.ts";

export type WorldOptions = {
  apis: number;
  workers: number;
  accessTokenSeconds: number;
  /** How long the provider takes for a token request, both ways together. */
  providerMilliseconds: number;
  /** Each process has a spool to itself, as on machines that share no disk. Otherwise they share one. */
  ownSpools: boolean;
  /** Where the logs of all processes go; null: nowhere. */
  logDirectory: string | null;
};

export type Member = { process: SupervisedProcess; proxy: DatabaseProxy; origin: string };

export type Answer = { status: number; body: any };

/** Everything that takes part: real processes, each behind its own door to the database, and a provider that is never harmed. */
export type World = {
  options: WorldOptions;
  database: ChaosDatabase;
  /** Straight to the database, for watching. */
  pool: pg.Pool;
  lab: ChaosLab;
  members: Member[];
  apis: Member[];
  apiKey: string;
  /** Processes that ended without the nemesis, with the accounts that they were refreshing. */
  ownDeaths: (OwnDeath & { inHand: string[] })[];
  /** One call of the API, at the process whose turn it is or at a named one. Rejects when that does not answer. */
  call(
    method: string,
    path: string,
    body?: unknown,
    options?: { origin?: string; timeoutSeconds?: number },
  ): Promise<Answer>;
  stop(): Promise<void>;
};

export const integrationName = "chaos-lab";
const clientId = "evergrant-chaos";

export async function startWorld(options: WorldOptions): Promise<World> {
  const directory = mkdtempSync(join(tmpdir(), "evergrant-chaos-"));
  if (options.logDirectory !== null) mkdirSync(options.logDirectory, { recursive: true });
  const stops: (() => Promise<void> | void)[] = [() => rmSync(directory, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const database = await startChaosDatabase(join(directory, "postgres"));
    stops.push(() => database.stop());
    await migrateDatabase({ connectionString: database.url });
    const pool = new pg.Pool({ connectionString: database.url, max: 4, connectionTimeoutMillis: 2_000 });
    // Its connections break with every restart, as they should.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    stops.push(() => pool.end());
    const lab = await startChaosLab(options);
    stops.push(() => lab.stop());

    const ports = await Promise.all(Array.from({ length: options.apis }, () => findFreePort()));
    const env: Record<string, string> = {
      EVERGRANT_SECRET: randomBytes(32).toString("base64"),
      EVERGRANT_KEYRING: `c1:${randomBytes(32).toString("base64")}`,
      EVERGRANT_URL: `http://127.0.0.1:${ports[0]}`,
      EVERGRANT_EGRESS_ALLOW: "127.0.0.0/8",
      LOG_LEVEL: "info",
    };
    const apiKey = await makeApiKey({
      ...env,
      DATABASE_URL: database.url,
      EVERGRANT_SPOOL_DIR: join(directory, "spool"),
    });
    const members: Member[] = [];
    const ownDeaths: World["ownDeaths"] = [];
    for (let index = 0; index < options.apis + options.workers; index += 1) {
      const port = ports[index];
      const proxy = await startDatabaseProxy(database.port);
      stops.push(() => proxy.close());
      const name = port === undefined ? `worker-${index - options.apis + 1}` : `api-${index + 1}`;
      const process = startSupervised({
        name,
        kind: port === undefined ? "worker" : "api",
        env: {
          ...env,
          DATABASE_URL: throughProxy(database.url, proxy.port),
          EVERGRANT_SPOOL_DIR: join(directory, options.ownSpools ? `spool-${index}` : "spool"),
          ...(port === undefined ? { WORKER_PORT: String(await findFreePort()) } : { PORT: String(port) }),
        },
        logFile: join(options.logDirectory ?? directory, `${name}.log`),
        onOwnDeath(death) {
          const entry = { ...death, inHand: [] as string[] };
          ownDeaths.push(entry);
          leasesOf(pool, death.pid).then(
            (ids) => (entry.inHand = ids),
            () => {},
          );
        },
      });
      stops.push(() => process.stop());
      members.push({ process, proxy, origin: `http://127.0.0.1:${port}` });
    }
    await Promise.all(members.map(({ process }) => process.waitUntilServing()));
    const apis = members.filter(({ process }) => process.kind === "api");
    const call = caller(apis, apiKey);
    await configure(call, lab);
    return { options, database, pool, lab, members, apis, apiKey, ownDeaths, call, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function throughProxy(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl);
  url.port = String(port);
  return url.href;
}

function caller(apis: Member[], apiKey: string): World["call"] {
  let turn = 0;
  return async (method, path, body, { origin = apis[turn++ % apis.length]?.origin, timeoutSeconds = 60 } = {}) => {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    return { status: response.status, body: await response.json() };
  };
}

async function configure(call: World["call"], lab: ChaosLab): Promise<void> {
  const clientSecret = randomBytes(24).toString("base64url");
  const document = labIntegration(integrationName, lab.origin);
  expectStatus(201, await call("PUT", `/integrations/${integrationName}`, document));
  const patched = await call("PATCH", "/environment-integration", {
    integration_name: integrationName,
    credentials: { oauth2: { config: { client_id: clientId, client_secret: clientSecret } } },
  });
  expectStatus(200, patched);
  const registered = await fetch(`${lab.origin}/lab/clients`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [patched.body.redirect_uri],
    }),
  });
  if (!registered.ok) throw new Error(`the lab refused the client: ${await registered.text()}`);
}

export function expectStatus(status: number, answer: Answer): void {
  if (answer.status !== status)
    throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
}

/** A grant without the pages. */
export async function issueGrant(
  lab: ChaosLab,
  person: string,
): Promise<{ grantId: string; accessToken: string; refreshToken: string; expiresIn: number }> {
  const response = await fetch(`${lab.origin}/lab/grants`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    // Without `openid` there is no ID token to sign, which would be half of the lab's work and tells nothing here.
    body: JSON.stringify({ client_id: clientId, person, scopes: ["offline_access", "read", "write"] }),
  });
  const body = (await response.json()) as Record<string, any>;
  return {
    grantId: body["grant_id"],
    accessToken: body["access_token"],
    refreshToken: body["refresh_token"],
    expiresIn: body["expires_in"],
  };
}

async function makeApiKey(env: Record<string, string>): Promise<string> {
  const args = [
    entryPoint("cli/main.ts"),
    "api-keys",
    "create",
    "--environment",
    "production",
    "--permissions",
    "all",
    "--json",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...machineEnvironment(), ...env },
  });
  return (JSON.parse(stdout) as { key: string }).key;
}
