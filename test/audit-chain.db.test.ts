import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { insertAudit } from "#adapters/postgres/audit-log";
import { createAuditChains } from "#adapters/postgres/audit-chains";
import { linkHashOf, noHash, rowHashOf } from "#core/domain/audit/audit-link";
import { createAnchorSigning } from "#adapters/system/anchor-signing";
import { parseAnchorKey, type AuditAnchor } from "#core/domain/audit/audit-anchor";
import type { AnchorSigning } from "#core/ports/audit-chain";
import { anchorAudit } from "#core/usecases/anchor-audit";
import { verifyAudit } from "#core/usecases/verify-audit";
import { createSealer } from "#core/usecases/seal-audit";
import { countOf, createAuditWorld, madeUpId, never, openPool, recordOf, type AuditWorld } from "./audit-world.ts";

let world: AuditWorld;
beforeEach(async () => {
  world = await createAuditWorld({ batch: 50 });
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

const columns = "id, at, environment_id, actor, action, target, account_id, key_id, detail, proof";

describe("the sealer", () => {
  test("gives every record one link, without a gap, in several batches, and one chain to each environment", async () => {
    await world.write(120);
    await world.write(3, { environmentId: "env_2" });
    expect(await world.seal()).toBe(123);
    expect(await world.seal()).toBe(0);
    const { rows } = await world.pool.query(
      "SELECT environment_id, count(*)::int AS links, count(DISTINCT audit_id)::int AS records, min(seq)::int, max(seq)::int FROM audit_link GROUP BY 1 ORDER BY 1",
    );
    expect(rows).toEqual([
      { environment_id: "env_1", links: 120, records: 120, min: 1, max: 120 },
      { environment_id: "env_2", links: 3, records: 3, min: 1, max: 3 },
    ]);
    expect(await world.verify()).toMatchObject({ checked: 120, firstBroken: null, waiting: 0 });
  });

  test("makes one chain with others at the same time, whoever is killed", async () => {
    const others = [openPool(world.database), openPool(world.database), openPool(world.database)];
    try {
      const sealers = others.map((pool) => createSealer({ ...world.ports, chains: createAuditChains(pool, 7) }));
      for (let round = 0; round < 5; round += 1) {
        await world.write(60);
        const running = sealers.map((one) => one.seal(never).catch(() => 0));
        // What a killed process had in hand ends with its connection.
        await world.database.pool.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%audit_link%' AND pid <> pg_backend_pid() AND datname = current_database() LIMIT 1",
        );
        await Promise.all(running);
      }
      await world.seal();
      expect(await countOf(world.pool, "audit_link")).toBe(300);
      expect(await world.verify()).toMatchObject({ checked: 300, firstBroken: null });
    } finally {
      await Promise.all(others.map((pool) => pool.end()));
    }
  });

  test("finds what was committed long after its instant, behind what came later", async () => {
    const slow = await world.pool.connect();
    await slow.query("BEGIN");
    await insertAudit(slow, [recordOf(0, { target: "late" })]);
    await world.write(10);
    expect(await world.seal()).toBe(10);
    // Until nothing but the open transaction keeps the look from going on.
    await world.database.pool.query("SELECT pg_sleep(2.2)");
    await world.write(1);
    expect(await world.seal()).toBe(1);
    await slow.query("COMMIT");
    slow.release();
    expect(await world.seal()).toBe(1);
    const { rows } = await world.pool.query(
      "SELECT l.seq::int FROM audit_link l JOIN audit_event e ON e.id = l.audit_id WHERE e.target = 'late'",
    );
    expect(rows).toEqual([{ seq: 12 }]);
    expect(await world.verify()).toMatchObject({ checked: 12, firstBroken: null });
  });

  test("finds at its slow look what was committed where nothing told of it", async () => {
    await world.write(3);
    await world.seal();
    await world.pool.query("UPDATE audit_chain SET complete_until = now() + interval '1 minute'");
    await world.write(2);
    expect(await world.seal()).toBe(0);
    expect(await world.sealer.sealLate(never)).toBe(2);
    expect(await world.verify()).toMatchObject({ checked: 5, firstBroken: null });
  });

  test("leaves what nobody of ours wrote without a link, says so once, and goes on", async () => {
    await world.write(2);
    await world.database.pool.query(
      `INSERT INTO audit_event (${columns}) SELECT $1, ${columns.slice(4)} FROM audit_event LIMIT 1`,
      [madeUpId()],
    );
    await world.write(2);
    expect(await world.seal()).toBe(4);
    await world.seal();
    expect(world.log.lines.filter(({ message }) => message.includes("not ours"))).toHaveLength(1);
  });

  test("seals what was there before the migration, unproven as it is", async () => {
    await world.database.pool.query(
      `INSERT INTO audit_event (id, at, environment_id, actor, action, target)
       SELECT 'aud_' || n, now() - n * interval '1 day', 'env_1', 'a', 'b', 'c' FROM generate_series(1, 70) n`,
    );
    await world.database.pool.query(
      "INSERT INTO audit_chain (environment_id, hash, unproven_until) VALUES ('env_1', decode($1, 'hex'), now())",
      [noHash],
    );
    await world.write(1);
    expect(await world.seal()).toBe(71);
    expect(await world.verify()).toMatchObject({ checked: 71, firstBroken: null });
    await world.anchor();
    // The chain's own word is anybody's who can write there; the anchor's is not.
    await world.database.pool.query("UPDATE audit_chain SET unproven_until = 'infinity'");
    await world.database.pool.query(
      "INSERT INTO audit_event (id, at, environment_id, actor, action, target) VALUES ('aud_x', now(), 'env_1', 'a', 'b', 'c')",
    );
    expect(await world.seal()).toBe(0);
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "added", id: "aud_x" } });
  });
});

