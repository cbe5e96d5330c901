// `keys rotate` with a KMS: what is recorded and when, and what must not happen at once with it.
import { afterEach, beforeEach, expect, test } from "vitest";
import { createRotationGate } from "#adapters/postgres/rotation-gate";
import { DomainError } from "#core/domain/problem/domain-error";
import type { AddedVersion, KmsRotation } from "#core/ports/kms-rotation";
import { addKmsVersion } from "#core/usecases/add-kms-version";
import { changeRewrap, startRewrap } from "#core/usecases/start-rewrap";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { createSealingProcess, fillEnvironment, keyOf, type SealingProcess } from "./sealing-process.ts";

let database: TestDatabase;
let production: string;
let process: SealingProcess;

beforeEach(async () => {
  database = await createTestDatabase();
  production = (await database.pool.query("SELECT id FROM environment WHERE name = 'production'")).rows[0].id;
  process = createSealingProcess(database, {
    keyrings: { shared: [keyOf("k1")], perEnvironment: new Map([["staging", [keyOf("s1")]]]) },
  });
});
afterEach(async () => {
  await process.close();
  await database.drop();
});

const caller = () =>
  ({ kind: "command_line", id: "command_line", environmentId: production, environment: "production" }) as const;
const added: AddedVersion = { kind: "version", kid: "k1", version: "2", wait: null };
/** @param answer of the KMS */
const rotate = (answer: KmsRotation["addVersion"], environment: string | null = null) =>
  addKmsVersion({ ...process, kmsRotation: { addVersion: answer } }, "command_line", environment);
const begin = (everything: boolean) => startRewrap(process, caller(), { pace: null, everything });

// In the order of their transactions: two of them within one millisecond have the same instant.
async function recorded(): Promise<unknown[]> {
  const { rows } = await database.pool.query(
    `SELECT e.name AS environment, action, target, key_id, detail FROM audit_event a JOIN environment e ON e.id = a.environment_id
      WHERE action LIKE 'key.version_%' ORDER BY a.xmin::text::bigint, e.name`,
  );
  return rows;
}

test("records that a version is asked for before anybody is asked, and then what came of it (invariant 8)", async () => {
  const seen: unknown[] = [];
  const result = await rotate(async () => {
    seen.push(...(await recorded()));
    return added;
  });
  const asked = { environment: "production", action: "key.version_asked", target: "k1", key_id: "k1", detail: {} };
  expect(seen).toEqual([asked]);
  expect(result).toEqual({ added, usedBy: ["production"], wait: expect.stringMatching(/^Refreshes .*wait a minute/) });
  expect(await recorded()).toEqual([asked, { ...asked, action: "key.version_added", detail: { version: "2" } }]);

  const other = await rotate(async () => ({ kind: "key", kid: "s1", reference: "tokens-2" }), "staging");
  expect(other.wait).toBeNull();
  expect((await recorded()).slice(2)).toMatchObject([
    { environment: "staging", action: "key.version_asked", key_id: "s1" },
    { environment: "staging", action: "key.version_added", key_id: "s1", detail: { new_key: "tokens-2" } },
  ]);
});

test("says what to wait for, of the KMS and of what is under way", async () => {
  const { wait } = await rotate(async () => ({ ...added, wait: "The KMS takes its time." }));
  expect(wait).toMatch(/^The KMS takes its time\. Refreshes that are under way/);
});

test("asks nobody where it can't be recorded, nor for an environment that is not there or has no keys of its own", async () => {
  const asked: (string | null)[] = [];
  const answer: KmsRotation["addVersion"] = async (environment) => {
    asked.push(environment);
    return added;
  };
  const away = new DomainError("database_unavailable", { detail: "The database does not answer." });
  const audit = { append: async () => Promise.reject(away) };
  await expect(
    addKmsVersion({ ...process, audit, kmsRotation: { addVersion: answer } }, "command_line", null),
  ).rejects.toBe(away);
  await expect(rotate(answer, "nowhere")).rejects.toMatchObject({ code: "not_found" });
  await expect(rotate(answer, "production")).rejects.toMatchObject({
    code: "invalid_request",
    detail: expect.stringContaining("no keys of its own"),
  });
  expect(asked).toEqual([]);
  expect(await recorded()).toEqual([]);
});

