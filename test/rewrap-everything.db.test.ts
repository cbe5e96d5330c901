// A run that wraps everything anew, once: what a new version inside a key needs, since the key's name does not change.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createKeyedKms } from "#adapters/kms/keyed-kms";
import type { Keyring } from "#adapters/kms/local-keyring";
import { createTransitKeys } from "#adapters/kms/transit-keys";
import { systemRandomness } from "#adapters/system/system-randomness";
import { parseSealed } from "#core/domain/sealing/envelope";
import type { RewrapRun } from "#core/domain/sealing/rewrap-run";
import type { Kms } from "#core/ports/kms";
import { addKmsVersion } from "#core/usecases/add-kms-version";
import { changeSealingPolicy } from "#core/usecases/change-sealing-policy";
import { rotateTenantKey } from "#core/usecases/rotate-tenant-key";
import { runRewrap } from "#core/usecases/run-rewrap";
import { startRewrap } from "#core/usecases/start-rewrap";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { startTransit } from "./kms/start-transit.ts";
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
/** Calls of the KMS for values that were to be wrapped anew. */
let rewraps = 0;

const counting = (kms: Kms): Kms => ({
  ...kms,
  async rewrap(context, wrapped) {
    rewraps += 1;
    return await kms.rewrap(context, wrapped);
  },
});

function start(shared: Keyring, options: { name?: string; kms?: (kms: Kms) => Kms } = {}): SealingProcess {
  const keyrings = { shared, perEnvironment: new Map() };
  const process = createSealingProcess(database, { kms: counting, ...options, keyrings });
  started.push(process);
  return process;
}

const caller = () =>
  ({ kind: "command_line", id: "command_line", environmentId: production, environment: "production" }) as const;
const never = new AbortController().signal;
const begin = (process: SealingProcess) => startRewrap(process, caller(), { pace: null, everything: true });

async function run(process: SealingProcess, id: string, options: { signal?: AbortSignal } = {}): Promise<RewrapRun> {
  const ended = await runRewrap(process, {
    runId: id,
    owner: process.owner,
    actor: "worker",
    signal: never,
    ...options,
  });
  if (ended === null) throw new Error("the run was not to be had");
  return ended;
}

/** Everything that has a wrapped key: its identity, the bytes of that key, and what no re-wrap changes. */
async function readAll(): Promise<ReadonlyMap<string, { kid: string; wrapped: Buffer; body: string }>> {
  const { rows } = await database.pool.query(
    `SELECT account_id AS id, sealed FROM sealed_credential UNION ALL
     SELECT owner || ' ' || field || ' ' || version, sealed FROM sealed_secret UNION ALL
     SELECT id, sealed FROM idempotency_record WHERE kid IS NOT NULL`,
  );
  return new Map(
    rows.map(({ id, sealed }) => {
      const parts = parseSealed(sealed);
      if (parts === null) throw new Error(`${id} is no sealed value`);
      const body = Buffer.concat([parts.commitment, parts.iv, parts.ciphertext]).toString("hex");
      return [id, { kid: parts.kid, wrapped: Buffer.from(parts.wrapped), body }];
    }),
  );
}

beforeEach(async () => {
  rewraps = 0;
  database = await createTestDatabase();
  production = (await database.pool.query("SELECT id FROM environment WHERE name = 'production'")).rows[0].id;
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.close()));
  await database.drop();
});