describe("somebody with every right in the database", () => {
  beforeEach(async () => {
    await world.write(20);
    await world.seal();
  });

  test.each<[string, string]>([
    ["actor", "actor = 'key_2'"],
    ["detail", `detail = detail || '{"purpose":"none"}'`],
    ["account", "account_id = NULL"],
    ["key", "key_id = 'k2'"],
  ])("edits the %s of a record, which is named", async (_, set) => {
    const id = await world.idOf(7);
    await world.tamper(`UPDATE audit_event SET ${set} WHERE id = '${id}'`);
    expect(await world.verify()).toMatchObject({ checked: 6, firstBroken: { problem: "edited", id, seq: 7 } });
  });

  test.each([["at = at - interval '1 hour'"], ["id = 'aud_other'"], ["environment_id = 'env_9'"]])(
    "moves a record away by %s, which is named",
    async (set) => {
      const id = await world.idOf(7);
      await world.tamper(`UPDATE audit_event SET ${set} WHERE id = '${id}'`);
      expect(await world.verify()).toMatchObject({ firstBroken: { problem: "removed", id, seq: 7 } });
    },
  );

  test("removes a record, which is named, and its link, whose number is", async () => {
    const id = await world.idOf(7);
    await world.tamper(`DELETE FROM audit_event WHERE id = '${id}'`);
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "removed", id, seq: 7 } });
    await world.tamper("DELETE FROM audit_link WHERE seq = 7");
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "removed", id: null, seq: 7 } });
  });

  test("removes the latest records with their links, which the head misses, and the anchor where the head is set back as well", async () => {
    await world.anchor();
    await world.tamper(
      "DELETE FROM audit_event WHERE id IN (SELECT audit_id FROM audit_link WHERE seq > 15)",
      "DELETE FROM audit_link WHERE seq > 15",
    );
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "cut_off", seq: 16 } });
    await world.tamper("UPDATE audit_chain SET seq = 15, hash = (SELECT hash FROM audit_link WHERE seq = 15)");
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "cut_off", seq: 16 } });
    await world.write(6);
    await world.seal();
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "rewritten", seq: 20 } });
  });

  test("adds a record, which is named at once, and stays without a link", async () => {
    const id = madeUpId();
    await world.tamper(
      `INSERT INTO audit_event (${columns}) SELECT '${id}', ${columns.slice(4)} FROM audit_event WHERE id = '${await world.idOf(7)}'`,
    );
    expect(await world.seal()).toBe(0);
    expect(await world.verify()).toMatchObject({ checked: 20, firstBroken: { problem: "added", id } });
  });

  test.each([["1 second"], ["40 minutes"], ["2 years"]])(
    "puts a record in once more %s before its time, which is named",
    async (earlier) => {
      const id = await world.idOf(7);
      await world.tamper(
        `INSERT INTO audit_event (${columns}) SELECT id, at - interval '${earlier}', ${columns.slice(8)} FROM audit_event WHERE id = '${id}'`,
      );
      await world.sealer.sealLate(never);
      // A copy within the proof's minutes is known by its link alone: it has none.
      const later = { now: new Date(Date.now() + 11 * 60_000) };
      await world.pool.query("UPDATE audit_chain SET looked_at = now() + interval '11 minutes'");
      expect(await world.verify(later)).toMatchObject({ checked: 20, firstBroken: { id, seq: null } });
    },
  );

  test("adds a record with a link that follows, which is named for its proof", async () => {
    await world.tamper(
      "INSERT INTO audit_event (id, at, environment_id, actor, action, target) VALUES ('aud_x', '2026-11-01T00:00:00Z', 'env_1', 'a', 'b', 'c')",
    );
    const at = new Date("2026-11-01T00:00:00Z");
    const none = { accountId: null, keyId: null, detail: {} };
    const entry = { id: "aud_x", at, environmentId: "env_1", actor: "a", action: "b", target: "c", ...none };
    const link = {
      environmentId: "env_1",
      seq: 21,
      auditId: "aud_x",
      auditAt: at,
      rowHash: rowHashOf(entry),
      sealedAt: new Date(),
    };
    const { hash: before = "" } = (await world.chains.head("env_1")) ?? {};
    const hash = linkHashOf(link, before);
    await world.database.pool.query(
      `INSERT INTO audit_link (environment_id, seq, audit_id, audit_at, row_hash, hash, sealed_at)
       VALUES ('env_1', 21, 'aud_x', $1, decode($2, 'hex'), decode($3, 'hex'), $4)`,
      [at, link.rowHash, hash, link.sealedAt],
    );
    await world.tamper(`UPDATE audit_chain SET seq = 21, hash = '\\x${hash}'`);
    expect(await world.verify()).toMatchObject({
      checked: 20,
      firstBroken: { problem: "added", id: "aud_x", seq: 21 },
    });
  });

  test("exchanges two records' places, which names the first", async () => {
    const id = await world.idOf(12);
    await world.tamper(
      "UPDATE audit_link SET seq = 0 WHERE seq = 5",
      "UPDATE audit_link SET seq = 5 WHERE seq = 12",
      "UPDATE audit_link SET seq = 12 WHERE seq = 0",
    );
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "reordered", id, seq: 5 } });
  });

  test("exchanges two records' contents, which names the first", async () => {
    const [five, twelve] = [await world.idOf(5), await world.idOf(12)];
    await world.tamper(
      `UPDATE audit_event e SET target = o.target, detail = o.detail, account_id = o.account_id FROM audit_event o
        WHERE (e.id, o.id) IN (('${five}', '${twelve}'), ('${twelve}', '${five}'))`,
    );
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "edited", id: five, seq: 5 } });
  });

  test("rewrites the whole chain without a record, which fails against its anchor, and against one that is kept elsewhere", async () => {
    const made = await world.anchor();
    const shipped = made.kind === "anchored" ? [made.anchor] : [];
    const id = await world.idOf(7);
    await world.tamper(`DELETE FROM audit_event WHERE id = '${id}'`);
    await rewriteChain();
    // As long as before, so that nothing but the hash tells.
    await world.write(1);
    await world.seal();
    expect(await world.verify()).toMatchObject({ firstBroken: { problem: "rewritten", seq: 20 } });
    await world.write(5);
    await world.seal();
    expect(await world.verify({ afterSeq: 20 })).toMatchObject({ firstBroken: { problem: "rewritten", seq: 20 } });
    expect(await world.verify({ afterSeq: 21 })).toMatchObject({ firstBroken: null });
    await world.tamper("DELETE FROM audit_anchor");
    expect(await world.verify()).toMatchObject({ firstBroken: null });
    expect(await world.verify({ shipped })).toMatchObject({ firstBroken: { problem: "rewritten", seq: 20 } });
  });

  test("gets no anchor for a chain that was rewritten since the latest", async () => {
    await world.anchor();
    await rewriteChain();
    await world.write(1);
    await world.seal();
    expect(await world.anchor()).toMatchObject({ kind: "refused" });
    expect(world.log.lines.at(-1)?.message).toContain("no anchor");
  });

  test("makes an anchor of their own, which is signed by nobody", async () => {
    const made = await world.anchor();
    const { signature, keyId } = (made as { anchor: AuditAnchor }).anchor;
    for (const [key, problem] of [
      [keyId, "anchor_forged"],
      ["aak_0000000000000000", "anchor_key_unknown"],
    ]) {
      await world.tamper(
        "DELETE FROM audit_anchor",
        `INSERT INTO audit_anchor (environment_id, seq, kind, at, hash, key_id, signature)
         SELECT 'env_1', 4, 'head', now(), hash, '${key}', decode('${Buffer.from(signature, "base64url").toString("hex")}', 'hex')
           FROM audit_link WHERE seq = 4`,
      );
      expect(await world.verify()).toMatchObject({ firstBroken: { problem, seq: 4 } });
    }
  });

  test("removes the anchors, which are missed after some hours", async () => {
    const later = { now: new Date(Date.now() + 4 * 3_600_000) };
    await world.pool.query("UPDATE audit_chain SET looked_at = now() + interval '4 hours'");
    await world.anchor();
    expect(await world.verify(later)).toMatchObject({ firstBroken: null });
    await world.tamper("DELETE FROM audit_anchor");
    expect(await world.verify(later)).toMatchObject({ firstBroken: { problem: "anchors_gone", seq: 1 } });
  });

  async function rewriteChain(): Promise<void> {
    const entries = [];
    for await (const links of world.chains.source("env_1").links(0, 1_000)) entries.push(...links);
    let hash = noHash;
    let seq = 0;
    const statements = ["DELETE FROM audit_link"];
    for (const { link, entry } of entries) {
      if (entry === null) continue;
      seq += 1;
      const made = { ...link, seq, sealedAt: new Date(link.sealedAt.getTime() + 1) };
      hash = linkHashOf(made, hash);
      statements.push(
        `INSERT INTO audit_link (environment_id, seq, audit_id, audit_at, row_hash, hash, sealed_at)
         VALUES ('env_1', ${seq}, '${made.auditId}', '${made.auditAt.toISOString()}', '\\x${made.rowHash}', '\\x${hash}', '${made.sealedAt.toISOString()}')`,
      );
    }
    statements.push(`UPDATE audit_chain SET seq = ${seq}, hash = '\\x${hash}'`);
    await world.tamper(...statements);
  }
});

