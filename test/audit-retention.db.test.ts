import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deriveKey } from "#adapters/system/secret-digests";
import { createSealer } from "#core/usecases/seal-audit";
import { proveRecord } from "#core/domain/audit/record-proof";
import { sealEntries } from "#core/domain/audit/seal-entries";
import { checkAudit } from "#core/usecases/check-audit";
import { retentionCutoff, retireAudit } from "#core/usecases/retire-audit";
import { countOf, createAuditWorld, madeUpId, never, recordOf, secret, type AuditWorld } from "./audit-world.ts";

const cutoff = retentionCutoff(new Date());
const day = 86_400_000;
/** In the last month that goes, and in the first that stays. */
const gone = new Date(cutoff.getTime() - 3 * day);
const kept = new Date(cutoff.getTime() + 3 * day);

let world: AuditWorld;
beforeEach(async () => {
  world = await createAuditWorld();
  await world.database.pool.query("INSERT INTO environment (id, name) VALUES ('env_1', 'kept')");
  const months = [-1, 0].map((ahead) => new Date(Date.UTC(cutoff.getUTCFullYear(), cutoff.getUTCMonth() + ahead, 1)));
  for (const from of months) {
    const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
    for (const table of ["audit_event", "audit_link"]) {
      await world.database.pool.query(
        `CREATE TABLE ${table}_${from.toISOString().slice(0, 10).replaceAll("-", "")} PARTITION OF ${table}
         FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`,
      );
    }
  }
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

async function writeAt(at: Date, count: number): Promise<void> {
  const key = createSecretKey(deriveKey(secret, "audit-record"));
  for (let index = 0; index < count; index += 1) {
    const id = madeUpId();
    const record = recordOf(index);
    await world.database.pool.query(
      `INSERT INTO audit_event (id, at, environment_id, actor, action, target, account_id, key_id, detail, proof)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, decode($10, 'hex'))`,
      [
        id,
        at,
        record.environmentId,
        record.actor,
        record.action,
        record.target,
        record.accountId,
        record.keyId,
        JSON.stringify(record.detail),
        proveRecord(key, id, record, at),
      ],
    );
  }
}

/** Seals all there is, as it would have been sealed then. */
async function sealAt(now: Date): Promise<void> {
  await world.pool.query(
    "INSERT INTO audit_chain (environment_id, hash) VALUES ('env_1', decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING",
  );
  const head = await world.chains.head("env_1");
  if (head === null) throw new Error("there is no head");
  const candidates = [];
  for await (const page of world.chains.source("env_1").unlinked(null, null)) {
    candidates.push(...page.map((one) => ({ ...one, hasTwin: false })));
  }
  const { links } = sealEntries(head, "env_1", candidates, null, now);
  for (const link of links) {
    await world.pool.query(
      `INSERT INTO audit_link (environment_id, seq, audit_id, audit_at, row_hash, hash, sealed_at)
       VALUES ('env_1', $1, $2, $3, decode($4, 'hex'), decode($5, 'hex'), $6)`,
      [link.seq, link.auditId, link.auditAt, link.rowHash, link.hash, link.sealedAt],
    );
  }
  const last = links.at(-1);
  await world.pool.query(
    "UPDATE audit_chain SET seq = $1, hash = decode($2, 'hex'), sealed_at = $3, complete_until = $3, looked_at = $3",
    [last?.seq, last?.hash, now],
  );
}

describe("retention", () => {
  test("removes a month whose time is over, and what is kept can be checked from a signed anchor on", async () => {
    await writeAt(gone, 4);
    await sealAt(new Date(gone.getTime() + 1_000));
    await world.anchor();
    // Written before the turn of the month, sealed after it.
    await writeAt(new Date(cutoff.getTime() - 100), 1);
    await sealAt(new Date(cutoff.getTime() + 500));
    await writeAt(kept, 3);
    await sealAt(new Date(kept.getTime() + 1_000));
    await world.write(2);
    await world.seal();
    await world.anchor();
    expect(await world.verify()).toMatchObject({ checked: 10, firstBroken: null });

    const dropped = await retireAudit(world.ports);
    expect(dropped).toHaveLength(2);
    expect(await countOf(world.pool, "audit_event")).toBe(5);
    expect(await countOf(world.pool, "audit_link")).toBe(6);
    expect(await world.verify()).toMatchObject({ fromSeq: 5, checked: 6, retired: 1, firstBroken: null });
    expect(await retireAudit(world.ports)).toEqual([]);
    await world.write(1);
    await world.seal();
    await world.anchor();
    expect(await world.verify()).toMatchObject({ checked: 7, retired: 1, firstBroken: null });

    const id = await world.idOf(6);
    await world.tamper(`DELETE FROM audit_event WHERE id = '${id}'`);
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "removed", id, seq: 6 } });
  });

  test("of records that were sealed long after they were written keeps their links", async () => {
    await writeAt(gone, 4);
    await world.write(1);
    await world.seal();
    expect(await retireAudit(world.ports)).toHaveLength(2);
    expect(await world.verify()).toMatchObject({ fromSeq: 1, checked: 5, retired: 4, firstBroken: null });
  });

  test("removes nothing while something waits for its link", async () => {
    await writeAt(gone, 4);
    await world.write(1);
    expect(await retireAudit(world.ports)).toEqual([]);
    expect(await countOf(world.pool, "audit_event")).toBe(5);
  });

  test("that nobody signed does not pass for the end of records' time", async () => {
    await writeAt(gone, 4);
    await sealAt(new Date(gone.getTime() + 1_000));
    await world.write(1);
    await world.seal();
    await world.anchor();
    await world.database.pool.query("SELECT evergrant_drop_old_partitions('audit_event', $1)", [cutoff]);
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "removed", seq: 1 } });
    await world.database.pool.query("SELECT evergrant_drop_old_partitions('audit_link', $1)", [cutoff]);
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "removed", seq: 1 } });
  });
});

