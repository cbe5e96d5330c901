import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approveAsPerson } from "#lab/approve-as-person";
import { connectAsPerson } from "#lab/connect-as-person";
import { startLab, type Lab, type LabOptions } from "#lab/start-lab";
import { labIntegration } from "#scripts/lab-integration";
import { findFreePort } from "#scripts/ports";
import { assertProblem } from "./assert-problem.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { runCli } from "./run-cli.ts";
import { startProcess, type StartedProcess } from "./start-process.ts";

export type Answer = { status: number; headers: Headers; body: any };

export type Stack = {
  database: TestDatabase;
  lab: Lab;
  apis: { origin: string; process: StartedProcess }[];
  worker: StartedProcess | null;
  /** The environment of api and worker, for starting more of them and for the command line. */
  env: Record<string, string>;
  apiKey: string;
  /** One call of the API with the key of the stack, or another one. */
  call(
    method: string,
    path: string,
    body?: unknown,
    options?: { key?: string; api?: number; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** Walks a link as a customer's browser does. @returns the outcome page's data */
  walk(
    url: string,
    person: string,
    /** `approve` false: the page's question, where it asks one, stays unanswered. */
    options?: { allow?: boolean; scopes?: string[]; integration?: string; origin?: string; approve?: boolean },
  ): Promise<Answer["body"]>;
  /** A new link and a walk along it. @returns the account */
  connect(tenantId: string, person: string): Promise<Answer["body"]>;
  cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** What all processes wrote. */
  logs(): string;
  [Symbol.asyncDispose](): Promise<void>;
};

/** The real processes on a real database, against a real authorization server. */
export async function startStack(
  options: {
    apis?: number;
    worker?: boolean;
    accessTokenSeconds?: number;
    webOrigin?: string;
    lab?: LabOptions;
    /** Besides what the stack sets itself. */
    env?: Record<string, string>;
  } = {},
): Promise<Stack> {
  const database = await createTestDatabase();
  const lab = await startLab({ accessTokenSeconds: options.accessTokenSeconds ?? 180, ...options.lab });
  const spool = mkdtempSync(join(tmpdir(), "evergrant-spool-"));
  const ports = await Promise.all(Array.from({ length: options.apis ?? 1 }, () => findFreePort()));
  const origin = `http://127.0.0.1:${ports[0]}`;
  const env: Record<string, string> = {
    // As in production: each process under the role that is its own, and whoever runs the command line under both.
    DATABASE_URL: database.urlAs("operator"),
    EVERGRANT_SECRET: randomBytes(32).toString("base64"),
    EVERGRANT_KEYRING: `t1:${randomBytes(32).toString("base64")}`,
    EVERGRANT_URL: origin,
    EVERGRANT_EGRESS_ALLOW: "127.0.0.0/8",
    EVERGRANT_SPOOL_DIR: spool,
    WORKER_PORT: String(await findFreePort()),
    // A port that nothing listens on: pages are not part of this stack.
    WEB_PORT: String(await findFreePort()),
    ...(options.webOrigin === undefined ? {} : { WEB_ORIGIN: options.webOrigin }),
    ...options.env,
  };
  const cli: Stack["cli"] = async (...args) => await runCli(env, args);
  const startApi = async (port: number): Promise<Stack["apis"][number]> => ({
    origin: `http://127.0.0.1:${port}`,
    process: await startProcess("api/main.ts", { ...env, DATABASE_URL: database.urlAs("api"), PORT: String(port) }),
  });
  const [made, apis, worker] = await Promise.all([
    cli("api-keys", "create", "--environment", "production", "--permissions", "all", "--json"),
    Promise.all(ports.map(startApi)),
    options.worker === true ? startProcess("worker/main.ts", { ...env, DATABASE_URL: database.urlAs("worker") }) : null,
  ]);
  if (made.code !== 0) throw new Error(made.stderr);
  const apiKey = (JSON.parse(made.stdout) as { key: string }).key;

  const call: Stack["call"] = async (method, path, body, { key = apiKey, api = 0, headers = {} } = {}) => {
    const response = await fetch(`${apis[api]?.origin}${path.startsWith("/api/") ? "" : "/api/v1"}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, body: text === "" ? null : parse(text) };
    // What the proxy passes on is the provider's.
    if (!response.ok && !path.includes("/proxy/")) assertProblem(answer.status, answer.headers, answer.body);
    return answer;
  };

  const walk: Stack["walk"] = async (
    url,
    person,
    { integration = "acme-crm", origin: at = lab.origin, approve = true, ...choices } = {},
  ) => {
    const click = await fetch(url, {
      method: "POST",
      body: new URLSearchParams({ integration_name: integration }),
      headers: { origin },
      redirect: "manual",
    });
    const authorizeUrl = click.headers.get("location") ?? "";
    const cookie = click.headers
      .getSetCookie()
      .map((one) => one.split(";")[0])
      .join("; ");
    if (!authorizeUrl.startsWith(at)) return { status: "refused", location: authorizeUrl, code: click.status };
    const { callbackUrl } = await connectAsPerson({ authorizeUrl, person, ...choices });
    const back = await fetch(callbackUrl, { headers: { cookie }, redirect: "manual" });
    const approval = approve ? await approveAsPerson({ origin, cookie }) : null;
    const outcome = await fetch(`${origin}/api/connect/outcome`, { headers: { cookie } });
    const body = (await outcome.json()) as Record<string, unknown>;
    const location = (approval ?? back).headers.get("location");
    return { ...body, callbackUrl, cookie, callbackStatus: back.status, location };
  };

  const stack: Stack = {
    database,
    lab,
    apis,
    worker,
    env,
    apiKey,
    call,
    walk,
    cli,
    async connect(tenantId, person) {
      const link = await call("POST", "/link-tokens", { tenant_id: tenantId, integration_name: "acme-crm" });
      const outcome = await walk(link.body.url, person);
      if (outcome.status !== "connected") throw new Error(`not connected: ${JSON.stringify(outcome)}`);
      const { body } = await call("GET", `/integrated-accounts?tenant_id=${tenantId}&status=active`);
      return body.data[0];
    },
    logs: () => [...apis.map((api) => api.process.output()), worker?.output() ?? ""].join("\n"),
    async [Symbol.asyncDispose]() {
      await Promise.all([...apis.map((api) => api.process.stop()), worker?.stop()]);
      const refused = /permission denied for [^"\\]*/.exec(stack.logs())?.[0];
      await lab.close();
      await database.drop();
      rmSync(spool, { recursive: true, force: true });
      // A task that lacks a right is tried again in silence, so its test might pass all the same (adapters/postgres/role-rights.ts).
      if (refused !== undefined) throw new Error(`a process did what its database role may not: ${refused}`);
    },
  };
  await configureLab(stack);
  return stack;
}

async function configureLab({ call, lab }: Stack): Promise<void> {
  const secret = randomBytes(24).toString("base64url");
  const put = await call("PUT", "/integrations/acme-crm", labIntegration("acme-crm", lab.origin));
  if (put.status !== 201) throw new Error(JSON.stringify(put.body));
  const patched = await call("PATCH", "/environment-integration", {
    integration_name: "acme-crm",
    credentials: { oauth2: { config: { client_id: "evergrant-test", client_secret: secret } } },
  });
  if (patched.status !== 200) throw new Error(JSON.stringify(patched.body));
  await lab.registerClient({
    clientId: "evergrant-test",
    clientSecret: secret,
    redirectUris: [patched.body.redirect_uri],
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Makes an account's token look expired to Evergrant; the provider's own clock is not touched. */
export async function expireToken(database: TestDatabase, accountId: string): Promise<void> {
  await database.pool.query(
    `UPDATE integrated_account SET issued_at = now() - interval '181 seconds', expires_at = now() - interval '1 second'
      WHERE id = $1`,
    [accountId],
  );
}