describe("a check", () => {
  test("of a part looks at that part alone, and fails where it does not follow", async () => {
    await world.write(100);
    await world.seal();
    await world.tamper(`UPDATE audit_event SET actor = 'x' WHERE id = '${await world.idOf(10)}'`);
    expect(await world.verify({ afterSeq: 50 })).toMatchObject({
      checked: 50,
      fromSeq: 51,
      toSeq: 100,
      firstBroken: null,
    });
    expect(await world.verify({ afterSeq: 4, most: 5 })).toMatchObject({ checked: 5, toSeq: 9, firstBroken: null });
    expect(await world.verify({ afterSeq: 4, most: 6 })).toMatchObject({ checked: 5, firstBroken: { seq: 10 } });
    expect(await world.verify({ afterSeq: 4_000 })).toMatchObject({ firstBroken: { problem: "removed", seq: 4_000 } });
  });

  test("counts what waits while no sealer is at work, and calls it a fault while one is", async () => {
    await world.write(3);
    await world.seal();
    await world.write(2);
    expect(await world.verify()).toMatchObject({ checked: 3, firstBroken: null, waiting: 2 });
    const later = { now: new Date(Date.now() + 3_600_000) };
    expect(await world.verify(later)).toMatchObject({
      firstBroken: null,
      waiting: 2,
      sealerSeconds: expect.any(Number),
    });
    await world.pool.query("UPDATE audit_chain SET looked_at = now() + interval '1 hour'");
    expect(await world.verify(later)).toMatchObject({ firstBroken: { problem: "unsealed", seq: null } });
  });
});

