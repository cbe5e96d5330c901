// Shown by 6 of the access chapter: whoever runs code inside the web process reads no token and forges no session.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { webEnvironment } from "#scripts/child-environments";
import pg from "pg";
import { machineEnvironment } from "./machine-environment.ts";
import { signInAs } from "./sign-in-as.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { keptEnvironment } from "../web/scrub-environment.ts";

let stack: Stack;
let accountId: string;
const script = fileURLToPath(new URL("intrude-as-web.ts", import.meta.url));

beforeAll(async () => {
  stack = await startStack({ worker: true });
  accountId = (await stack.connect("tenant", "ada")).id;
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const queried = async (text: string): Promise<string> =>
  Object.values((await stack.database.pool.query(text)).rows[0])[0] as string;

async function intrude(env: Record<string, string | undefined>): Promise<{ tried: number; through: string[] }> {
  await stack.call("POST", "/link-tokens", { tenant_id: "tenant", integration_name: "acme-crm" });
  const told = {
    accountId,
    userId: await queried("SELECT user_id FROM admin_session"),
    sessionId: await queried("SELECT id FROM admin_session"),
    linkId: await queried("SELECT id FROM link_token ORDER BY created_at DESC LIMIT 1"),
    databaseUrl: stack.database.url,
    workerOrigin: `http://127.0.0.1:${stack.env["WORKER_PORT"]}`,
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, JSON.stringify({ ...told, databaseUrl: told.databaseUrl.replace(/\/\/([^:]+):[^@]*@/, "//$1@") })],
    {
      env: env as NodeJS.ProcessEnv,
    },
  );
  return JSON.parse(stdout) as { tried: number; through: string[] };
}

/** What npm start hands to web on a machine where the operator's shell has everything. */
const ofWeb = (): Record<string, string | undefined> =>
  keptEnvironment(
    webEnvironment({
      ...machineEnvironment(),
      ...stack.env,
      API_DATABASE_URL: stack.database.urlAs("api"),
      API_ORIGIN: stack.apis[0]?.origin,
    }) as NodeJS.ProcessEnv,
  );

test("with all that web has, every route, the links, the database and the worker are tried, and nothing gets through", async () => {
  await signInAs(stack, "ada@example.com", "owner");
  const { tried, through } = await intrude(ofWeb());
  expect(through).toEqual([]);
  expect(tried).toBeGreaterThan(100);
  const opened = await queried(
    "SELECT count(*)::int FROM audit_event WHERE action = 'credential.opened' AND detail->>'purpose' IN ('token_read', 'proxy')",
  );
  expect(opened).toBe(0);
});

test("the intruder has teeth: with the secret of the sessions in its environment it forges one and reads a token", async () => {
  const { deriveKey } = await import("#adapters/system/secret-digests");
  const secret = Buffer.from(deriveKey(Buffer.from(stack.env["EVERGRANT_SECRET"] ?? "", "base64"), "admin-session"));
  const { through } = await intrude({ ...ofWeb(), STOLEN: secret.toString("base64url") });
  expect(through).toEqual([expect.stringMatching(/^a forged session/)]);
});

test("a role of the database that nobody gave anything reads no table, and calls nothing of ours", async () => {
  const client = new pg.Client({ connectionString: stack.database.urlAs("nobody") });
  await client.connect();
  try {
    for (const table of [
      "sealed_credential",
      "sealed_secret",
      "integrated_account",
      "api_key",
      "admin_user",
      "audit_event",
    ]) {
      await expect(client.query(`SELECT 1 FROM ${table}`), table).rejects.toThrow("permission denied");
    }
    await expect(client.query("SELECT evergrant_drop_old_partitions('event', now())")).rejects.toThrow(
      "permission denied",
    );
  } finally {
    await client.end();
  }
});