describe("a run over everything", () => {
  test("wraps each value anew once, under the same key too, and opens none of them (R42)", async () => {
    const process = start([k2, k1]);
    await fillEnvironment(start([k1]), production, { accounts: 30, prefix: "b" });
    await fillEnvironment(process, production, { accounts: 1_200 });
    const before = await readAll();
    const { id, total, fromKids, toKid } = await begin(process);
    expect({ total, fromKids, toKid }).toEqual({ total: 1_256, fromKids: ["k1"], toKid: "k2" });
    expect(await run(process, id)).toMatchObject({
      state: "done",
      everything: true,
      pass: 1,
      done: 1_256,
      failed: 0,
      anew: 0,
      remaining: {},
      sampleSize: 200,
      sampleOpened: 200,
    });
    expect(rewraps).toBe(1_256);
    const after = await readAll();
    for (const [name, value] of after) {
      expect(value.kid).toBe("k2");
      expect(value.body, name).toBe(before.get(name)?.body);
      expect(value.wrapped.equals(before.get(name)?.wrapped ?? Buffer.alloc(0)), name).toBe(false);
    }
    expect(await openEverything(start([k2]), production)).toEqual({ opened: 1_256, failed: [], kids: ["k2"] });
    // Without it there is nothing to do.
    expect(await startRewrap(process, caller(), { pace: null })).toMatchObject({ total: 0, everything: false });
  });

  test("goes on behind the last batch in another process, and does nothing twice", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 1_700 });
    const { id } = await begin(start([k1]));
    for (const name of ["two", "three"]) {
      const stopping = new AbortController();
      const process = start([k1], { name });
      const left = await runRewrap(process, {
        runId: id,
        owner: name,
        actor: "worker",
        signal: stopping.signal,
        onProgress: ({ written }) => written > 0 && stopping.abort(),
      });
      expect(left?.state).toBe("running");
    }
    expect((await start([k1]).rewraps.find(production, id))?.done).toBe(1_000);
    expect(await run(start([k1], { name: "four" }), id)).toMatchObject({ state: "done", total: 1_713, done: 1_713 });
    expect(rewraps).toBe(1_713);
  });

  test("loses nothing of a process that died between the KMS and the database", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 700 });
    let calls = 0;
    const dying = start([k1], {
      kms: (kms) => ({
        ...kms,
        async rewrap(context, wrapped) {
          calls += 1;
          if (calls > 600) throw new Error("killed");
          return await kms.rewrap(context, wrapped);
        },
      }),
    });
    const { id } = await begin(dying);
    await expect(run(dying, id)).rejects.toThrow("killed");
    expect((await dying.rewraps.find(production, id))?.done).toBe(500);
    expect(await run(start([k1]), id)).toMatchObject({ state: "done", done: 713, failed: 0 });
    expect(await openEverything(start([k1]), production)).toMatchObject({ opened: 713, failed: [] });
  });

  test("stops at a row that somebody holds, says so, and does it once it is free: none is left under the version before", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 40 });
    const before = await readAll();
    const process = start([k1]);
    const holder = await database.pool.connect();
    const told: (string | null)[] = [];
    try {
      await holder.query("BEGIN");
      await holder.query("SELECT FROM sealed_credential WHERE account_id IN ('ia_a000010', 'ia_a000011') FOR UPDATE");
      const { id } = await begin(process);
      const ended = await runRewrap(process, {
        runId: id,
        owner: process.owner,
        actor: "worker",
        signal: never,
        onProgress(now) {
          if (now.lastError !== null && told.length === 0) {
            expect(now).toMatchObject({ place: "credential", cursor: ["ia_a000009"], done: 9 });
            void holder.query("COMMIT");
          }
          if (now.lastError !== null) told.push(now.lastError);
        },
      });
      expect(told[0]).toContain("held by a transaction");
      expect(ended).toMatchObject({ state: "done", done: 53, failed: 0, lastError: null, remaining: {} });
    } finally {
      holder.release();
    }
    for (const [name, { wrapped }] of await readAll())
      expect(wrapped.equals(before.get(name)?.wrapped ?? Buffer.alloc(0)), name).toBe(false);
  });

  test("lets whatever is written meanwhile win, and counts what does not open once", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 30 });
    await database.pool.query(
      "UPDATE sealed_credential SET sealed = set_byte(sealed, 20, 255 - get_byte(sealed, 20)) WHERE account_id = 'ia_a000007'",
    );
    const writer = start([k1]);
    let isWritten = false;
    const process = start([k1], {
      kms: (kms) => ({
        ...kms,
        async rewrap(context, wrapped) {
          if (!isWritten && context.purpose === "data_key") {
            isWritten = true;
            const location = {
              environmentId: production,
              owner: "ia_a000003",
              field: "token_set",
              version: 2,
            } as const;
            const { kid, sealed } = await writer.seal(location, "newer");
            await database.pool.query(
              "UPDATE sealed_credential SET version = 2, kid = $1, sealed = $2 WHERE account_id = 'ia_a000003'",
              [kid, Buffer.from(sealed)],
            );
          }
          return await kms.rewrap(context, wrapped);
        },
      }),
    });
    const { id } = await begin(process);
    expect(await run(process, id)).toMatchObject({ state: "done", total: 43, done: 41, failed: 1 });
    expect(await process.rewraps.failures(id, 10)).toMatchObject([{ owner: "ia_a000007", reason: "does_not_open" }]);
    const { rows } = await database.pool.query("SELECT sealed FROM sealed_credential WHERE account_id = 'ia_a000003'");
    const location = { environmentId: production, owner: "ia_a000003", field: "token_set", version: 2 } as const;
    expect(await writer.open(location, rows[0].sealed)).toBe("newer");
  });

  test("passes over nothing under a tenant's older key, although this process does not know of the newer one yet", async () => {
    const process = start([k1]);
    await changeSealingPolicy(process, caller(), "tenant");
    await fillEnvironment(process, production, { accounts: 40 });
    const other = start([k1], { name: "two" });
    let isRotated = false;
    const unaware: SealingProcess = start([k1], {
      name: "three",
      kms: (kms) => ({
        ...kms,
        async rewrap(context, wrapped) {
          const rewrapped = await kms.rewrap(context, wrapped);
          if (!isRotated) {
            isRotated = true;
            // It has just looked which key is the tenant's, and looks again in five seconds.
            await unaware.vault.prepare(production, "tenant-1");
            await rotateTenantKey(other, caller(), "tenant-1");
          }
          return rewrapped;
        },
      }),
    });
    const { id } = await begin(unaware);
    expect(await run(unaware, id)).toMatchObject({ state: "done", failed: 0, remaining: {} });
    const { rows } = await database.pool.query(
      "SELECT count(*)::int AS n FROM sealed_credential s JOIN tenant_key k ON k.id = s.kid WHERE k.state = 'retired'",
    );
    expect(rows).toEqual([{ n: 0 }]);
    expect(await openEverything(start([k1]), production)).toMatchObject({ opened: 53, failed: [] });
  });

  test("wraps the keys of tenants anew, and leaves alone what they seal", async () => {
    const process = start([k1]);
    await changeSealingPolicy(process, caller(), "tenant");
    await fillEnvironment(process, production, { accounts: 40 });
    const before = await readAll();
    const keysBefore = await database.pool.query("SELECT id, wrapped FROM tenant_key ORDER BY id");
    const { id } = await begin(process);
    expect(await run(process, id)).toMatchObject({ state: "done", total: 16, done: 16, remaining: {} });
    const keysAfter = await database.pool.query("SELECT id, wrapped FROM tenant_key ORDER BY id");
    expect(keysAfter.rows).toHaveLength(3);
    for (const [index, { wrapped }] of keysAfter.rows.entries())
      expect(wrapped.equals(keysBefore.rows[index].wrapped)).toBe(false);
    for (const [name, value] of await readAll())
      expect(value.wrapped.equals(before.get(name)?.wrapped ?? Buffer.alloc(0)), name).toBe(name.startsWith("ia_"));
    expect(await openEverything(start([k1]), production)).toMatchObject({ opened: 53, failed: [] });
  });
});

