import type { AnomalyPolicyChanges } from "#core/domain/anomaly/anomaly-policy";
import { anomalyPolicyOf } from "#core/domain/anomaly/anomaly-policy";
import { callerKindOf } from "#core/domain/anomaly/caller-kind";
import type { Anomaly, AnomalyStore, KnownCaller } from "#core/ports/anomaly-store";
import { insertAudit } from "./audit-log.ts";
import { readPolicy } from "./caller-watch.ts";
import { inTransaction, query, type DatabasePool } from "./pool.ts";
import { toEpisode, type EpisodeRow } from "./watch-reading.ts";

interface AnomalyRow extends EpisodeRow {
  readonly environment_id: string;
  readonly ended_at: Date | null;
  readonly stopped_key: boolean;
  readonly acknowledged_at: Date | null;
  readonly acknowledged_by: string | null;
  readonly name: string | null;
  readonly last_four: string | null;
  readonly stopped_at: Date | null;
  readonly stopped_by: string | null;
  readonly revoked_at: Date | null;
}

const select = `
  SELECT a.*, coalesce(k.name, u.name) AS name, k.last_four, k.stopped_at, k.stopped_by, k.revoked_at
    FROM anomaly a
    LEFT JOIN api_key k ON k.id = a.subject AND k.environment_id = a.environment_id
    LEFT JOIN admin_user u ON u.id = a.subject
   WHERE a.environment_id = $1`;

/** What nobody acknowledged is shown for so long. */
const shownDays = 7;

export function createAnomalyStore(pool: DatabasePool): AnomalyStore {
  return {
    async find(environmentId, id) {
      const { rows } = await query<AnomalyRow & Record<string, unknown>>(pool, `${select} AND a.id = $2`, [
        environmentId,
        id,
      ]);
      return rows[0] === undefined ? null : toAnomaly(rows[0]);
    },

    async list(environmentId, { state, kind, limit, before }) {
      const { rows } = await query<AnomalyRow & Record<string, unknown>>(
        pool,
        `${select}
           AND ($2::boolean OR (a.acknowledged_at IS NULL
                AND (a.ended_at IS NULL OR a.ended_at > now() - interval '${shownDays} days')))
           AND ($3::text IS NULL OR a.kind = $3)
           AND ($4::timestamptz IS NULL OR (a.started_at, a.id) < ($4::timestamptz, $5::text))
         ORDER BY a.started_at DESC, a.id DESC LIMIT $6`,
        [environmentId, state === "all", kind, before?.at ?? null, before?.id ?? null, limit + 1],
      );
      return rows.map(toAnomaly);
    },

    async acknowledge(environmentId, id, actor) {
      return await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ acknowledged_at: Date | null; subject: string; kind: string }>(
          "SELECT acknowledged_at, subject, kind FROM anomaly WHERE environment_id = $1 AND id = $2 FOR UPDATE",
          [environmentId, id],
        );
        const [row] = rows;
        if (row === undefined) return false;
        if (row.acknowledged_at !== null) return true;
        await client.query(
          "UPDATE anomaly SET acknowledged_at = clock_timestamp(), acknowledged_by = $2 WHERE id = $1",
          [id, actor],
        );
        const detail = { kind: row.kind, subject: row.subject };
        await insertAudit(client, [{ environmentId, actor, action: "anomaly.acknowledged", target: id, detail }]);
        return true;
      });
    },

    policy: (environmentId) => readPolicy(pool, environmentId),

    async changePolicy(environmentId, actor, change) {
      return await inTransaction(pool, async (client) => {
        await client.query("INSERT INTO anomaly_policy (environment_id) VALUES ($1) ON CONFLICT DO NOTHING", [
          environmentId,
        ]);
        const { rows } = await client.query<{ changes: AnomalyPolicyChanges }>(
          "SELECT changes FROM anomaly_policy WHERE environment_id = $1 FOR UPDATE",
          [environmentId],
        );
        const before = rows[0]?.changes ?? {};
        const after = change(before);
        if (JSON.stringify(after) !== JSON.stringify(before)) {
          await client.query(
            "UPDATE anomaly_policy SET changes = $2, updated_at = clock_timestamp() WHERE environment_id = $1",
            [environmentId, JSON.stringify(after)],
          );
          await insertAudit(client, [
            {
              environmentId,
              actor,
              action: "anomaly.policy_changed",
              target: environmentId,
              // Numbers and ids; whole, so that each record tells what was in force.
              detail: { changes: JSON.stringify(after) },
            },
          ]);
        }
        return anomalyPolicyOf(after);
      });
    },
  };
}

function toAnomaly(row: AnomalyRow): Anomaly {
  return {
    ...toEpisode(row),
    environmentId: row.environment_id,
    endedAt: row.ended_at,
    hasStoppedKey: row.stopped_key,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    caller: row.kind === "needs_reauth_spike" ? null : toCaller(row),
  };
}

function toCaller(row: AnomalyRow): KnownCaller {
  const isKey = callerKindOf(row.subject) === "api_key" && row.last_four !== null;
  return {
    id: row.subject,
    name: row.name,
    key: isKey
      ? {
          lastFour: row.last_four ?? "",
          stoppedAt: row.stopped_at,
          stoppedBy: row.stopped_by,
          revokedAt: row.revoked_at,
        }
      : null,
  };
}

export interface WatchState {
  readonly unacknowledged: number;
  /** Links that were not read yet, of all environments together. */
  readonly behindLinks: number;
}

export async function findWatchState(pool: DatabasePool): Promise<WatchState> {
  const { rows } = await query<{ unacknowledged: number; behind: number }>(
    pool,
    `SELECT (SELECT count(*)::int FROM anomaly WHERE acknowledged_at IS NULL
                AND (ended_at IS NULL OR ended_at > now() - interval '${shownDays} days')) AS unacknowledged,
            (SELECT coalesce(sum(greatest(0, c.seq - w.seq)), 0)::float8 FROM audit_chain c
               JOIN anomaly_cursor w USING (environment_id)) AS behind`,
    [],
    "watch-state",
  );
  return { unacknowledged: rows[0]?.unacknowledged ?? 0, behindLinks: rows[0]?.behind ?? 0 };
}