describe("the daily check", () => {
  test("keeps what it found, tells of a fault once, and tells again of another", async () => {
    await world.write(10);
    await world.seal();
    expect(await checkAudit(world.ports)).toEqual([]);
    expect((await world.chains.head("env_1"))?.latestCheck).toMatchObject({ fromSeq: 1, toSeq: 10, fault: null });
    const events = async () =>
      (await world.pool.query("SELECT payload FROM event WHERE event_type = 'security:anomaly' ORDER BY created_at"))
        .rows;

    const id = await world.idOf(5);
    await world.tamper(`UPDATE audit_event SET actor = 'x' WHERE id = '${id}'`);
    await checkAudit(world.ports);
    await checkAudit(world.ports);
    expect(await events()).toEqual([
      { payload: expect.objectContaining({ kind: "audit_log_broken", problem: "edited", audit_event_id: id, seq: 5 }) },
    ]);
    expect(world.log.lines.filter(({ level }) => level === "error")).toHaveLength(2);
    expect((await world.chains.head("env_1"))?.latestCheck?.fault).toMatchObject({ problem: "edited", id });

    await world.tamper(`DELETE FROM audit_event WHERE id = '${await world.idOf(2)}'`);
    await checkAudit(world.ports);
    expect(await events()).toHaveLength(2);
  });
});

describe("the migration", () => {
  const migration = readFileSync(
    new URL("../prisma/migrations/20261201300000_audit_chain/migration.sql", import.meta.url),
    "utf8",
  );
  const statement = /INSERT INTO "audit_chain"[^;]+;/.exec(migration)?.[0] ?? "";

  test("lets records that are there be sealed as they are, where there are any", async () => {
    await world.database.pool.query(statement);
    expect(await countOf(world.pool, "audit_chain")).toBe(0);
    await world.database.pool.query(
      "INSERT INTO audit_event (id, at, environment_id, actor, action, target) VALUES ('aud_old', now() - interval '1 hour', 'env_1', 'a', 'b', 'c')",
    );
    await world.database.pool.query(statement);
    expect(await createSealer(world.ports).seal(never)).toBe(1);
    expect(await world.verify()).toMatchObject({ checked: 1, firstBroken: null });
  });
});
