import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Keyring } from "#adapters/kms/local-keyring";
import { wakeRewraps } from "#adapters/postgres/rewrap-store";
import { systemClock } from "#adapters/system/system-clock";
import { DomainError } from "#core/domain/problem/domain-error";
import { parseSealed } from "#core/domain/sealing/envelope";
import { firstProgress, type RewrapRun } from "#core/domain/sealing/rewrap-run";
import type { AccountChange } from "#core/ports/account-store";
import type { Clock } from "#core/ports/clock";
import type { Kms } from "#core/ports/kms";
import { changeSealingPolicy } from "#core/usecases/change-sealing-policy";
import { disableKey, enableKey } from "#core/usecases/disable-key";
import { readKeys } from "#core/usecases/read-keys";
import { runRewrap } from "#core/usecases/run-rewrap";
import { changeRewrap, startRewrap } from "#core/usecases/start-rewrap";
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
const [k1, k2, k3] = [keyOf("k1"), keyOf("k2"), keyOf("k3")];
const started: SealingProcess[] = [];

function start(
  shared: Keyring,
  options: { name?: string; clock?: Clock; kms?: (kms: Kms) => Kms } = {},
): SealingProcess {
  const process = createSealingProcess(database, { keyrings: { shared, perEnvironment: new Map() }, ...options });
  started.push(process);
  return process;
}

const caller = () =>
  ({ kind: "command_line", id: "command_line", environmentId: production, environment: "production" }) as const;
const never = new AbortController().signal;

async function run(process: SealingProcess, id: string, signal = never): Promise<RewrapRun | null> {
  return await runRewrap(process, { runId: id, owner: process.owner, actor: "worker", signal });
}

/** A run from its beginning to its end in one process. */
async function rewrap(process: SealingProcess): Promise<RewrapRun> {
  const { id } = await startRewrap(process, caller(), { pace: null });
  const ended = await run(process, id);
  if (ended === null) throw new Error("the run was not to be had");
  return ended;
}

const audited = async (action: string): Promise<any[]> =>
  (
    await database.pool.query("SELECT actor, target, key_id, detail FROM audit_event WHERE action = $1 ORDER BY at", [
      action,
    ])
  ).rows;

beforeEach(async () => {
  database = await createTestDatabase();
  const { rows } = await database.pool.query("SELECT id FROM environment WHERE name = 'production'");
  production = rows[0].id;
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((process) => process.close()));
  await database.drop();
});

