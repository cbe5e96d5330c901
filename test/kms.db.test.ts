import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { parseSealed } from "#core/domain/sealing/envelope";
import { dumpDatabase, findSecrets } from "./find-secrets.ts";
import { until } from "./faulty-integration.ts";
import { startTransit, type FakeTransit } from "./kms/start-transit.ts";
import { expireToken, startStack, type Stack } from "./start-stack.ts";
import { startProcess } from "./start-process.ts";

// The real processes with their keys in Transit, by its protocol: what becomes of requests while it is sealed.
const vaultToken = `hvs.${randomBytes(24).toString("hex")}`;
let transit: FakeTransit;
let stack: Stack;

beforeAll(async () => {
  transit = await startTransit(vaultToken);
  stack = await startStack({
    env: {
      EVERGRANT_KMS: "transit",
      EVERGRANT_KMS_KEYS: "v1=one",
      EVERGRANT_KMS_KEYS_STAGING: "s1=two",
      EVERGRANT_KMS_ENDPOINT: transit.origin,
      EVERGRANT_KMS_NAMESPACE: transit.namespace,
      EVERGRANT_KMS_TOKEN: vaultToken,
      // A silent one costs this much; a machine that is busy needs it.
      EVERGRANT_KMS_DEADLINE_SECONDS: "10",
      // Nothing of a keyring is there.
      EVERGRANT_KEYRING: "",
    },
  });
});
afterEach(() => transit.setFault(null));
afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  await transit?.close();
});

const unavailable = { status: 503, body: { code: "kms_unavailable" } };
const tokenOf = (id: string) => stack.call("GET", `/integrated-accounts/${id}/token`);
const importing = (tenantId: string, secret: string) => ({
  integration_name: "acme-crm",
  tenant_id: tenantId,
  credentials: { oauth2: { access_token: `at-${secret}`, refresh_token: `rt-${secret}`, expires_in: 3600 } },
});

test("an account is connected and its token read, and staging's keys are other ones", async () => {
  const { id } = await stack.connect("tenant-connected", "ada");
  const { status, body } = await tokenOf(id);
  expect(status).toBe(200);
  const keys = await stack.cli("keys", "status", "--json");
  expect(JSON.parse(keys.stdout).keys).toEqual([
    expect.objectContaining({ id: "v1", state: "current", sealed: 2 }),
    expect.objectContaining({ id: "s1", state: "current", sealed: 0 }),
  ]);
  const { chunks } = await dumpDatabase(stack.database.pool);
  expect(findSecrets([body.access_token], chunks)).toEqual([]);
});

test.each(["disabled", "denied", "unreachable", "silent"] as const)(
  "while the KMS is %s, tokens are not read and not imported, and nothing is kept in clear",
  async (fault) => {
    const tenant = `tenant-${fault}`;
    const { id } = await stack.connect(tenant, "grace");
    const before = (await tokenOf(id)).body;
    const secret = randomBytes(16).toString("hex");
    await transit.setFault(fault);
    const [read, imported] = await Promise.all([
      tokenOf(id),
      stack.call("POST", "/integrated-accounts", importing(`${tenant}-new`, secret)),
    ]);
    expect(read).toMatchObject(unavailable);
    expect(imported).toMatchObject(unavailable);
    expect(JSON.stringify([read.body, imported.body])).not.toContain("Transit");
    const { chunks } = await dumpDatabase(stack.database.pool);
    expect(findSecrets([before.access_token, `at-${secret}`, `rt-${secret}`], chunks)).toEqual([]);
    const { body: none } = await stack.call("GET", `/integrated-accounts?tenant_id=${tenant}-new&status=active`);
    expect(none.data).toEqual([]);

    await transit.setFault(null);
    expect(await tokenOf(id)).toMatchObject({ status: 200, body: { access_token: before.access_token } });
    const again = await stack.call("POST", "/integrated-accounts", importing(`${tenant}-new`, secret));
    expect(again.status).toBe(201);
    expect((await tokenOf(again.body.id)).body.access_token).toBe(`at-${secret}`);
  },
);

