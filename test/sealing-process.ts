import { randomBytes } from "node:crypto";
import { createLocalKeyring, type Keyrings } from "#adapters/kms/local-keyring";
import { createStrangerKms } from "#adapters/kms/stranger-kms";
import { noMetrics } from "#adapters/metrics/no-metrics";
import { createAuditLog } from "#adapters/postgres/audit-log";
import { createEnvironmentStore } from "#adapters/postgres/environment-store";
import { createPool } from "#adapters/postgres/pool";
import { createRewrapStore } from "#adapters/postgres/rewrap-store";
import { createSealingStore } from "#adapters/postgres/sealing-store";
import { systemClock } from "#adapters/system/system-clock";
import { systemRandomness } from "#adapters/system/system-randomness";
import type { Clock } from "#core/ports/clock";
import type { SealLocation } from "#core/domain/sealing/envelope";
import type { Kms } from "#core/ports/kms";
import { createSealingKeys } from "#core/usecases/sealing-keys";
import { createVault } from "#core/usecases/vault";
import { createWrapCounter } from "#core/usecases/wrap-counter";
import { createInMemorySpool } from "./fakes/in-memory-spool.ts";
import { createRecordingLog } from "./fakes/recording-log.ts";

export const keyOf = (id: string) => ({ id, key: randomBytes(32) });

export type SealingProcess = ReturnType<typeof createSealingProcess>;

/** What of a process has to do with keys, on a real database. */
export function createSealingProcess(
  database: { readonly url: string },
  options: {
    readonly keyrings: Keyrings;
    readonly name?: string;
    readonly clock?: Clock;
    /** Laid around the local keyring. */
    readonly kms?: (kms: Kms) => Kms;
  },
) {
  const { clock = systemClock, name = "one" } = options;
  const pool = createPool({ connectionString: database.url, max: 4, applicationName: "test", onError: () => {} });
  const environments = createEnvironmentStore(pool);
  // Asked once, as a process of the product does.
  const names = new Map<string, Promise<string | null>>();
  const nameOf = async (id: string) => (await environments.findById(id))?.name ?? null;
  const keyring = createLocalKeyring({
    keyrings: options.keyrings,
    environmentName: (id) => {
      const known = names.get(id) ?? nameOf(id);
      names.set(id, known);
      return known;
    },
    random: systemRandomness,
  });
  const kms = options.kms?.(keyring) ?? keyring;
  const log = createRecordingLog();
  const sealing = createSealingStore(pool);
  const wraps = createWrapCounter({ store: sealing, log });
  const sealingKeys = createSealingKeys({ kms, store: sealing, clock, random: systemRandomness, wraps });
  const audit = createAuditLog(pool, noMetrics);
  const vault = createVault({ keys: sealingKeys, audit, random: systemRandomness });
  return {
    pool,
    environments,
    kms,
    log,
    sealing,
    wraps,
    sealingKeys,
    audit,
    vault,
    clock,
    random: systemRandomness,
    spool: createInMemorySpool(),
    rewraps: createRewrapStore(pool),
    owner: name,
    strangerKms: (kids: readonly string[]) => createStrangerKms(kids, systemRandomness),

    /** @returns the bytes and their key */
    async seal(location: SealLocation, text: string, tenantId?: string) {
      return vault.seal(await vault.prepare(location.environmentId, tenantId), location, Buffer.from(text));
    },
    async open(location: SealLocation, sealed: Uint8Array): Promise<string> {
      return (await vault.open(location, sealed, { actor: "test", purpose: "token_read" })).toString();
    },
    async close() {
      await wraps.flush().catch(() => {});
      sealingKeys.close();
      await pool.end();
    },
  };
}

