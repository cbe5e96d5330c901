// Versions of a tenant's key, and its end, on a real database.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Keyring } from "#adapters/kms/local-keyring";
import { changeSealingPolicy } from "#core/usecases/change-sealing-policy";
import { destroyTenantKey } from "#core/usecases/destroy-tenant-key";
import { readKeys } from "#core/usecases/read-keys";
import { rotateTenantKey } from "#core/usecases/rotate-tenant-key";
import { runRewrap } from "#core/usecases/run-rewrap";
import { startRewrap } from "#core/usecases/start-rewrap";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import {
  createSealingProcess,
  fillEnvironment,
  keyOf,
  openEverything,
  type SealingProcess,
} from "./sealing-process.ts";

let database: TestDatabase;
let production: string;
const [k1, k2] = [keyOf("k1"), keyOf("k2")];
const started: SealingProcess[] = [];

function start(...shared: Keyring): SealingProcess {
  const process = createSealingProcess(database, { keyrings: { shared, perEnvironment: new Map() } });
  started.push(process);
  return process;
}

const caller = () => ({ id: "command_line", environmentId: production }) as const;
const rewrap = async (process: SealingProcess) => {
  const { id } = await startRewrap(process, caller(), { pace: null });
  const signal = new AbortController().signal;
  return await runRewrap(process, { runId: id, owner: "one", actor: "worker", signal });
};
const keysOf = async (tenant: string): Promise<any[]> =>
  (
    await database.pool.query(
      "SELECT id, version, state, kid, wrapped IS NULL AS is_gone FROM tenant_key WHERE tenant_id = $1 ORDER BY version",
      [tenant],
    )
  ).rows;
const countUnder = async (kid: string): Promise<number> =>
  (await database.pool.query("SELECT count(*)::int AS n FROM sealed_credential WHERE kid = $1", [kid])).rows[0].n;

/** Twelve accounts of three tenants, each under its tenant's key. */
async function filled(): Promise<SealingProcess> {
  const process = start(k1);
  await changeSealingPolicy(process, caller(), "tenant");
  await fillEnvironment(process, production, { accounts: 12 });
  return process;
}

beforeEach(async () => {
  database = await createTestDatabase();
  const { rows } = await database.pool.query("SELECT id FROM environment WHERE name = 'production'");
  production = rows[0].id;
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.close()));
  await database.drop();
});