test("a refresh loses no rotated token, whichever of its calls the KMS is gone at", async () => {
  const { id } = await stack.connect("tenant-refresh", "alan");
  const outcomes: number[] = [];
  for (let step = 0; ; step += 1) {
    const version = (await tokenOf(id)).body.credential_version;
    await expireToken(stack.database, id);
    const refreshes = stack.lab.stats().refreshes;
    const calls = transit.requests;
    await transit.setFault("disabled", Number.POSITIVE_INFINITY, step);
    const during = await tokenOf(id);
    const failed = transit.requests - calls > step;
    await transit.setFault(null);
    outcomes.push(during.status);
    // Whether it got one now or not: the account lives, and the refresh token that it has is the provider's newest.
    const after = await tokenOf(id);
    expect(after, `step ${step}`).toMatchObject({ status: 200, body: { credential_version: version + 1 } });
    expect(stack.lab.stats().refreshes, `step ${step}`).toBe(refreshes + 1);
    expect(stack.lab.stats()).toMatchObject({ reuse_detected: 0, invalid_grants: 0 });
    if (!failed) break;
    expect(during, `step ${step}`).toMatchObject(unavailable);
  }
  // At least the refresh token, the client's secret and the key of the answer: three calls before the provider is asked, one after.
  expect(outcomes.length).toBeGreaterThanOrEqual(4);
  expect(outcomes.at(-1)).toBe(200);
});

test("the worker refreshes what fell due, with its keys there too", async () => {
  const { id } = await stack.connect("tenant-worker", "hedy");
  await stack.database.pool.query("UPDATE integrated_account SET refresh_due_at = now() WHERE id = $1", [id]);
  // Jobs are expendable: the sweep of a worker that starts finds the row.
  await stack.database.pool.query("DELETE FROM graphile_worker._private_jobs");
  const worker = await startProcess("worker/main.ts", stack.env);
  try {
    const version = async () => (await stack.call("GET", `/integrated-accounts/${id}`)).body.credential_version;
    await until(async () => (await version()) >= 2);
    expect((await tokenOf(id)).status).toBe(200);
  } finally {
    expect(await worker.stop()).toBe(0);
  }
});

test("the command line adds a version to the key, brings everything under it, and the one before can be shut out", async () => {
  const { id } = await stack.connect("tenant-rotated", "ada");
  const versions = async (): Promise<number[]> => {
    const { rows } = await stack.database.pool.query("SELECT sealed FROM sealed_credential");
    return [...new Set(rows.map(({ sealed }) => Buffer.from(parseSealed(sealed)?.wrapped ?? []).readUInt32BE(0)))];
  };
  expect(await versions()).toEqual([1]);
  const rotated = await stack.cli("keys", "rotate", "--json");
  expect(rotated).toMatchObject({ code: 0 });
  const wait = "Refreshes that are under way now write under the version before: wait a minute for them.";
  expect(JSON.parse(rotated.stdout)).toEqual({ id: "v1", version: "2", environments: ["production"], wait });
  const { rows } = await stack.database.pool.query(
    "SELECT actor, target, detail FROM audit_event WHERE action = 'key.version_added'",
  );
  expect(rows).toEqual([{ actor: "command_line", target: "v1", detail: { version: "2" } }]);

  const rewrapped = await stack.cli("keys", "rewrap", "--everything", "--environment", "production", "--json");
  expect(rewrapped).toMatchObject({ code: 0 });
  const [run] = JSON.parse(rewrapped.stdout).runs;
  expect(run).toMatchObject({ state: "done", to: "v1", everything: true, done: run.total, failed: 0, remaining: {} });
  expect(await versions()).toEqual([2]);
  transit.setMinimum("one", 2);
  expect((await tokenOf(id)).status).toBe(200);

  const own = await stack.cli("keys", "rotate", "--environment", "staging", "--json");
  expect(JSON.parse(own.stdout)).toEqual({ id: "s1", version: "2", environments: ["staging"], wait });
  expect((await stack.cli("keys", "rotate", "--environment", "production")).stderr).toContain("no keys of its own");
  expect((await stack.cli("keys", "rotate", "--environment", "nowhere")).code).toBe(1);
  transit.rotations = "denied";
  const refused = await stack.cli("keys", "rotate");
  transit.rotations = "now";
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('path "transit/keys/one/rotate" { capabilities = ["update"] }');
});

test("the log says why, and holds neither the KMS's token nor anybody else's", async () => {
  const { id } = await stack.connect("tenant-log", "ada");
  const { access_token: accessToken } = (await tokenOf(id)).body;
  await transit.setFault("disabled");
  await tokenOf(id);
  const log = stack.logs();
  expect(log).toContain("Transit, decrypt with v1: status 503: Vault is sealed");
  expect(findSecrets([vaultToken, accessToken], [Buffer.from(log)])).toEqual([]);
});
