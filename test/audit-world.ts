import { createSecretKey, randomBytes } from "node:crypto";
import type pg from "pg";
import { createAuditChains } from "#adapters/postgres/audit-chains";
import { insertAudit } from "#adapters/postgres/audit-log";
import { proveRecordsOf } from "#adapters/postgres/audit-proofs";
import { createPool, type DatabasePool } from "#adapters/postgres/pool";
import { createAnchorSigning } from "#adapters/system/anchor-signing";
import { deriveKey } from "#adapters/system/secret-digests";
import { systemClock } from "#adapters/system/system-clock";
import type { AuditRecord } from "#core/domain/audit/audit-record";
import { anchorAudit } from "#core/usecases/anchor-audit";
import { createSealer } from "#core/usecases/seal-audit";
import { verifyAudit, type VerifyInput, type VerifyReport } from "#core/usecases/verify-audit";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { createRecordingLog } from "./fakes/recording-log.ts";

export const never = new AbortController().signal;
export const secret = Buffer.alloc(32, 5);

export type AuditWorld = Awaited<ReturnType<typeof createAuditWorld>>;

/** A database with the parts of the audit log that api and worker have, in this process. */
export async function createAuditWorld({ batch }: { batch?: number } = {}) {
  const database = await createTestDatabase();
  const pool = openPool(database);
  const log = createRecordingLog();
  const chains = createAuditChains(pool, batch);
  const ports = { chains, log, clock: systemClock, signing: createAnchorSigning(secret, []) };
  const sealer = createSealer(ports);
  return {
    database,
    pool,
    log,
    ports,
    chains,
    sealer,
    seal: () => sealer.seal(never),
    anchor: (environmentId = "env_1") => anchorAudit(ports, environmentId),
    write: (count: number, record: Partial<AuditRecord> = {}) =>
      insertAudit(
        pool,
        Array.from({ length: count }, (_, index) => recordOf(index, record)),
      ),
    verify: (more: Partial<VerifyInput> = {}, environmentId = "env_1"): Promise<VerifyReport> =>
      verifyAudit({ source: chains.source(environmentId), signing: ports.signing, now: new Date(), ...more }),
    /** As a superuser who switches the triggers off. */
    tamper: async (...statements: string[]) => {
      const client = await database.pool.connect();
      try {
        await client.query("SET session_replication_role = replica");
        for (const statement of statements) {
          const { rowCount, command } = await client.query(statement);
          if (command !== "SET" && rowCount === 0) throw new Error(`changed nothing: ${statement}`);
        }
      } finally {
        await client.query("RESET session_replication_role");
        client.release();
      }
    },
    /** The id of the record with this number. */
    idOf: async (seq: number): Promise<string> =>
      (await database.pool.query("SELECT audit_id FROM audit_link WHERE seq = $1", [seq])).rows[0].audit_id,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database.drop();
    },
  };
}

/** A pool as a container has it. */
export function openPool(database: TestDatabase, from: Uint8Array = secret): DatabasePool {
  const pool = createPool({
    connectionString: database.url,
    max: 4,
    applicationName: "test",
    onError: () => {},
  });
  proveRecordsOf(pool, createSecretKey(deriveKey(from, "audit-record")));
  return pool;
}

export function recordOf(index: number, more: Partial<AuditRecord> = {}): AuditRecord {
  return {
    environmentId: "env_1",
    actor: "key_1",
    action: "credential.opened",
    target: `ia_${index}`,
    accountId: `ia_${index}`,
    keyId: "k1",
    detail: { purpose: "token_read", version: index, odd: 'ü \u2028 \\ " 😀', none: null, list: ["b", "a"], half: 0.1 },
    ...more,
  };
}

/** An id of the right form. */
export const madeUpId = (): string => `aud_${randomBytes(12).toString("hex")}`;

export async function countOf(pool: pg.Pool, table: string): Promise<number> {
  return (await pool.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0].n;
}
