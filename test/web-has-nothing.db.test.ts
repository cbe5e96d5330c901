// Shown by 6 of the access chapter: whoever runs code inside the web process reads no token and forges no session.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { webEnvironment } from "#scripts/child-environments";
import pg from "pg";
import { machineEnvironment } from "./machine-environment.ts";
import { signInAs } from "./sign-in-as.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { keptEnvironment } from "../web/scrub-environment.ts";

let stack: Stack;
let accountId: string;
let webOrigin: string;
/** In web's place: it keeps what api hands it. */
const visits: Record<string, string>[] = [];
const web = createServer(({ url, headers }, response) => {
  if (url === "/what-it-holds") {
    response.end(JSON.stringify(visits));
    return;
  }
  visits.push(
    Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        typeof value === "string" && !hopByHop.has(name) ? [[name, value]] : [],
      ),
    ),
  );
  response.end("a page");
});
const hopByHop = new Set(["host", "connection", "content-length", "transfer-encoding", "accept-encoding"]);
const script = fileURLToPath(new URL("intrude-as-web.ts", import.meta.url));

// Every route is tried in several ways, one after the other.
vi.setConfig({ testTimeout: 300_000 });

beforeAll(async () => {
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  webOrigin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  stack = await startStack({ worker: true, webOrigin });
  accountId = (await stack.connect("tenant", "ada")).id;
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  web.close();
});
beforeEach(() => void visits.splice(0));

const queried = async (text: string): Promise<string> =>
  Object.values((await stack.database.pool.query(text)).rows[0])[0] as string;

interface Intrusion {
  readonly tried: number;
  readonly through: string[];
  readonly read: string[];
}

async function visit(path: string, cookie: string): Promise<void> {
  const answer = await fetch(`${stack.apis[0]?.origin}${path}`, {
    headers: { cookie, "x-evergrant-visitor": "planted" },
  });
  expect(await answer.text(), path).toBe("a page");
}

async function intrude(env: Record<string, string | undefined>, only = ""): Promise<Intrusion> {
  await stack.call("POST", "/link-tokens", { tenant_id: "tenant", integration_name: "acme-crm" });
  const told = {
    accountId,
    userId: await queried("SELECT user_id FROM admin_session ORDER BY created_at DESC LIMIT 1"),
    sessionId: await queried("SELECT id FROM admin_session ORDER BY created_at DESC LIMIT 1"),
    linkId: await queried("SELECT id FROM link_token ORDER BY created_at DESC LIMIT 1"),
    databaseUrl: stack.database.url,
    visits: `${webOrigin}/what-it-holds`,
    only,
    workerOrigin: `http://127.0.0.1:${stack.env["WORKER_PORT"]}`,
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [script, JSON.stringify({ ...told, databaseUrl: told.databaseUrl.replace(/\/\/([^:]+):[^@]*@/, "//$1@") })],
    {
      env: env as NodeJS.ProcessEnv,
    },
  );
  return JSON.parse(stdout) as Intrusion;
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

test("while an owner who has just signed in and a customer visit, web is handed nothing that does more than make their pages", async () => {
  const session = await signInAs(stack, "grace@example.com", "owner");
  const csrf = await fetch(`${stack.apis[0]?.origin}/api/auth/csrf`);
  const own = csrf.headers.getSetCookie().map((one) => one.split(";")[0] ?? "");
  const ofOwner = [session, ...own, "evergrant_theme=dark", "evergrant_environment=staging", "other_product=canary"];
  const { body } = await stack.call("POST", "/link-tokens", { tenant_id: "tenant", integration_name: "acme-crm" });
  const waiting = await stack.walk(body.url, "grace", { approve: false });
  const comeByOnce = async (): Promise<void> => {
    const before = visits.length;
    for (const path of ["/", "/accounts?status=active", "/sign-in", "/_next/static/nothing.js"])
      await visit(path, ofOwner.join("; "));
    await visit(new URL(body.url).pathname, waiting.cookie);
    await visit("/connect/outcome", `${waiting.cookie}; ${session}`);
    visits.splice(0, before);
  };
  await comeByOnce();

  const handed = JSON.stringify(visits);
  const values = [...own, session, ...waiting.cookie.split("; ")].map((one) => one.slice(one.indexOf("=") + 1));
  expect(values.filter((value) => handed.includes(value) || handed.includes(decodeURIComponent(value)))).toEqual([]);
  expect(handed).not.toMatch(/canary|planted|session-token|csrf/);
  expect(visits.map((one) => "x-evergrant-visitor" in one)).toEqual([true, true, true, false, true, true]);
  expect(visits[0]?.["cookie"]).toBe("evergrant_theme=dark; evergrant_environment=staging");

  // On a busy machine the intruder needs longer than a pass lasts: people go on visiting.
  const intrusion = intrude(ofWeb());
  let isOver = false;
  void intrusion.then(
    () => (isOver = true),
    () => (isOver = true),
  );
  while (!isOver) {
    await comeByOnce();
    await delay(2_000);
  }
  const { tried, through, read } = await intrusion;
  expect(through).toEqual([]);
  expect(tried).toBeGreaterThan(200);
  // It is not that nothing works: the pages are made with it.
  expect(read).toEqual(
    expect.arrayContaining(["getSession", "listAccounts", "getAccount", "listUsers", "the outcome of a trip"]),
  );
  const changed = await queried(
    `SELECT count(*)::int FROM audit_event
      WHERE actor = (SELECT id FROM admin_user WHERE email = 'grace@example.com') AND action NOT IN ('user.signed_in')`,
  );
  expect(changed).toBe(0);

  // What is over is over for its pages too.
  await stack.database.pool.query(
    "UPDATE admin_session SET ended_at = now(), end_reason = 'signed_out' WHERE ended_at IS NULL",
  );
  const later = await fetch(`${stack.apis[0]?.origin}/api/v1/session`, { headers: visits[0] ?? {} });
  expect(later.status).toBe(401);
});

test("the intruder has teeth: with the visitor's cookie, as any process behind api could have it, it reads a token", async () => {
  visits.push({ cookie: await signInAs(stack, "alan@example.com", "owner") });
  const { through } = await intrude(ofWeb(), "getToken");
  expect(through).toContain("getToken with what a visitor sent");
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