describe("a re-wrap", () => {
  test("brings every kind of value under the current key, and everything opens without the old one (R42)", async () => {
    const old = start([k1]);
    await fillEnvironment(old, production, { accounts: 1_200 });
    const ended = await rewrap(start([k2, k1]));
    expect(ended).toMatchObject({ state: "done", done: 1_213, total: 1_213, failed: 0, anew: 0, remaining: {} });
    expect(ended).toMatchObject({ fromKids: ["k1"], toKid: "k2", sampleSize: 200, sampleOpened: 200 });

    const everything = await openEverything(start([k2]), production);
    expect(everything).toEqual({ opened: 1_213, failed: [], kids: ["k2"] });
  });

  test("has nothing to do where everything is under the current key, and a second one finds nothing", async () => {
    const process = start([k2, k1]);
    await fillEnvironment(process, production, { accounts: 5 });
    expect(await rewrap(process)).toMatchObject({ state: "done", total: 0, done: 0, sampleSize: 0, remaining: {} });
    expect(await rewrap(process)).toMatchObject({ state: "done", total: 0 });
  });

  test("leaves the bytes from the commitment on as they are: no value is opened (but those of the sample, audited)", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 300 });
    const read = async () =>
      (await database.pool.query("SELECT account_id, sealed FROM sealed_credential ORDER BY account_id")).rows;
    const before = await read();
    await rewrap(start([k2, k1]));
    const after = await read();
    for (const [index, { sealed }] of after.entries()) {
      const [now, then] = [parseSealed(sealed), parseSealed(before[index].sealed)];
      expect(now).toMatchObject({ kid: "k2", sealedKid: "k1", iv: then?.iv, ciphertext: then?.ciphertext });
    }
    expect((await audited("credential.opened")).length + (await audited("secret.opened")).length).toBe(200);
    expect(await audited("rewrap.started")).toMatchObject([
      { actor: "command_line", key_id: "k2", detail: { total: 313 } },
    ]);
    const batches = await audited("rewrap.batch");
    expect(batches.reduce((sum, { detail }) => sum + detail.rewrapped, 0)).toBe(313);
    expect(await audited("rewrap.ended")).toMatchObject([{ detail: { rewrapped: 313, sample: 200, remaining: 0 } }]);
  });

  test("lets whatever is written meanwhile win: no newer token is lost, whichever key it is under", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 40 });
    const writer = start([k2, k1]);
    const late = start([k1]);
    let written = 0;
    // Behind the reading of a batch and before its writing, each value is refreshed by somebody.
    const process = start([k2, k1], {
      kms: (kms) => ({
        ...kms,
        async rewrap(context, wrapped) {
          if (written < 20) {
            written += 1;
            const id = `ia_a${String(written).padStart(6, "0")}`;
            const by = written % 2 === 0 ? writer : late;
            const location = { environmentId: production, owner: id, field: "token_set", version: 2 } as const;
            const { kid, sealed } = await by.seal(location, `newer of ${id}`);
            await database.pool.query(
              "UPDATE sealed_credential SET version = 2, kid = $2, sealed = $3 WHERE account_id = $1",
              [id, kid, Buffer.from(sealed)],
            );
          }
          return await kms.rewrap(context, wrapped);
        },
      }),
    });
    const ended = await rewrap(process);
    expect(ended).toMatchObject({ state: "done", failed: 0, remaining: {} });
    expect(await openEverything(start([k2]), production)).toEqual({ opened: 53, failed: [], kids: ["k2"] });
    const reader = start([k2]);
    const { rows } = await database.pool.query("SELECT account_id, sealed FROM sealed_credential WHERE version = 2");
    expect(rows).toHaveLength(20);
    for (const { account_id: owner, sealed } of rows) {
      const location = { environmentId: production, owner, field: "token_set", version: 2 } as const;
      expect(await reader.open(location, sealed)).toBe(`newer of ${owner}`);
    }
  });

  test("passes over rows that somebody holds, waits for nobody, and comes back for them", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 10 });
    const holder = await database.pool.connect();
    let held = true;
    try {
      await holder.query("BEGIN");
      await holder.query("SELECT FROM sealed_credential WHERE account_id IN ('ia_a000001', 'ia_a000002') FOR UPDATE");
      const process = start([k2, k1]);
      const { id } = await startRewrap(process, caller(), { pace: null });
      const passes: number[] = [];
      const ended = await runRewrap(process, {
        runId: id,
        owner: "one",
        actor: "worker",
        signal: never,
        onProgress(now) {
          passes.push(now.pass);
          if (now.pass === 2 && held) {
            held = false;
            expect(now).toMatchObject({ done: 21, leftOver: 2 });
            void holder.query("COMMIT");
          }
        },
      });
      expect(Math.max(...passes)).toBeGreaterThanOrEqual(2);
      expect(ended).toMatchObject({ state: "done", done: 23, anew: 0, remaining: {} });
    } finally {
      holder.release();
    }
  });

  test("goes on where it was: stopped after any batch, taken over by another process, counted once", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 1_700 });
    const { id } = await startRewrap(start([k2, k1]), caller(), { pace: null });
    const takeovers = ["two", "three"];
    for (const name of takeovers) {
      const stopping = new AbortController();
      const process = start([k2, k1], { name });
      const left = await runRewrap(process, {
        runId: id,
        owner: name,
        actor: "worker",
        signal: stopping.signal,
        onProgress: ({ written }) => written > 0 && stopping.abort(),
      });
      expect(left?.state).toBe("running");
    }
    const halfway = await start([k2, k1]).rewraps.find(production, id);
    expect(halfway?.done).toBe(1_000);
    expect(await run(start([k2, k1], { name: "four" }), id)).toMatchObject({
      state: "done",
      done: 1_713,
      remaining: {},
    });
    expect(await openEverything(start([k2]), production)).toMatchObject({ opened: 1_713, failed: [] });
  });

  test("is taken from a process that died once its lease is over, and not before; what the dead one still writes is refused", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 5 });
    const dead = start([k2, k1], { name: "dead" });
    const { id } = await startRewrap(dead, caller(), { pace: null });
    expect(await dead.rewraps.claim(id, "dead")).not.toBeNull();
    const next = start([k2, k1], { name: "next" });
    expect(await run(next, id)).toBeNull();
    expect(await wakeRewraps(database.pool)).toBe(0);
    await database.pool.query("UPDATE rewrap_run SET claimed_until = now() - interval '1 second'");
    expect(await wakeRewraps(database.pool)).toBe(1);
    expect(await run(next, id)).toMatchObject({ state: "done", done: 18 });
    expect(await dead.rewraps.keep(id, "dead", null)).toBeNull();
    const late = {
      runId: id,
      owner: "dead",
      environmentId: production,
      place: "credential",
      values: [],
      held: "left",
      failures: [],
    } as const;
    const progress = () => ({ ...firstProgress, place: "credential" as const, rate: null });
    expect(await dead.rewraps.writeBatch({ ...late, progress, audit: () => null })).toBeNull();
  });

  test("counts and lists what does not open, tells operators, and does not stop for it", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 30 });
    await fillEnvironment(start([k3]), production, { accounts: 2, prefix: "b" });
    await database.pool.query(
      "UPDATE sealed_credential SET sealed = set_byte(sealed, 20, 255 - get_byte(sealed, 20)) WHERE account_id = 'ia_a000007'",
    );
    await database.pool.query("UPDATE sealed_credential SET sealed = '\\x00' WHERE account_id = 'ia_a000009'");
    const process = start([k2, k1]);
    const ended = await rewrap(process);
    expect(ended).toMatchObject({ state: "done", done: 41, failed: 17, remaining: { k1: 2, k3: 15 } });
    const failures = await process.rewraps.failures(ended.id, 100);
    expect(failures).toHaveLength(17);
    expect(failures).toContainEqual({
      place: "credential",
      owner: "ia_a000009",
      field: "token_set",
      version: 1,
      kid: "k1",
      reason: "unreadable",
    });
    expect(failures.find((one) => one.owner === "ia_a000007")).toMatchObject({ reason: "does_not_open" });
    expect(JSON.stringify(failures)).not.toContain("token of");
    const { rows } = await database.pool.query("SELECT payload FROM event WHERE event_type = 'security:anomaly'");
    expect(rows).toMatchObject([{ payload: { kind: "sealed_values_do_not_open", rewrap_run_id: ended.id } }]);
  });

  test("says what a process with the old configuration seals while it runs", async () => {
    const old = start([k1]);
    await fillEnvironment(old, production, { accounts: 10 });
    const process = start([k2, k1]);
    expect(await rewrap(process)).toMatchObject({ state: "done", done: 23, anew: 0 });

    let rewrapped = 0;
    await fillEnvironment(old, production, { accounts: 4, prefix: "c" });
    const again = await startRewrap(process, caller(), { pace: null });
    const behind = start([k2, k1], {
      name: "behind",
      kms: (kms) => ({
        ...kms,
        async rewrap(context, wrapped) {
          if (rewrapped++ === 10) await fillEnvironment(old, production, { accounts: 3, prefix: "d" });
          return await kms.rewrap(context, wrapped);
        },
      }),
    });
    const second = await run(behind, again.id);
    expect(second).toMatchObject({ state: "done", failed: 0, remaining: {} });
    expect(second?.anew).toBeGreaterThan(0);
    expect(second?.done).toBe(17 + 16);
    expect(await openEverything(start([k2]), production)).toMatchObject({ failed: [], kids: ["k2"] });
  });

  test("is left alone by a process that is configured for another key", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 2 });
    const { id } = await startRewrap(start([k2, k1]), caller(), { pace: null });
    const old = start([k1, k2], { name: "old" });
    expect(await run(old, id)).toMatchObject({ state: "running", done: 0 });
    expect(old.log.lines.some(({ level }) => level === "warn")).toBe(true);
    expect(await run(start([k2, k1]), id)).toMatchObject({ state: "done", done: 15 });
  });

  test("does for one value, on its way from a disk, what a run does for those in the database", async () => {
    const location = { environmentId: production, owner: "ia_one", field: "token_set", version: 2 } as const;
    const { kid, sealed } = await start([k1]).seal(location, "a rotated token", "tenant-1");
    expect(kid).toBe("k1");
    const process = start([k2, k1]);
    const rewrapped = await process.vault.rewrap(production, sealed, "tenant-1");
    expect(rewrapped?.kid).toBe("k2");
    expect(await start([k2]).open(location, rewrapped?.sealed ?? sealed)).toBe("a rotated token");
    await changeSealingPolicy(process, caller(), "tenant");
    expect((await process.vault.rewrap(production, sealed, "tenant-1"))?.kid).toMatch(/^tk_/);
    expect(await start([k2]).vault.rewrap(production, sealed, "tenant-1")).toBeNull();
    expect(await process.vault.rewrap(production, Uint8Array.of(0), "tenant-1")).toBeNull();
    await disableKey(process, caller(), "k1");
    await expect(process.vault.rewrap(production, sealed, "tenant-1")).rejects.toMatchObject({
      code: "kms_unavailable",
    });
  });

  test("follows a policy that was changed a moment ago in another process", async () => {
    // For it no time goes by: what it knows of policies stays as it is, until it looks because it has to.
    const worker = start([k1], { name: "worker", clock: { ...systemClock, monotonicMs: () => 0 } });
    await fillEnvironment(worker, production, { accounts: 20 });
    await worker.sealingKeys.isDisabled(production, "k1");
    const api = start([k1], { name: "api" });
    await changeSealingPolicy(api, caller(), "tenant");
    const { id } = await startRewrap(api, caller(), { pace: null });
    expect(await run(worker, id)).toMatchObject({ state: "done", done: 20, failed: 0, remaining: {} });
    const { rows } = await database.pool.query("SELECT DISTINCT left(kid, 3) AS kid FROM sealed_credential");
    expect(rows).toEqual([{ kid: "tk_" }]);
  });

  test("waits for a KMS that is away, and says so meanwhile", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 3 });
    let failures = 2;
    const process = start([k2, k1], {
      kms: (kms) => ({
        ...kms,
        async rewrap(context, wrapped) {
          if (failures-- > 0) throw new DomainError("kms_unavailable", { detail: "away" });
          return await kms.rewrap(context, wrapped);
        },
      }),
    });
    const { id } = await startRewrap(process, caller(), { pace: null });
    const slept: (string | null)[] = [];
    const clock = {
      ...process.clock,
      sleep: async () => void slept.push((await process.rewraps.find(production, id))?.lastError ?? null),
    };
    const ended = await runRewrap({ ...process, clock }, { runId: id, owner: "one", actor: "worker", signal: never });
    expect(ended).toMatchObject({ state: "done", done: 16, failed: 0, lastError: null });
    expect(slept[0]).toContain("kms_unavailable");
  });
});

