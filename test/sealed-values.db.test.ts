import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type pg from "pg";
import type { Keyring } from "#adapters/kms/local-keyring";
import { tagBytes } from "#core/domain/sealing/aead";
import { parseSealed, type SealField } from "#core/domain/sealing/envelope";
import { changeSealingPolicy } from "#core/usecases/change-sealing-policy";
import { destroyTenantKey } from "#core/usecases/destroy-tenant-key";
import { drillKeys } from "#core/usecases/drill-keys";
import { readKeys } from "#core/usecases/read-keys";
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
let staging: string;
const [k1, k2, s1] = [keyOf("k1"), keyOf("k2"), keyOf("s1")];
const started: SealingProcess[] = [];

function start(shared: Keyring, own?: Keyring, at: { readonly url: string } = database): SealingProcess {
  const perEnvironment = new Map(own === undefined ? [] : [["staging", own] as const]);
  const process = createSealingProcess(at, { keyrings: { shared, perEnvironment } });
  started.push(process);
  return process;
}

const callerIn = (environmentId: string, environment: string) =>
  ({ kind: "command_line", id: "command_line", environmentId, environment }) as const;
const caller = () => callerIn(production, "production");

beforeEach(async () => {
  database = await createTestDatabase();
  const { rows } = await database.pool.query("SELECT id, name FROM environment");
  production = rows.find(({ name }) => name === "production").id;
  staging = rows.find(({ name }) => name === "staging").id;
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.close()));
  await database.drop();
});

interface Place {
  readonly environmentId: string;
  readonly owner: string;
  readonly field: SealField;
  readonly version: number;
}

/** Every sealed value with where it stands, as the rows have it. */
async function valuesOf(pool: pg.Pool): Promise<(Place & { readonly sealed: Buffer; readonly kid: string })[]> {
  const { rows } = await pool.query(
    `SELECT environment_id, account_id AS owner, 'token_set' AS field, version, kid, sealed FROM sealed_credential
     UNION ALL SELECT environment_id, owner, field, version, kid, sealed FROM sealed_secret
     UNION ALL SELECT environment_id, id, 'idempotent_answer', 1, kid, sealed FROM idempotency_record ORDER BY 1, 2, 3, 4`,
  );
  return rows.map(({ environment_id: environmentId, ...row }) => ({ environmentId, ...row }));
}

const tableOf = (field: SealField): readonly [table: string, condition: string] =>
  field === "token_set"
    ? ["sealed_credential", "account_id = $1 AND version = $3 AND $2::text IS NOT NULL"]
    : field === "idempotent_answer"
      ? ["idempotency_record", "id = $1 AND $2::text IS NOT NULL AND $3::int IS NOT NULL"]
      : ["sealed_secret", "owner = $1 AND field = $2 AND version = $3"];

async function put(pool: pg.Pool, at: Place, sealed: Uint8Array): Promise<void> {
  const [table, condition] = tableOf(at.field);
  const kid = parseSealed(sealed)?.kid ?? "k1";
  const { rowCount } = await pool.query(`UPDATE ${table} SET sealed = $4, kid = $5 WHERE ${condition}`, [
    at.owner,
    at.field,
    at.version,
    Buffer.from(sealed),
    kid,
  ]);
  expect(rowCount).toBe(1);
}

async function stored(pool: pg.Pool, { owner, field, version }: Place): Promise<Buffer> {
  const [table, condition] = tableOf(field);
  return (await pool.query(`SELECT sealed FROM ${table} WHERE ${condition}`, [owner, field, version])).rows[0].sealed;
}

const invalid = { code: "sealed_value_invalid" };

