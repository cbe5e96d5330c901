import type { SecretEnd, SecretsPatch } from "#core/ports/integration-store";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, type DatabaseClient, type DatabasePool } from "./pool.ts";

/** The environment integration that owns the secrets, its row locked by the transaction. */
export interface SecretOwner {
  readonly id: string;
  readonly environmentId: string;
  readonly integrationName: string;
}

/** Whether the client is as the change expects it. Its row is locked, so it stays so. */
export async function isAsExpected(
  client: DatabaseClient,
  owner: SecretOwner,
  clientId: string | null,
  { expected }: SecretsPatch,
): Promise<boolean> {
  const { rows } = await client.query<{ newest: number | null }>(
    "SELECT max(version) AS newest FROM sealed_secret WHERE owner = $1 AND field = 'client_secret'",
    [owner.id],
  );
  return clientId === expected.clientId && (rows[0]?.newest ?? null) === expected.newest;
}

/** Erases what is not kept, sets the ends of the others, adds the new one. */
export async function writeSecrets(client: DatabaseClient, owner: SecretOwner, patch: SecretsPatch): Promise<void> {
  const { added, kept, actor } = patch;
  const versions = kept.map((one) => one.version);
  await eraseSecrets(client, owner, versions, actor, "client_changed");
  await client.query(
    `UPDATE sealed_secret s SET accepted_until = k.accepted_until
       FROM unnest($2::int[], $3::timestamptz[]) AS k (version, accepted_until)
      WHERE s.owner = $1 AND s.field = 'client_secret' AND s.version = k.version
        AND s.accepted_until IS DISTINCT FROM k.accepted_until`,
    [owner.id, versions, kept.map((one) => one.acceptedUntil)],
  );
  if (added === null) return;
  await client.query(
    `INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed, set_by)
     VALUES ($1, 'client_secret', $2, $3, $4, $5, $6)`,
    [owner.id, owner.environmentId, added.version, added.kid, Buffer.from(added.sealed), actor],
  );
}

/** Erases every secret of an integration. A secret given later begins at version 1, bound to the same owner and field. */
export async function eraseAllSecrets(
  client: DatabaseClient,
  environmentId: string,
  integrationName: string,
  actor: string,
  why: SecretEnd,
): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    "SELECT id FROM environment_integration WHERE environment_id = $1 AND integration_name = $2 FOR UPDATE",
    [environmentId, integrationName],
  );
  for (const { id } of rows) await eraseSecrets(client, { id, environmentId, integrationName }, [], actor, why);
}

async function eraseSecrets(
  client: DatabaseClient,
  owner: SecretOwner,
  kept: readonly number[],
  actor: string,
  why: SecretEnd,
): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    `DELETE FROM sealed_secret WHERE owner = $1 AND field = 'client_secret' AND version <> ALL ($2::int[]) RETURNING version`,
    [owner.id, kept],
  );
  await insertAudit(
    client,
    rows.map(({ version }) => recordOf(owner, version, actor, why)),
  );
}

/** Erases the secrets whose overlap is over, of every environment. @returns how many */
export async function eraseExpiredSecrets(pool: DatabasePool): Promise<number> {
  return await inTransaction(pool, async (client) => {
    const { rows } = await client.query<SecretOwner & { readonly version: number }>(
      `DELETE FROM sealed_secret s USING environment_integration e
        WHERE s.owner = e.id AND s.field = 'client_secret' AND s.accepted_until <= now()
        RETURNING e.id, e.environment_id AS "environmentId", e.integration_name AS "integrationName", s.version`,
    );
    await insertAudit(
      client,
      rows.map((row) => recordOf(row, row.version, "worker", "expired")),
    );
    return rows.length;
  });
}

function recordOf(owner: SecretOwner, version: number, actor: string, why: SecretEnd) {
  return {
    environmentId: owner.environmentId,
    actor,
    action: "secret.erased",
    target: owner.integrationName,
    detail: { field: "client_secret", version, reason: why },
  } as const;
}

/** Written when another secret worked last, or when that is a minute ago: a row that every refresh reads is not written by each. */
export async function noteWorkedSecret(pool: DatabasePool, owner: string, version: number, at: Date): Promise<void> {
  await query(
    pool,
    `UPDATE sealed_secret s SET last_worked_at = $3
      WHERE s.owner = $1 AND s.field = 'client_secret' AND s.version = $2
        AND (s.last_worked_at IS NULL OR s.last_worked_at <= $3::timestamptz - interval '1 minute'
             OR EXISTS (SELECT FROM sealed_secret o WHERE o.owner = s.owner AND o.field = s.field
                           AND o.version <> s.version AND o.last_worked_at > s.last_worked_at))`,
    [owner, version, at],
  );
}
