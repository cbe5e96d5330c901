import { isTenantKeyId, type SealingPolicy } from "#core/domain/sealing/sealing-policy";
import { DomainError } from "#core/domain/problem/domain-error";
import { leaseSeconds } from "#core/domain/refresh/refresh-policy";
import type {
  CountedWraps,
  NewTenantKey,
  SealingAdministration,
  StoredKey,
  StoredKeys,
  TenantKey,
} from "#core/ports/sealing-store";
import { stillSeals } from "#core/usecases/destroy-tenant-key";
import { insertAudit } from "./audit-log.ts";
import { insertEvent } from "./integration-events.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { spendAny } from "./write-approval.ts";

/** Longer than any process remembers a tenant's key. */
const lately = "interval '15 minutes'";

interface TenantKeyRow {
  readonly id: string;
  readonly environment_id: string;
  readonly tenant_id: string;
  readonly kid: string;
  readonly wrapped: Buffer | null;
}

const tenantKeyColumns = "id, environment_id, tenant_id, kid, wrapped";

function toTenantKey(row: TenantKeyRow): TenantKey {
  return {
    id: row.id,
    environmentId: row.environment_id,
    tenantId: row.tenant_id,
    kid: row.kid,
    wrapped: row.wrapped,
  };
}

export function createSealingStore(pool: DatabasePool): SealingAdministration {
  const oneTenantKey = async (where: string, values: readonly string[]): Promise<TenantKey | null> => {
    const text = `SELECT ${tenantKeyColumns} FROM tenant_key WHERE ${where}`;
    const { rows } = await query<TenantKeyRow>(pool, text, values);
    return rows[0] === undefined ? null : toTenantKey(rows[0]);
  };

  return {
    async readState() {
      const { rows } = await query<{
        policies: Record<string, SealingPolicy> | null;
        disabled: string[] | null;
        destroyed: string[] | null;
        retired: string[] | null;
      }>(
        pool,
        `SELECT (SELECT json_object_agg(id, sealing_policy) FROM environment WHERE sealing_policy <> 'direct') AS policies,
                (SELECT json_agg(environment_id || ' ' || kid) FROM key_state WHERE state = 'disabled') AS disabled,
                (SELECT json_agg(id) FROM tenant_key WHERE destroyed_at > now() - ${lately}) AS destroyed,
                (SELECT json_agg(id) FROM tenant_key WHERE retired_at > now() - ${lately}) AS retired`,
        [],
        "sealing-state",
      );
      const { policies = null, disabled = null, destroyed = null, retired = null } = rows[0] ?? {};
      return {
        policies: new Map(Object.entries(policies ?? {})),
        disabled: new Set(disabled),
        destroyed: destroyed ?? [],
        retired: new Set(retired),
      };
    },

    findTenantKey: (environmentId, id) => oneTenantKey("environment_id = $1 AND id = $2", [environmentId, id]),

    findCurrentTenantKey: (environmentId, tenantId) =>
      oneTenantKey("environment_id = $1 AND tenant_id = $2 AND state = 'current'", [environmentId, tenantId]),

    async addTenantKey(key, audit) {
      const added = await inTransaction(pool, async (client) => {
        const made = await insertTenantKey(client, key);
        if (made === null) return rollback;
        await insertAudit(client, [audit]);
        return made;
      });
      if (added !== rollback) return added;
      // Another process made the tenant's first key in the same moment.
      const there = await oneTenantKey("environment_id = $1 AND tenant_id = $2 AND state = 'current'", [
        key.environmentId,
        key.tenantId,
      ]);
      if (there === null) throw new Error(`the tenant key of ${key.tenantId} came and went`);
      return there;
    },

    async addWraps(counted, alarmAt) {
      return await inTransaction(pool, async (client) => {
        await addToKeys(
          client,
          counted.filter(({ kid }) => !isTenantKeyId(kid)),
        );
        await addToTenantKeys(
          client,
          counted.filter(({ kid }) => isTenantKeyId(kid)),
        );
        return await tellNearBound(client, [...new Set(counted.map(({ kid }) => kid))], alarmAt);
      });
    },

    async setPolicy(environmentId, policy, audit, approved) {
      await inTransaction(pool, async (client) => {
        await client.query("UPDATE environment SET sealing_policy = $2, updated_at = now() WHERE id = $1", [
          environmentId,
          policy,
        ]);
        await spendAny(client, approved);
        await insertAudit(client, [audit]);
      });
    },

    async setKeyState(environmentId, kid, state, audit, approved) {
      await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `INSERT INTO key_state AS k (environment_id, kid, state, changed_at, changed_by) VALUES ($1, $2, $3, now(), $4)
           ON CONFLICT (environment_id, kid) DO UPDATE
             SET state = excluded.state, changed_at = excluded.changed_at, changed_by = excluded.changed_by
           WHERE k.state <> excluded.state`,
          [environmentId, kid, state, audit.actor],
        );
        await spendAny(client, approved);
        if (rowCount === 1) await insertAudit(client, [audit]);
      });
    },

    async recordVersion(kid, audit) {
      await inTransaction(pool, async (client) => {
        if (kid !== null) {
          await client.query(
            `WITH k AS MATERIALIZED (SELECT environment_id FROM key_state WHERE kid = $1 ORDER BY environment_id FOR UPDATE)
             UPDATE key_state s SET wraps_before = s.wraps, alarmed_at = NULL FROM k
              WHERE s.environment_id = k.environment_id AND s.kid = $1`,
            [kid],
          );
        }
        await insertAudit(client, audit);
      });
    },

    readKeys: (environmentId) => readKeys(pool, environmentId),

    async replaceTenantKey(key, retires, audit) {
      const replaced = await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `UPDATE tenant_key SET state = 'retired', retired_at = now()
            WHERE environment_id = $1 AND tenant_id = $2 AND id = $3 AND state = 'current'`,
          [key.environmentId, key.tenantId, retires],
        );
        if (rowCount !== 1 || (await insertTenantKey(client, key)) === null) return rollback;
        await insertAudit(client, [audit]);
        return retires;
      });
      return replaced === rollback ? null : replaced;
    },

    async destroyTenantKeys(environmentId, tenantId, { isForced, audit, approved }) {
      return await inTransaction(pool, async (client) => {
        // Whoever is sealing with one of them now ends first, and is counted: see the trigger of what is sealed.
        await client.query(
          `SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM (
             SELECT id FROM tenant_key WHERE environment_id = $1 AND tenant_id = $2 AND state <> 'destroyed' ORDER BY id) k`,
          [environmentId, tenantId],
        );
        const { rows } = await client.query<{ id: string; sealed: number }>(
          `WITH gone AS (
             UPDATE tenant_key SET wrapped = NULL, state = 'destroyed', destroyed_at = now()
              WHERE environment_id = $1 AND tenant_id = $2 AND state <> 'destroyed' RETURNING id)
           SELECT g.id, (SELECT count(*) FROM sealed_credential s WHERE s.environment_id = $1 AND s.kid = g.id)::int
                      + (SELECT count(*) FROM sealed_secret s WHERE s.environment_id = $1 AND s.kid = g.id)::int AS sealed
             FROM gone g`,
          [environmentId, tenantId],
        );
        if (!isForced) await refuseUsed(client, environmentId, tenantId, rows);
        await spendAny(client, approved);
        await insertAudit(
          client,
          rows.map(({ id, sealed }) => audit(id, sealed)),
        );
        return rows.map(({ id }) => id);
      });
    },

    async knowsTenant(environmentId, tenantId) {
      const { rows } = await query<{ is_known: boolean }>(
        pool,
        `SELECT EXISTS (SELECT FROM integrated_account WHERE environment_id = $1 AND tenant_id = $2)
             OR EXISTS (SELECT FROM tenant_key WHERE environment_id = $1 AND tenant_id = $2) AS is_known`,
        [environmentId, tenantId],
      );
      return rows[0]?.is_known === true;
    },

    async countUnderTenantKey(environmentId, tenantId) {
      const { rows } = await query<{ sealed: number }>(
        pool,
        `SELECT coalesce(sum((SELECT count(*) FROM sealed_credential s WHERE s.environment_id = $1 AND s.kid = k.id)
                           + (SELECT count(*) FROM sealed_secret s WHERE s.environment_id = $1 AND s.kid = k.id)), 0)::int AS sealed
           FROM tenant_key k WHERE k.environment_id = $1 AND k.tenant_id = $2 AND k.state <> 'destroyed'`,
        [environmentId, tenantId],
      );
      return rows[0]?.sealed ?? 0;
    },
  };
}