describe("another secret", () => {
  test("checks what came before by its links and anchors, once its public key is named", async () => {
    await world.write(5);
    await world.seal();
    await world.anchor();
    const other = Buffer.alloc(32, 6);
    const earlier = parseAnchorKey(world.ports.signing.publicKey);
    const pool = openPool(world.database, other);
    try {
      const chains = createAuditChains(pool);
      const alone = { ...world.ports, chains, signing: createAnchorSigning(other, []) };
      const informed = { ...alone, signing: createAnchorSigning(other, earlier === null ? [] : [earlier]) };
      const verify = (signing: AnchorSigning) =>
        verifyAudit({ source: chains.source("env_1"), signing, now: new Date() });
      expect(await verify(alone.signing)).toMatchObject({ firstBroken: { problem: "anchor_key_unknown" } });
      // The worker's start makes an anchor with the new key, of the same link.
      expect(await anchorAudit(informed, "env_1")).toMatchObject({ kind: "anchored", anchor: { seq: 5 } });
      await insertAudit(pool, [recordOf(9)]);
      await createSealer(informed).seal(never);
      expect(await verify(informed.signing)).toMatchObject({ checked: 6, firstBroken: null });
      // What is written under the old one afterwards is nobody's.
      await world.write(1);
      expect(await createSealer(informed).seal(never)).toBe(0);
      expect(await verify(informed.signing)).toMatchObject({ checked: 6, firstBroken: { problem: "added" } });
    } finally {
      await pool.end();
    }
  });
});

describe("the sealer's lag", () => {
  test("is the time since it last had nothing left to do", async () => {
    expect(await world.chains.lagSeconds()).toBe(0);
    await world.write(3);
    await world.seal();
    expect(await world.chains.lagSeconds()).toBeLessThan(60);
    await world.pool.query("UPDATE audit_chain SET looked_at = now() - interval '5 minutes'");
    expect(await world.chains.lagSeconds()).toBeGreaterThan(299);
    await world.seal();
    expect(await world.chains.lagSeconds()).toBeLessThan(60);
  });
});