describe("an operator's hand on a run", () => {
  test("pauses after the batch in hand, resumes, changes the pace while it runs, and stops", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 30 });
    const process = start([k2, k1]);
    const { id } = await startRewrap(process, caller(), { pace: 10 });
    const slept: number[] = [];
    const clock = { ...process.clock, sleep: async (milliseconds: number) => void slept.push(milliseconds) };
    let batches = 0;
    const pausing = await runRewrap(
      {
        ...process,
        clock,
        rewraps: {
          ...process.rewraps,
          async writeBatch(batch) {
            batches += 1;
            if (batches === 2) await changeRewrap(process, caller(), id, { command: "pause" });
            return await process.rewraps.writeBatch(batch);
          },
        },
      },
      { runId: id, owner: "one", actor: "worker", signal: never },
    );
    expect(pausing).toMatchObject({ state: "paused", done: 20, pace: 10 });
    // Ten a second: a second for each batch, less what it took.
    expect(slept).toHaveLength(2);
    for (const one of slept) expect(one).toBeGreaterThan(0);
    for (const one of slept) expect(one).toBeLessThanOrEqual(1_000);
    expect(await run(process, id)).toBeNull();

    await expect(changeRewrap(process, caller(), id, { command: "pause" })).rejects.toMatchObject({ code: "conflict" });
    expect(await changeRewrap(process, caller(), id, { command: "resume", pace: null })).toMatchObject({ pace: null });
    expect(await run(process, id)).toMatchObject({ state: "done", done: 43 });
    await expect(changeRewrap(process, caller(), id, { command: "stop" })).rejects.toMatchObject({ code: "conflict" });
    expect((await audited("rewrap.changed")).map(({ detail }) => detail)).toEqual([
      { command: "pause" },
      { command: "resume", pace: null },
    ]);
  });

  test("begins no second run beside one that is not over", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 2 });
    const process = start([k2, k1]);
    const { id } = await startRewrap(process, caller(), { pace: null });
    await expect(startRewrap(process, caller(), { pace: null })).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining(id),
    });
    await changeRewrap(process, caller(), id, { command: "stop" });
    expect(await run(process, id)).toBeNull();
    expect(await rewrap(process)).toMatchObject({ state: "done", done: 15 });
  });

  test("does not reach a run of another environment", async () => {
    const process = start([k2, k1]);
    const { id } = await startRewrap(process, caller(), { pace: null });
    const stranger = { id: "key_x", environmentId: "env_other" };
    await expect(changeRewrap(process, stranger, id, { command: "stop" })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a key that is disabled", () => {
  test("is refused while it is the current one or seals anything, naming how many and what to do", async () => {
    const process = start([k2, k1]);
    await fillEnvironment(start([k1]), production, { accounts: 3 });
    await expect(disableKey(process, caller(), "k2")).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("current key"),
    });
    await expect(disableKey(process, caller(), "k1")).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("still seals 16 values"),
    });
    await expect(disableKey(process, caller(), "k9")).rejects.toMatchObject({ code: "not_found" });
    const overApi = { ...caller(), kind: "api_key", id: "key_one" } as const;
    await expect(disableKey(process, overApi, "k1", true)).rejects.toMatchObject({ code: "forbidden" });
    await rewrap(process);
    expect(await disableKey(process, caller(), "k1")).toMatchObject({ state: "disabled", sealedTotal: 0 });
  });

  test("is refused while an answer waits on the disk of this machine under it", async () => {
    const process = start([k2, k1]);
    const { kid, sealed } = await start([k1]).seal(
      { environmentId: production, owner: "ia_one", field: "token_set", version: 2 },
      "a rotated token",
    );
    const credential = { kind: "replace", version: 2, kid, sealed, fingerprint: null } as const;
    const id = await process.spool.put({ environmentId: production, accountId: "ia_one", credential } as AccountChange);
    await expect(disableKey(process, caller(), "k1")).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("An answer of a provider waits on this machine's disk under k1"),
    });
    await process.spool.remove(id);
    expect(await disableKey(process, caller(), "k1")).toMatchObject({ state: "disabled" });
  });

  test("opens and wraps nothing until it is enabled again, and nobody is told that a value was altered", async () => {
    const process = start([k1]);
    const location = { environmentId: production, owner: "ia_one", field: "token_set", version: 1 } as const;
    await fillEnvironment(process, production, { accounts: 1 });
    const { sealed } = await process.seal(location, "a token");
    await disableKey(process, caller(), "k1", true);
    const after = start([k1]);
    const refused = { code: "kms_unavailable", extensions: { reason: "key_disabled" } };
    await expect(after.open(location, sealed)).rejects.toMatchObject(refused);
    await expect(after.seal(location, "another")).rejects.toMatchObject(refused);
    expect(await audited("sealed_value.invalid")).toEqual([]);
    expect(await audited("key.disabled")).toMatchObject([{ target: "k1", detail: { sealed: 14, forced: true } }]);
    await enableKey(after, caller(), "k1");
    expect(await start([k1]).open(location, sealed)).toBe("a token");
  });

  test("makes what it seals a failure of the run, not its end", async () => {
    await fillEnvironment(start([k1]), production, { accounts: 3 });
    await fillEnvironment(start([k3]), production, { accounts: 3, prefix: "b" });
    const process = start([k2, k1, k3]);
    await disableKey(process, caller(), "k3", true);
    const ended = await rewrap(start([k2, k1, k3], { name: "two" }));
    expect(ended).toMatchObject({ state: "done", done: 16, failed: 16, remaining: { k3: 16 } });
    const failures = await process.rewraps.failures(ended.id, 100);
    expect(new Set(failures.map(({ reason }) => reason))).toContain("key_disabled");
  });
});

