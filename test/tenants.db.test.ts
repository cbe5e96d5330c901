import { afterAll, beforeAll, expect, test } from "vitest";
import { parseKeyring } from "#adapters/kms/parse-keyring";
import { makeKey } from "./make-key.ts";
import { createSealingProcess, openEverything } from "./sealing-process.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { createTwoOwners, type TwoOwners } from "./two-owners.ts";

let stack: Stack;
let owners: TwoOwners;

beforeAll(async () => {
  stack = await startStack({ apis: 2 });
  owners = await createTwoOwners(stack);
  await owners.agree("PUT", "/keys/policy", { policy: "tenant" });
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const tokenOf = async (id: string, api = 0) =>
  await stack.call("GET", `/integrated-accounts/${id}/token`, undefined, { api });

test("a tenant that is deleted: its accounts are disconnected, its key is destroyed, and the other tenant lives on (C5)", async () => {
  const gone = [await stack.connect("tenant-gone", "ada"), await stack.connect("tenant-gone", "grace")];
  const stays = await stack.connect("tenant-stays", "edsger");
  for (const { id } of [...gone, stays]) for (const api of [0, 1]) expect((await tokenOf(id, api)).status).toBe(200);
  const keys = async () =>
    (
      await stack.database.pool.query(
        "SELECT tenant_id, state, wrapped IS NULL AS is_gone FROM tenant_key ORDER BY tenant_id",
      )
    ).rows;
  expect(await keys()).toMatchObject([{ tenant_id: "tenant-gone" }, { tenant_id: "tenant-stays" }]);
  // What a backup of this moment holds of the tenant.
  const backup = (
    await stack.database.pool.query("SELECT * FROM sealed_credential WHERE account_id = $1", [gone[0].id])
  ).rows[0];

  const deleted = await stack.call("DELETE", "/tenants/tenant-gone");
  expect(deleted).toMatchObject({ status: 200, body: { tenant_id: "tenant-gone", keys_destroyed: 1 } });
  expect(Object.values(deleted.body.disconnected).reduce((sum: number, count) => sum + Number(count), 0)).toBe(2);
  for (const { id } of gone) {
    expect((await stack.call("GET", `/integrated-accounts/${id}`)).body.status).toBe("disconnected");
    expect((await tokenOf(id, 1)).status).toBe(410);
  }
  expect(await keys()).toEqual([
    { tenant_id: "tenant-gone", state: "destroyed", is_gone: true },
    { tenant_id: "tenant-stays", state: "current", is_gone: false },
  ]);
  for (const api of [0, 1]) expect((await tokenOf(stays.id, api)).status).toBe(200);

  // The row of the backup comes back: with everything that the operator has it opens nothing, and nobody else's is touched.
  const restored =
    "INSERT INTO sealed_credential (account_id, environment_id, version, kid, sealed) VALUES ($1, $2, $3, $4, $5)";
  const client = await stack.database.pool.connect();
  await client.query("SET session_replication_role = replica");
  await client.query(restored, [backup.account_id, backup.environment_id, backup.version, backup.kid, backup.sealed]);
  await client.query("SET session_replication_role = DEFAULT");
  client.release();
  const shared = parseKeyring(stack.env["EVERGRANT_KEYRING"] ?? "");
  if (typeof shared === "string") throw new Error(shared);
  const operator = createSealingProcess(stack.database, { keyrings: { shared, perEnvironment: new Map() } });
  const { failed } = await openEverything(operator, backup.environment_id);
  await operator.close();
  expect(failed).toEqual([expect.stringContaining(`token_set of ${backup.account_id}`)]);

  const again = await stack.call("DELETE", "/tenants/tenant-gone");
  expect(again.body).toMatchObject({ disconnected: { revoked: 0, not_supported: 0, failed: 0 }, keys_destroyed: 0 });
  const audited = await stack.database.pool.query("SELECT target FROM audit_event WHERE action = 'tenant.deleted'");
  expect(audited.rows).toEqual([{ target: "tenant-gone" }, { target: "tenant-gone" }]);
  // Whoever comes back gets another key.
  await stack.connect("tenant-gone", "ada");
  expect((await keys()).map(({ state }) => state)).toEqual(expect.arrayContaining(["destroyed", "current", "current"]));
});

test("the key alone: refused while anything hangs on it, and with force its accounts answer sealed_value_invalid", async () => {
  const { id } = await stack.connect("tenant-key", "edsger");
  expect(await owners.ask("DELETE", "/tenants/tenant-key/key")).toMatchObject({
    status: 409,
    body: { code: "conflict" },
  });
  expect(await stack.call("DELETE", "/tenants/tenant-key/key?force=true")).toMatchObject({
    status: 403,
    body: { code: "approval_forbidden" },
  });
  const agreed = await owners.agree("DELETE", "/tenants/tenant-key/key?force=true");
  expect(agreed).toMatchObject({ kind: "tenant.delete_key", subject: "tenant-key", status: "executed" });
  await expect.poll(async () => (await tokenOf(id)).body.code, { timeout: 15_000 }).toBe("sealed_value_invalid");
  expect((await tokenOf(id)).status).toBe(500);
  // It can be connected anew.
  await stack.connect("tenant-key", "edsger");
});

test("a tenant's key gets another version on the server: at once in each process, and a re-wrap moves the rest", async () => {
  const { id } = await stack.connect("tenant-rotated", "ada");
  const keyOf = async () =>
    (await stack.database.pool.query("SELECT kid FROM sealed_credential WHERE account_id = $1", [id])).rows[0].kid;
  const before = await keyOf();
  const rotate = await stack.cli(
    "keys",
    "rotate",
    "--tenant",
    "tenant-rotated",
    "--environment",
    "production",
    "--json",
  );
  expect(rotate.code, rotate.stderr).toBe(0);
  const rotated = JSON.parse(rotate.stdout);
  expect(rotated).toMatchObject({ environment: "production", tenant_id: "tenant-rotated", retired: before });
  for (const api of [0, 1]) expect((await tokenOf(id, api)).status).toBe(200);
  await expect
    .poll(
      async () => {
        await stack.call("POST", `/integrated-accounts/${id}/refresh`, undefined, { api: 1 });
        return await keyOf();
      },
      { timeout: 30_000, interval: 1_000 },
    )
    .toBe(rotated.id);
  expect((await stack.call("GET", "/keys")).body.tenant_keys).toMatchObject({ retired: 1 });
  const nobody = await stack.cli("keys", "rotate", "--tenant", "nobody", "--environment", "production", "--json");
  expect([nobody.code, nobody.stdout]).toEqual([1, ""]);
});

test("is for keys of all integrations that may write accounts and keys, and of no other tenant", async () => {
  const made = await Promise.all([
    makeKey(stack, "--permissions", "accounts:write,keys:read"),
    makeKey(stack, "--permissions", "keys:write"),
    makeKey(stack, "--permissions", "all", "--tenants", "tenant-other"),
    makeKey(stack, "--permissions", "all", "--integrations", "acme-crm"),
  ]);
  const [readsKeys = "", noAccounts = "", other = "", some = ""] = made.map(({ key }) => key);
  const attempt = async (key: string) => await stack.call("DELETE", "/tenants/tenant-stays", undefined, { key });
  expect(await attempt(readsKeys)).toMatchObject({ status: 403, body: { permission: "keys:write" } });
  expect(await attempt(noAccounts)).toMatchObject({ status: 403, body: { permission: "accounts:write" } });
  expect(await attempt(other)).toMatchObject({ status: 404 });
  expect(await attempt(some)).toMatchObject({ status: 403, body: { limited_to: "integrations" } });
  expect(await stack.call("GET", "/keys", undefined, { key: other })).toMatchObject({
    status: 403,
    body: { limited_to: "tenants" },
  });
  expect((await stack.call("GET", "/integrated-accounts?tenant_id=tenant-stays")).body.data[0].status).toBe("active");
});