test("records what kept the KMS from it, and lets through what it said", async () => {
  const problem = new DomainError("kms_unavailable", {
    detail: "The key service did not confirm a new version of k1: it did not answer in time.",
  });
  await expect(rotate(async () => Promise.reject(problem))).rejects.toBe(problem);
  expect(await recorded()).toMatchObject([
    { action: "key.version_asked" },
    { action: "key.version_failed", detail: { problem: "kms_unavailable", said: problem.detail } },
  ]);
});

test("says what the KMS has added where that can't be written down any more", async () => {
  const sealing = {
    recordVersion: async () => Promise.reject(new DomainError("database_unavailable", { detail: "away" })),
  };
  await expect(
    addKmsVersion({ ...process, sealing, kmsRotation: { addVersion: async () => added } }, "command_line", null),
  ).rejects.toMatchObject({
    code: "database_unavailable",
    detail: expect.stringMatching(/^k1 has the new version 2 in the key service.*Do not rotate again for it\.$/),
  });
  expect(await recorded()).toMatchObject([{ action: "key.version_asked" }]);
});

test("gives one version where two ask at once", async () => {
  const entered = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<AddedVersion>();
  const first = rotate(async () => {
    entered.resolve();
    return await answer.promise;
  });
  await entered.promise;
  await expect(rotate(async () => Promise.reject(new Error("it was asked twice")))).rejects.toMatchObject({
    code: "conflict",
    detail: expect.stringContaining("at this moment"),
  });
  answer.resolve(added);
  expect(await first).toMatchObject({ added });
  expect(await recorded()).toHaveLength(2);
});

test("begins no re-wrap of everything meanwhile, whose first values would stay under the version before", async () => {
  await fillEnvironment(process, production, { accounts: 3 });
  await rotate(async () => {
    await expect(begin(true)).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("keys rotate"),
    });
    // An ordinary one promises nothing about versions.
    const { id } = await begin(false);
    await changeRewrap(process, caller(), id, { command: "stop" });
    return added;
  });
  expect(await begin(true)).toMatchObject({ state: "running", everything: true });
});

test("gives no version while a re-wrap of everything is not over, paused or running", async () => {
  await fillEnvironment(process, production, { accounts: 3 });
  const { id } = await begin(true);
  const answer = async (): Promise<AddedVersion> => Promise.reject(new Error("it was asked"));
  await expect(rotate(answer)).rejects.toMatchObject({ code: "conflict", detail: expect.stringContaining(id) });
  await changeRewrap(process, caller(), id, { command: "pause" });
  await expect(rotate(answer)).rejects.toMatchObject({
    code: "conflict",
    detail: expect.stringContaining("is paused"),
  });
  expect(await recorded()).toEqual([]);
  // That of an environment with other keys is nobody's hindrance.
  expect(await rotate(async () => ({ ...added, kid: "s1" }), "staging")).toMatchObject({ usedBy: ["staging"] });
  await changeRewrap(process, caller(), id, { command: "stop" });
  expect(await rotate(async () => added)).toMatchObject({ added });
});

test("gives back what was done although the connection of its lock broke", async () => {
  const gate = createRotationGate(process.pool);
  const value = await gate.alone(async () => {
    const { rows } = await database.pool.query(
      `SELECT pg_terminate_backend(l.pid, 10000) AS is_gone FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE l.locktype = 'advisory' AND l.mode = 'ExclusiveLock' AND d.datname = current_database()`,
    );
    expect(rows).toEqual([{ is_gone: true }]);
    return "done";
  });
  expect(value).toBe("done");
  expect(await gate.alone(async () => "again")).toBe("again");
});

test("counts wraps towards the bound anew with a version, and not with another key (H6)", async () => {
  const counted = (wraps: number) => [{ environmentId: production, kid: "k1", wraps }];
  expect(await process.sealing.addWraps(counted(100), 100)).toEqual(["k1"]);
  await rotate(async () => ({ kind: "key", kid: "k1", reference: "tokens-2" }));
  expect(await process.sealing.addWraps(counted(10), 100)).toEqual([]);
  await rotate(async () => added);
  expect(await process.sealing.addWraps(counted(99), 100)).toEqual([]);
  expect(await process.sealing.addWraps(counted(1), 100)).toEqual(["k1"]);
  const { rows } = await database.pool.query(
    "SELECT payload ->> 'wraps' AS wraps FROM event WHERE event_type = 'security:anomaly' ORDER BY 1",
  );
  expect(rows).toEqual([{ wraps: "100" }, { wraps: "100" }]);
  const { keys } = await process.sealing.readKeys(production);
  expect(keys).toMatchObject([{ kid: "k1", wraps: 100 }]);
});