describe("a tenant's key that gets a new version", () => {
  test("seals what is new at once, opens what was sealed before, and a re-wrap brings all of it under the new one", async () => {
    const process = await filled();
    const { id, retired } = await rotateTenantKey(process, caller(), "tenant-1");
    expect(await keysOf("tenant-1")).toMatchObject([
      { id: retired, version: 1, state: "retired", is_gone: false },
      { id, version: 2, state: "current" },
    ]);
    const location = { environmentId: production, owner: "ia_new", field: "token_set", version: 1 } as const;
    for (const one of [process, start(k1)]) {
      const { kid, sealed } = await one.seal(location, "a new token", "tenant-1");
      expect(kid).toBe(id);
      expect(await one.open(location, sealed)).toBe("a new token");
    }
    expect(await openEverything(process, production)).toMatchObject({ opened: 25, failed: [] });
    expect(await countUnder(retired)).toBe(4);

    const ended = await rewrap(start(k1));
    expect(ended).toMatchObject({ state: "done", total: 4, done: 4, failed: 0, remaining: {}, fromKids: [retired] });
    expect([await countUnder(retired), await countUnder(id)]).toEqual([0, 4]);
    expect(await openEverything(start(k1), production)).toMatchObject({ opened: 25, failed: [] });
    const { rows } = await database.pool.query(
      "SELECT actor, target, key_id, detail FROM audit_event WHERE action = 'tenant_key.rotated'",
    );
    expect(rows).toEqual([
      { actor: "command_line", target: id, key_id: "k1", detail: { tenant_id: "tenant-1", retired } },
    ]);
    const { tenantKeys } = await readKeys(process, { id: production, name: "production" });
    expect(tenantKeys).toMatchObject({ current: 3, retired: 1, destroyed: 0, sealed: { credential: 12 } });
  });

  test("takes its earlier versions along when the key of the KMS is exchanged", async () => {
    const process = await filled();
    await rotateTenantKey(process, caller(), "tenant-1");
    await rotateTenantKey(process, caller(), "tenant-1");
    const ended = await rewrap(start(k2, k1));
    expect(ended).toMatchObject({ state: "done", failed: 0, remaining: {} });
    expect((await keysOf("tenant-1")).map(({ state, kid }) => [state, kid])).toEqual([
      ["retired", "k2"],
      ["retired", "k2"],
      ["current", "k2"],
    ]);
    expect(await openEverything(start(k2), production)).toMatchObject({ opened: 25, failed: [] });
  });

  test("has one newest version, however many ask for it at once", async () => {
    const process = await filled();
    const rotated = await Promise.all(
      Array.from({ length: 4 }, () => rotateTenantKey(start(k1), caller(), "tenant-1").catch(() => null)),
    );
    expect(rotated.filter((one) => one !== null).length).toBeGreaterThan(0);
    const keys = await keysOf("tenant-1");
    expect(keys.filter(({ state }) => state === "current")).toHaveLength(1);
    expect(keys).toHaveLength(1 + rotated.filter((one) => one !== null).length);
    await rewrap(process);
    expect(await openEverything(start(k1), production)).toMatchObject({ opened: 25, failed: [] });
  });

  test("is there to be rotated: not for a tenant that is not known, nor under the policy direct", async () => {
    const process = await filled();
    await expect(rotateTenantKey(process, caller(), "nobody")).rejects.toMatchObject({ code: "not_found" });
    await destroyTenantKey(process, caller(), "tenant-2", true);
    await expect(rotateTenantKey(process, caller(), "tenant-2")).rejects.toMatchObject({ code: "conflict" });
  });

  test("goes with the tenant, in all its versions", async () => {
    const process = await filled();
    await rotateTenantKey(process, caller(), "tenant-1");
    await expect(destroyTenantKey(process, caller(), "tenant-1")).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("still seals 4 values"),
    });
    expect(await destroyTenantKey(process, caller(), "tenant-1", true)).toBe(2);
    expect(await keysOf("tenant-1")).toMatchObject([{ is_gone: true }, { is_gone: true }]);
    expect((await openEverything(start(k1), production)).failed).toHaveLength(4);
  });
});

describe("a tenant's key that is destroyed without force", () => {
  test("stays when something was sealed with it in the very moment", async () => {
    const process = await filled();
    const [key] = await keysOf("tenant-1");
    await database.pool.query("DELETE FROM sealed_credential WHERE kid = $1", [key.id]);
    const location = { environmentId: production, owner: "ia_a000001", field: "token_set", version: 1 } as const;
    const { kid, sealed } = await process.seal(location, "a token", "tenant-1");
    const writer = await database.pool.connect();
    try {
      await writer.query("BEGIN");
      await writer.query(
        "INSERT INTO sealed_credential (account_id, environment_id, version, kid, sealed) VALUES ('ia_a000001', $1, 1, $2, $3)",
        [production, kid, Buffer.from(sealed)],
      );
      const destroyed = destroyTenantKey(process, caller(), "tenant-1").catch((error: unknown) => error);
      // It waits for whoever is sealing.
      await expect
        .poll(
          async () =>
            (await database.pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).rowCount,
        )
        .toBe(1);
      await writer.query("COMMIT");
      expect(await destroyed).toMatchObject({
        code: "conflict",
        detail: expect.stringContaining("still seals 1 value"),
      });
    } finally {
      writer.release();
    }
    expect(await keysOf("tenant-1")).toMatchObject([{ state: "current", is_gone: false }]);
    expect(await process.open(location, sealed)).toBe("a token");
  });

  test("stays while a refresh of the tenant is under way, whose tokens are to be sealed with it", async () => {
    const process = await filled();
    await database.pool.query("DELETE FROM sealed_credential");
    await database.pool.query(
      "UPDATE integrated_account SET lease_until = now() + interval '20 seconds', fence = fence + 1 WHERE id = 'ia_a000001'",
    );
    await expect(destroyTenantKey(process, caller(), "tenant-1")).rejects.toMatchObject({
      code: "conflict",
      retryAfterSeconds: 30,
    });
    await database.pool.query("UPDATE integrated_account SET lease_until = now() - interval '1 second'");
    expect(await destroyTenantKey(process, caller(), "tenant-1")).toBe(1);
  });
});