describe.each(["direct", "tenant"] as const)("under the policy %s", (policy) => {
  let process: SealingProcess;

  beforeEach(async () => {
    process = start([k1]);
    for (const id of [production, staging])
      await changeSealingPolicy(process, { id: "test", environmentId: id }, policy);
    process = start([k1]);
    // Two tenants with two accounts each, secrets of all kinds in two versions, in two environments.
    await fillEnvironment(process, production, { accounts: 4, tenants: 2 });
    await fillEnvironment(process, staging, { accounts: 4, tenants: 2, prefix: "s" });
    const newer = { environmentId: production, owner: "ia_a000001", field: "token_set", version: 2 } as const;
    const { kid, sealed } = await process.seal(newer, "a newer token", "tenant-1");
    await database.pool.query("UPDATE sealed_credential SET version = 2, kid = $1, sealed = $2 WHERE account_id = $3", [
      kid,
      Buffer.from(sealed),
      newer.owner,
    ]);
  });

  test("no value opens in any other's place: accounts, fields, tenants, environments, versions swapped by SQL (H2)", async () => {
    const values = await valuesOf(database.pool);
    expect(values).toHaveLength(2 * (4 + 12 + 1));
    for (const at of values) expect(await process.open(at, await stored(database.pool, at))).not.toBe("");
    let swaps = 0;
    for (const at of values) {
      for (const from of values) {
        if (at === from) continue;
        await put(database.pool, at, from.sealed);
        await expect(
          process.open(at, await stored(database.pool, at)),
          `${from.owner} at ${at.owner}`,
        ).rejects.toMatchObject(invalid);
        swaps += 1;
      }
      await put(database.pool, at, at.sealed);
    }
    expect(swaps).toBe(values.length * (values.length - 1));
    for (const at of values) expect(await process.open(at, await stored(database.pool, at))).not.toBe("");
  });

  test("an older value of the same row does not open as the present version", async () => {
    const at = { environmentId: production, owner: "ia_a000001", field: "token_set", version: 2 } as const;
    const older = await process.seal({ ...at, version: 1 }, "an older token", "tenant-1");
    await put(database.pool, at, older.sealed);
    await expect(process.open(at, await stored(database.pool, at))).rejects.toMatchObject(invalid);
  });

  test("a truncated tag, a foreign key id and an altered one do not open (H1, H4)", async () => {
    for (const at of await valuesOf(database.pool)) {
      for (const length of [0, 4, 8, 12, 15]) {
        const cut = at.sealed.subarray(0, at.sealed.length - tagBytes + length);
        await put(database.pool, at, cut);
        await expect(process.open(at, await stored(database.pool, at)), `${length} bytes of tag`).rejects.toMatchObject(
          invalid,
        );
      }
      const foreign = Buffer.from(at.sealed);
      foreign.write("zz", 2, "latin1");
      await put(database.pool, at, foreign);
      await expect(process.open(at, await stored(database.pool, at))).rejects.toMatchObject(invalid);
      await put(database.pool, at, at.sealed);
    }
    // Of another tenant, in place of its own.
    const [one, other] = (await valuesOf(database.pool)).filter(({ field }) => field === "token_set");
    const moved = Buffer.from(one?.sealed ?? []);
    moved.write(other?.kid ?? "", 2, "latin1");
    if (policy === "tenant" && one !== undefined) {
      await expect(process.open(one, moved)).rejects.toMatchObject(invalid);
    }
  });

  test("the same holds after a re-wrap: what moved does not open, and what stayed does", async () => {
    const next = start([k2, k1]);
    const { id } = await startRewrap(next, caller(), { pace: null });
    await runRewrap(next, { runId: id, owner: "one", actor: "worker", signal: new AbortController().signal });
    const values = (await valuesOf(database.pool)).filter(({ environmentId }) => environmentId === production);
    const reader = start([k2]);
    for (const at of values) {
      expect(await reader.open(at, at.sealed)).not.toBe("");
      for (const from of values) {
        if (from !== at) await expect(reader.open(at, from.sealed)).rejects.toMatchObject(invalid);
      }
    }
  });

  test("a copy of the database opens nothing without the keyring, and nothing of production with staging's (H7)", async () => {
    await using copy = await createTestDatabase();
    await restore(copy.pool, await dump(database.pool));
    const count = 4 + 12 + 1;
    expect(await openEverything(start([k1], undefined, copy), production)).toMatchObject({ opened: count, failed: [] });
    expect(await openEverything(start([keyOf("k1")], undefined, copy), production)).toMatchObject({ opened: 0 });
    expect(await openEverything(start([{ ...s1, id: "k1" }], undefined, copy), production)).toMatchObject({
      opened: 0,
    });

    // Staging with a keyring of its own from the beginning.
    await using second = await createTestDatabase();
    await restore(second.pool, await dump(database.pool));
    await second.pool.query("DELETE FROM sealed_credential; DELETE FROM sealed_secret; DELETE FROM idempotency_record");
    await second.pool.query("DELETE FROM integrated_account; DELETE FROM tenant_key");
    const both = start([k1], [s1], second);
    await fillEnvironment(both, production, { accounts: 3 });
    await fillEnvironment(both, staging, { accounts: 3, prefix: "s" });
    const ofStaging = start([s1], [s1], second);
    expect(await openEverything(ofStaging, production)).toMatchObject({ opened: 0 });
    expect(await openEverything(ofStaging, staging)).toMatchObject({ opened: 3 + 13, failed: [] });
    expect(await openEverything(start([k1], [k1], second), staging)).toMatchObject({ opened: 0 });
    await Promise.all(started.splice(0).map((one) => one.close()));
  });

  test("the drill proves it on this database, and finds out when it is not so", async () => {
    const drill = await drillKeys(process, caller());
    expect(drill).toEqual({
      sample: 17,
      opened: 17,
      openedByStranger: 0,
      openedByOthers: { staging: 0 },
      isProven: true,
    });
    // A KMS that opens whatever it is given: the proof has teeth.
    const leaky = await drillKeys({ ...process, strangerKms: () => process.kms }, caller());
    expect(leaky).toMatchObject({ openedByStranger: 17, isProven: false });
    const blind = start([k2]);
    expect(await drillKeys(blind, caller())).toMatchObject({ opened: 0, isProven: false });
    const { rows } = await database.pool.query(
      "SELECT detail FROM audit_event WHERE action = 'key.drilled' ORDER BY at",
    );
    expect(rows.map(({ detail }) => detail.proven)).toEqual([true, false, false]);
  });
});