/** Sealed values of every kind in one environment, each with a text of its own. */
export async function fillEnvironment(
  process: SealingProcess,
  environmentId: string,
  {
    accounts,
    tenants = 3,
    prefix = "a",
  }: { readonly accounts: number; readonly tenants?: number; readonly prefix?: string },
): Promise<void> {
  const { pool } = process;
  await pool.query(
    `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, credential_version)
     SELECT 'ia_' || $1 || lpad(n::text, 6, '0'), $2, 'tenant-' || n % $4, 'acme-crm', 'active', 1 FROM generate_series(1, $3::int) n`,
    [prefix, environmentId, accounts, tenants],
  );
  const { rows } = await pool.query<{ id: string; tenant_id: string }>(
    // Ids of accounts that were connected are longer, and may begin in the same way.
    "SELECT id, tenant_id FROM integrated_account WHERE environment_id = $1 AND id LIKE 'ia_' || $2 || '______' ORDER BY id",
    [environmentId, prefix],
  );
  for (let at = 0; at < rows.length; at += 500) {
    const batch = rows.slice(at, at + 500);
    const sealed = await Promise.all(
      batch.map(({ id, tenant_id }) =>
        process.seal({ environmentId, owner: id, field: "token_set", version: 1 }, `token of ${id}`, tenant_id),
      ),
    );
    await pool.query(
      `INSERT INTO sealed_credential (account_id, environment_id, version, kid, sealed)
       SELECT v.id, $1, 1, v.kid, v.sealed FROM unnest($2::text[], $3::text[], $4::bytea[]) AS v(id, kid, sealed)`,
      [
        environmentId,
        batch.map(({ id }) => id),
        sealed.map(({ kid }) => kid),
        sealed.map((one) => Buffer.from(one.sealed)),
      ],
    );
  }
  const fields = [
    "client_secret",
    "client_key",
    "client_certificate",
    "pkce_verifier",
    "webhook_secret",
    "connect_grant",
  ];
  for (const field of fields as readonly SealLocation["field"][]) {
    const owner = `own_${prefix}_${field}`;
    for (const version of [1, 2]) {
      const { kid, sealed } = await process.seal({ environmentId, owner, field, version }, `${field} ${version}`);
      await pool.query(
        "INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
        [owner, field, environmentId, version, kid, Buffer.from(sealed)],
      );
    }
  }
  const answer = `idm_${prefix}`;
  const { kid, sealed } = await process.seal(
    { environmentId, owner: answer, field: "idempotent_answer", version: 1 },
    "an answer",
  );
  await pool.query(
    "INSERT INTO idempotency_record (digest, id, environment_id, run, kid, sealed) VALUES ($1, $2, $3, 1, $4, $5)",
    [randomBytes(32), answer, environmentId, kid, Buffer.from(sealed)],
  );
}

/** Opens everything that is sealed in an environment. @returns what did not open, and how many did */
export async function openEverything(
  process: SealingProcess,
  environmentId: string,
): Promise<{ readonly opened: number; readonly failed: readonly string[]; readonly kids: readonly string[] }> {
  const { rows } = await process.pool.query<{
    owner: string;
    field: SealLocation["field"];
    version: number;
    kid: string;
    sealed: Buffer;
  }>(
    `SELECT account_id AS owner, 'token_set' AS field, version, kid, sealed FROM sealed_credential WHERE environment_id = $1
     UNION ALL SELECT owner, field, version, kid, sealed FROM sealed_secret WHERE environment_id = $1
     UNION ALL SELECT id, 'idempotent_answer', 1, kid, sealed FROM idempotency_record WHERE environment_id = $1 AND kid IS NOT NULL`,
    [environmentId],
  );
  const failed: string[] = [];
  for (let at = 0; at < rows.length; at += 100) {
    await Promise.all(
      rows.slice(at, at + 100).map(async ({ owner, field, version, sealed }) => {
        await process.open({ environmentId, owner, field, version }, sealed).catch((error: unknown) => {
          failed.push(`${field} of ${owner} ${version}: ${String(error)}`);
        });
      }),
    );
  }
  return { opened: rows.length - failed.length, failed, kids: [...new Set(rows.map(({ kid }) => kid))].toSorted() };
}