/** The next version of its tenant's. @returns null where the tenant has a current one */
async function insertTenantKey(client: DatabaseClient, key: NewTenantKey): Promise<TenantKey | null> {
  const { rows } = await client.query<TenantKeyRow>(
    `INSERT INTO tenant_key (id, environment_id, tenant_id, version, kid, wrapped)
     SELECT $1, $2, $3, 1 + coalesce((SELECT max(version) FROM tenant_key WHERE environment_id = $2 AND tenant_id = $3), 0), $4, $5
     ON CONFLICT DO NOTHING RETURNING ${tenantKeyColumns}`,
    [key.id, key.environmentId, key.tenantId, key.kid, Buffer.from(key.wrapped)],
  );
  return rows[0] === undefined ? null : toTenantKey(rows[0]);
}

/** A refresh that asks its provider now would come back with tokens that nobody may store. */
async function refuseUsed(
  client: DatabaseClient,
  environmentId: string,
  tenantId: string,
  keys: readonly { readonly sealed: number }[],
): Promise<void> {
  const sealed = keys.reduce((sum, key) => sum + key.sealed, 0);
  if (sealed > 0) throw stillSeals(sealed);
  const { rows } = await client.query(
    "SELECT FROM integrated_account WHERE environment_id = $1 AND tenant_id = $2 AND lease_until > now() LIMIT 1",
    [environmentId, tenantId],
  );
  if (keys.length === 0 || rows.length === 0) return;
  throw new DomainError("conflict", {
    detail:
      "An account of this tenant is being refreshed, and its new tokens are sealed with this key. Try again in a minute.",
    retryAfterSeconds: leaseSeconds,
  });
}