describe("a tenant's key", () => {
  beforeEach(async () => {
    await changeSealingPolicy(start([k1]), caller(), "tenant");
  });

  test("is one row, however many processes need it first at once", async () => {
    const processes = Array.from({ length: 4 }, () => start([k1]));
    const location = { environmentId: production, owner: "ia_one", field: "token_set", version: 1 } as const;
    const sealed = await Promise.all(
      processes.flatMap((process) => Array.from({ length: 5 }, () => process.seal(location, "a token", "tenant-new"))),
    );
    expect(new Set(sealed.map(({ kid }) => kid)).size).toBe(1);
    const { rows } = await database.pool.query("SELECT id, kid, version, state FROM tenant_key");
    expect(rows).toEqual([{ id: sealed[0]?.kid, kid: "k1", version: 1, state: "current" }]);
    for (const one of sealed) expect(await start([k1]).open(location, one.sealed)).toBe("a token");
    const { rows: audited } = await database.pool.query(
      "SELECT key_id FROM audit_event WHERE action = 'tenant_key.created'",
    );
    expect(audited).toEqual([{ key_id: "k1" }]);
  });

  test("destroyed takes the tenant's tokens with it, in every copy of the database, and nobody else's (C5)", async () => {
    const process = start([k1]);
    await fillEnvironment(process, production, { accounts: 6, tenants: 2 });
    await expect(destroyTenantKey(process, caller(), "tenant-1")).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("still seals 3 values"),
    });
    expect(await destroyTenantKey(process, caller(), "tenant-1", true)).toBe(1);
    expect(await destroyTenantKey(process, caller(), "tenant-1", true)).toBe(0);

    await using copy = await createTestDatabase();
    await restore(copy.pool, await dump(database.pool));
    const { opened, failed } = await openEverything(start([k1], undefined, copy), production);
    expect(opened).toBe(3 + 13);
    expect(failed.map((text) => text.slice(13, 23)).toSorted()).toEqual(["ia_a000001", "ia_a000003", "ia_a000005"]);
    expect(failed.every((text) => text.includes("sealed_value_invalid"))).toBe(true);
    await Promise.all(started.splice(0).map((one) => one.close()));
  });

  test("that a process still remembers seals nothing once it is destroyed: the row is refused, not lost", async () => {
    const [remembering, other] = [start([k1]), start([k1])];
    await fillEnvironment(remembering, production, { accounts: 1, tenants: 1 });
    const location = { environmentId: production, owner: "ia_a000001", field: "token_set", version: 2 } as const;
    const { kid, sealed } = await remembering.seal(location, "a token", "tenant-0");
    await destroyTenantKey(other, caller(), "tenant-0", true);
    const write = database.pool.query("UPDATE sealed_credential SET version = 2, kid = $1, sealed = $2", [
      kid,
      Buffer.from(sealed),
    ]);
    await expect(write).rejects.toMatchObject({ code: "EG001" });
    // What is sealed from then on has another key.
    const later = await start([k1]).seal(location, "a token", "tenant-0");
    expect(later.kid).not.toBe(kid);
    const { rows } = await database.pool.query("SELECT version, state FROM tenant_key ORDER BY version");
    expect(rows).toEqual([
      { version: 1, state: "destroyed" },
      { version: 2, state: "current" },
    ]);
  });

  test("goes under the new key of the KMS with a re-wrap, and the values that it seals stay untouched", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 60, tenants: 3 });
    const sealedBefore = (await database.pool.query("SELECT sealed FROM sealed_credential ORDER BY account_id")).rows;
    const next = start([k2, k1]);
    const { id, total } = await startRewrap(next, caller(), { pace: null });
    expect(total).toBe(3 + 13);
    const ended = await runRewrap(next, {
      runId: id,
      owner: "one",
      actor: "worker",
      signal: new AbortController().signal,
    });
    expect(ended).toMatchObject({ state: "done", done: 3 + 13, failed: 0, remaining: {} });
    expect((await database.pool.query("SELECT sealed FROM sealed_credential ORDER BY account_id")).rows).toEqual(
      sealedBefore,
    );
    expect(await openEverything(start([k2]), production)).toMatchObject({ opened: 73, failed: [] });
    const { keys, tenantKeys } = await readKeys(start([k2]), { id: production, name: "production" });
    expect(keys).toMatchObject([{ kid: "k2", sealedTotal: 3 + 13 }]);
    expect(tenantKeys).toMatchObject({ current: 3, destroyed: 0, sealed: { credential: 60 }, wraps: 0 });
  });

  test("takes over what was sealed directly, and gives it back, when the policy changes and a re-wrap follows", async () => {
    await changeSealingPolicy(start([k1]), caller(), "direct");
    await fillEnvironment(start([k1]), production, { accounts: 20 });
    for (const [policy, kids] of [
      ["tenant", 3],
      ["direct", 0],
    ] as const) {
      await changeSealingPolicy(start([k1]), caller(), policy);
      const process = start([k1]);
      const { id } = await startRewrap(process, caller(), { pace: null });
      const ended = await runRewrap(process, {
        runId: id,
        owner: "one",
        actor: "worker",
        signal: new AbortController().signal,
      });
      expect(ended).toMatchObject({ state: "done", done: 20, failed: 0, remaining: {} });
      const everything = await openEverything(start([k1]), production);
      expect(everything).toMatchObject({ opened: 33, failed: [] });
      expect(everything.kids.filter((kid) => kid.startsWith("tk_"))).toHaveLength(kids);
    }
  });
});

const tables = [
  "environment",
  "tenant_key",
  "integrated_account",
  "sealed_credential",
  "sealed_secret",
  "idempotency_record",
];

/** All that a backup has of what is sealed. */
async function dump(pool: pg.Pool): Promise<ReadonlyMap<string, unknown>> {
  const rows = new Map<string, unknown>();
  for (const table of tables) {
    rows.set(
      table,
      (await pool.query(`SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${table} t`)).rows[0].rows,
    );
  }
  return rows;
}

async function restore(pool: pg.Pool, rows: ReadonlyMap<string, unknown>): Promise<void> {
  const client = await pool.connect();
  try {
    // As pg_restore does: data first, triggers and foreign keys afterwards.
    await client.query("BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM environment");
    for (const table of tables) {
      await client.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(null::${table}, $1)`, [
        rows.get(table),
      ]);
    }
    await client.query("COMMIT");
  } finally {
    client.release();
  }
}
