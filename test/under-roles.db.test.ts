// api, worker and whoever runs the command line do their work under the rights of their roles, and the auditor reads along.
import { allowedActions } from "#core/domain/audit/audit-statement";
import { taskAudits } from "../worker/task-audits.ts";
import { createCrontab } from "../worker/task-list.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "./faulty-integration.ts";
import { runCli } from "./run-cli.ts";
import { startReceiver, type Receiver } from "./start-receiver.ts";
import { expireToken, startStack, type Stack } from "./start-stack.ts";
import { webhookHelpers } from "./webhook-helpers.ts";

let stack: Stack;
let receiver: Receiver;
const { makeEndpoint, untilReceived } = webhookHelpers(
  () => stack,
  () => receiver,
);
const rows = async (text: string): Promise<any[]> => (await stack.database.pool.query(text)).rows;

beforeAll(async () => {
  [stack, receiver] = await Promise.all([startStack({ worker: true }), startReceiver()]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await receiver.close();
});

test("each process is signed in as its own role", async () => {
  const signedIn = await rows(
    "SELECT DISTINCT usename, application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'evergrant-%' ORDER BY 1",
  );
  expect(signedIn).toEqual([
    { usename: "test_api", application_name: "evergrant-api" },
    { usename: "test_worker", application_name: "evergrant-worker" },
  ]);
});

test("an account's life from connect to disconnect, its webhooks, its records and their seal", async () => {
  const endpoint = await makeEndpoint();
  const account = await stack.connect("tenant", "ada");
  await expireToken(stack.database, account.id);
  expect((await stack.call("GET", `/integrated-accounts/${account.id}/token`)).status).toBe(200);
  const grant = await stack.lab.issueGrant({ clientId: "evergrant-test", person: "alan" });
  const imported = await stack.call("POST", "/integrated-accounts", {
    integration_name: "acme-crm",
    tenant_id: "importer",
    credentials: { oauth2: { access_token: grant.accessToken, refresh_token: grant.refreshToken, expires_in: 0 } },
  });
  // By the worker, through a job.
  await until(
    async () => (await stack.call("GET", `/integrated-accounts/${imported.body.id}`)).body.credential_version > 1,
    20,
  );
  await stack.lab.revokeGrant(stack.lab.grants().find((one) => one.person === "alan")?.grant_id ?? "");
  await expireToken(stack.database, imported.body.id);
  expect((await stack.call("GET", `/integrated-accounts/${imported.body.id}/token`)).status).toBe(409);
  expect((await stack.call("DELETE", `/integrated-accounts/${account.id}`)).body.revocation).toBe("revoked");
  // created twice, authentication_error, disconnected
  await untilReceived(endpoint, 4);
  await until(async () => {
    const [{ open }] = await rows(
      `SELECT count(*)::int AS open FROM audit_event e JOIN environment n ON n.id = e.environment_id
        WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.audit_id = e.id)`,
    );
    return open === 0;
  }, 20);
});

test("what the worker does by the clock", async () => {
  const tasks = createCrontab().map(({ task }) => task);
  expect(tasks.length).toBeGreaterThan(5);
  await stack.database.pool.query("DROP TABLE IF EXISTS event_20200106");
  await stack.database.pool.query(
    "CREATE TABLE event_20200106 PARTITION OF event FOR VALUES FROM ('2020-01-06 00:00Z') TO ('2020-01-13 00:00Z')",
  );
  await stack.database.pool.query(
    "SELECT graphile_worker.add_job(task, max_attempts => 1) FROM unnest($1::text[]) task",
    [tasks],
  );
  // A task that failed keeps its job, with its error.
  await until(async () => {
    const left = await rows("SELECT task_identifier, last_error FROM graphile_worker.jobs WHERE key IS NULL");
    expect(left.filter(({ last_error: error }) => error !== null)).toEqual([]);
    return left.length === 0;
  }, 30);
  expect(await rows("SELECT to_regclass('event_20200106') AS is")).toEqual([{ is: null }]);
  expect(await rows("SELECT count(*)::int > 0 AS has FROM audit_anchor")).toEqual([{ has: true }]);
  expect(stack.logs()).not.toMatch(/could not be removed yet|permission denied/);
});

test("the worker writes to the audit log what its tasks state", async () => {
  const allowed = new Set<string>(Object.values(taskAudits).flatMap((one) => allowedActions(one)));
  const written = await rows("SELECT DISTINCT action FROM audit_event WHERE actor = 'worker' ORDER BY 1");
  const actions = written.map(({ action }) => String(action));
  expect(actions).toEqual(expect.arrayContaining(["credential.opened", "credential.sealed", "secret.opened"]));
  expect(actions.filter((action) => !allowed.has(action))).toEqual([]);
});

test.each<[string, string[]]>([
  ["keys status", ["keys", "status"]],
  ["keys rewrap", ["keys", "rewrap"]],
  ["users create", ["users", "create", "--email", "ada@example.com"]],
  ["api-keys list", ["api-keys", "list"]],
  ["audit anchor", ["audit", "anchor"]],
  ["audit verify", ["audit", "verify"]],
  ["audit reseal", ["audit", "reseal", "--environment", "production", "--reason", "a drill"]],
  ["approvals list", ["approvals", "list", "--environment", "production"]],
])("the command line, as a member of api and worker: %s", async (_name, args) => {
  const { code, stderr } = await stack.cli(...args, "--json");
  expect(`${code} ${stderr}`).toMatch(/^0 /);
  expect(stderr).not.toContain("permission denied");
});

test("the auditor verifies the log, and the command line under that role can make no key", async () => {
  const env = { ...stack.env, DATABASE_URL: stack.database.urlAs("auditor") };
  const verified = await runCli(env, ["audit", "verify", "--json"]);
  expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true });
  expect(verified.code).toBe(0);
  const made = await runCli(env, [
    "api-keys",
    "create",
    "--environment",
    "production",
    "--permissions",
    "all",
    "--json",
  ]);
  expect(made.code).toBe(1);
  expect(made.stderr).toContain("permission denied");
});

test("the command that shows the roles names who uses them", async () => {
  const env = { ...stack.env, DATABASE_URL: stack.database.url };
  const { stdout } = await runCli(env, ["db", "roles", "--json"]);
  const { roles } = JSON.parse(stdout) as { roles: { name: string; exists: boolean; members: string[] }[] };
  expect(roles.map(({ name, exists }) => ({ name, exists }))).toEqual([
    { name: "evergrant_api", exists: true },
    { name: "evergrant_worker", exists: true },
    { name: "evergrant_auditor", exists: true },
  ]);
  expect(roles.map(({ members }) => members)).toEqual([
    ["test_api", "test_operator"],
    ["test_operator", "test_worker"],
    ["test_auditor"],
  ]);
  const refused = await runCli({ ...env, EVERGRANT_ROLE_PREFIX: "x; DROP" }, ["db", "roles"]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("EVERGRANT_ROLE_PREFIX");
});