// In the order of their keys: two processes that add at once must not wait for each other.
const byName = (counted: readonly CountedWraps[]): readonly CountedWraps[] =>
  counted.toSorted((a, b) => (`${a.environmentId} ${a.kid}` < `${b.environmentId} ${b.kid}` ? -1 : 1));

const asColumns = (counted: readonly CountedWraps[]) => [
  counted.map((one) => one.environmentId),
  counted.map((one) => one.kid),
  counted.map((one) => one.wraps),
];

async function addToKeys(client: DatabaseClient, counted: readonly CountedWraps[]): Promise<void> {
  if (counted.length === 0) return;
  await client.query(
    `INSERT INTO key_state AS k (environment_id, kid, wraps)
     SELECT c.* FROM unnest($1::text[], $2::text[], $3::bigint[]) AS c(environment_id, kid, wraps)
      WHERE EXISTS (SELECT FROM environment e WHERE e.id = c.environment_id)
     ON CONFLICT (environment_id, kid) DO UPDATE SET wraps = k.wraps + excluded.wraps`,
    asColumns(byName(counted)),
  );
}

async function addToTenantKeys(client: DatabaseClient, counted: readonly CountedWraps[]): Promise<void> {
  if (counted.length === 0) return;
  await client.query(
    `WITH c AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) AS c(environment_id, kid, wraps)),
          l AS MATERIALIZED (SELECT k.id, c.wraps FROM tenant_key k JOIN c ON c.kid = k.id ORDER BY k.id FOR UPDATE OF k)
     UPDATE tenant_key k SET wraps = k.wraps + l.wraps FROM l WHERE l.id = k.id`,
    asColumns(byName(counted)),
  );
}

/** A key that several environments share is one key, whoever used it. */
async function tellNearBound(
  client: DatabaseClient,
  kids: readonly string[],
  alarmAt: number,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ environment_id: string; kid: string; wraps: string }>(
    `WITH near AS (
       SELECT kid, sum(wraps - wraps_before)::bigint AS wraps FROM key_state WHERE kid = ANY ($1)
        GROUP BY kid HAVING sum(wraps - wraps_before) >= $2),
     told AS (
       UPDATE key_state k SET alarmed_at = now() FROM near n WHERE k.kid = n.kid AND k.alarmed_at IS NULL
       RETURNING k.environment_id, k.kid, n.wraps),
     told_tenant AS (
       UPDATE tenant_key SET alarmed_at = now() WHERE id = ANY ($1) AND wraps >= $2 AND alarmed_at IS NULL
       RETURNING environment_id, id, wraps)
     SELECT * FROM told UNION ALL SELECT * FROM told_tenant`,
    [kids, alarmAt],
  );
  for (const { environment_id, kid, wraps } of rows) {
    await insertEvent(client, environment_id, "security:anomaly", {
      kind: "key_wraps_near_bound",
      key_id: kid,
      wraps: Number(wraps),
    });
  }
  return [...new Set(rows.map(({ kid }) => kid))];
}