describe("what is known of keys", () => {
  test("counts wraps across restarts, tells when a key was seen first, and alarms once before the bound", async () => {
    const process = start([k1]);
    await fillEnvironment(process, production, { accounts: 20 });
    await process.wraps.flush();
    const later = start([k1]);
    await fillEnvironment(later, production, { accounts: 5, prefix: "b" });
    await later.wraps.flush();
    const { keys } = await readKeys(later, { id: production, name: "production" });
    expect(keys).toMatchObject([
      { kid: "k1", state: "current", wraps: 20 + 13 + 5 + 13, sealed: { credential: 25, secret: 24, answer: 2 } },
    ]);
    expect(keys[0]?.firstSeenAt).toBeInstanceOf(Date);

    const counted = [{ environmentId: production, kid: "k1", wraps: 10 }];
    expect(await later.sealing.addWraps(counted, 62)).toEqual([]);
    expect(await later.sealing.addWraps(counted, 62)).toEqual(["k1"]);
    expect(await later.sealing.addWraps(counted, 62)).toEqual([]);
    const { rows } = await database.pool.query("SELECT payload FROM event WHERE event_type = 'security:anomaly'");
    expect(rows).toEqual([{ payload: { kind: "key_wraps_near_bound", key_id: "k1", wraps: 71 } }]);
  });

  test("shows keys that seal something and are in no keyring, and forgets those that seal nothing", async () => {
    await fillEnvironment(start([k3]), production, { accounts: 2 });
    const { keys } = await readKeys(start([k2, k1]), { id: production, name: "production" });
    expect(keys.map(({ kid, state, isConfigured }) => [kid, state, isConfigured])).toEqual([
      ["k2", "current", true],
      ["k1", "opens", true],
      ["k3", "disabled", false],
    ]);
  });
});