test("after a rotation in Transit nothing is left under the version before, which can then be shut out", async () => {
  const transit = await startTransit("hvs.test");
  const config = {
    endpoint: transit.origin,
    namespace: transit.namespace,
    mount: "transit",
    token: { from: "variable", value: "hvs.test" },
    ca: null,
    deadlineMs: 30_000,
  } as const;
  const kms = createKeyedKms({
    keys: { shared: [{ id: "v", reference: "one" }], perEnvironment: new Map() },
    environmentName: async () => "production",
    wrapper: createTransitKeys(config, systemRandomness),
  });
  /** Version of the key in Transit → values under it. */
  const versions = async (): Promise<Record<number, number>> => {
    const counts: Record<number, number> = {};
    for (const { wrapped } of (await readAll()).values()) {
      const version = wrapped.readUInt32BE(0);
      counts[version] = (counts[version] ?? 0) + 1;
    }
    return counts;
  };
  try {
    const process = start([k1], { kms: () => kms });
    await fillEnvironment(process, production, { accounts: 30 });
    expect(await versions()).toEqual({ 1: 43 });

    const { added, usedBy } = await addKmsVersion({ ...process, kmsRotation: kms }, "command_line", null);
    expect(added).toEqual({ kind: "version", kid: "v", version: "2", wait: null });
    expect(usedBy.toSorted()).toEqual(["production", "staging"]);
    const { rows: audited } = await database.pool.query(
      "SELECT actor, target, key_id, detail FROM audit_event WHERE action = 'key.version_added' ORDER BY environment_id",
    );
    expect(audited).toHaveLength(2);
    expect(audited[0]).toMatchObject({ actor: "command_line", target: "v", key_id: "v", detail: { version: "2" } });

    await fillEnvironment(process, production, { accounts: 5, prefix: "b" });
    expect(await versions()).toEqual({ 1: 43, 2: 18 });
    // The key has one name for both, so that an ordinary run finds nothing.
    const ordinary = await startRewrap(process, caller(), { pace: null });
    expect(await run(process, ordinary.id)).toMatchObject({ state: "done", total: 0 });
    expect(await versions()).toEqual({ 1: 43, 2: 18 });

    const { id } = await begin(process);
    expect(await run(process, id)).toMatchObject({ state: "done", total: 61, done: 61, failed: 0, remaining: {} });
    expect(await versions()).toEqual({ 2: 61 });

    transit.setMinimum("one", 2);
    const openedBefore = transit.opened("one")[1];
    expect(await openEverything(process, production)).toEqual({ opened: 61, failed: [], kids: ["v"] });
    expect(transit.opened("one")[1]).toBe(openedBefore);
  } finally {
    await kms.close();
    await transit.close();
  }
});