interface CountRow {
  readonly kid: string;
  readonly tenant_keys: number;
  readonly credentials: number;
  readonly secrets: number;
  readonly answers: number;
}

/** By the indexes on (environment_id, kid, …) alone. Tenant keys count as one: there may be a hundred thousand of them. */
const countsSql = `
  SELECT kid, sum(t)::int AS tenant_keys, sum(c)::int AS credentials, sum(s)::int AS secrets, sum(a)::int AS answers FROM (
    SELECT kid, count(*) AS t, 0 AS c, 0 AS s, 0 AS a FROM tenant_key
     WHERE environment_id = $1 AND state <> 'destroyed' GROUP BY kid
    UNION ALL
    SELECT CASE WHEN kid LIKE 'tk\\_%' THEN 'tk_' ELSE kid END, 0, sum(n), 0, 0
      FROM (SELECT kid, count(*) AS n FROM sealed_credential WHERE environment_id = $1 GROUP BY kid) x GROUP BY 1
    UNION ALL
    SELECT CASE WHEN kid LIKE 'tk\\_%' THEN 'tk_' ELSE kid END, 0, 0, sum(n), 0
      FROM (SELECT kid, count(*) AS n FROM sealed_secret WHERE environment_id = $1 GROUP BY kid) x GROUP BY 1
    UNION ALL
    SELECT kid, 0, 0, 0, count(*) FROM idempotency_record WHERE environment_id = $1 AND kid IS NOT NULL GROUP BY kid
  ) counted GROUP BY kid ORDER BY kid`;

async function readKeys(pool: DatabasePool, environmentId: string): Promise<StoredKeys> {
  const counts = await query<CountRow>(pool, countsSql, [environmentId]);
  const states = await query<{
    kid: string;
    state: StoredKey["state"];
    wraps: string;
    first_seen_at: Date;
    changed_at: Date | null;
    changed_by: string | null;
  }>(
    pool,
    `SELECT kid, state, wraps - wraps_before AS wraps, first_seen_at, changed_at, changed_by
       FROM key_state WHERE environment_id = $1 ORDER BY kid`,
    [environmentId],
  );
  const tenants = await query<{
    policy: SealingPolicy;
    current: number;
    retired: number;
    destroyed: number;
    wraps: string;
  }>(
    pool,
    `SELECT e.sealing_policy AS policy, count(k.id) FILTER (WHERE k.state = 'current')::int AS current,
            count(k.id) FILTER (WHERE k.state = 'retired')::int AS retired,
            count(k.id) FILTER (WHERE k.state = 'destroyed')::int AS destroyed, coalesce(sum(k.wraps), 0)::bigint AS wraps
       FROM environment e LEFT JOIN tenant_key k ON k.environment_id = e.id WHERE e.id = $1 GROUP BY e.id`,
    [environmentId],
  );
  const known = new Map(states.rows.map((row) => [row.kid, row]));
  const counted = new Map(counts.rows.map((row) => [row.kid, row]));
  const kids = [...new Set([...known.keys(), ...counted.keys()])].filter((kid) => !isTenantKeyId(kid)).toSorted();
  const sealedOf = (row: CountRow | undefined) => ({
    credential: row?.credentials ?? 0,
    secret: row?.secrets ?? 0,
    answer: row?.answers ?? 0,
  });
  const [summary] = tenants.rows;
  return {
    policy: summary?.policy ?? "direct",
    keys: kids.map((kid) => {
      const state = known.get(kid);
      return {
        kid,
        state: state?.state ?? "enabled",
        sealed: { tenant_key: counted.get(kid)?.tenant_keys ?? 0, ...sealedOf(counted.get(kid)) },
        wraps: Number(state?.wraps ?? 0),
        firstSeenAt: state?.first_seen_at ?? null,
        changedAt: state?.changed_at ?? null,
        changedBy: state?.changed_by ?? null,
      };
    }),
    tenantKeys: {
      current: summary?.current ?? 0,
      retired: summary?.retired ?? 0,
      destroyed: summary?.destroyed ?? 0,
      sealed: sealedOf(counted.get("tk_")),
      wraps: Number(summary?.wraps ?? 0),
    },
  };
}
