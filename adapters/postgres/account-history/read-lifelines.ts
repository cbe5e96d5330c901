import type { Caller } from "#core/domain/access/permission";
import { query, type DatabasePool } from "../pool.ts";

/** What a picture of an account's life needs of an attempt. */
export interface LifelineAttempt {
  readonly id: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: string | null;
  readonly nextAttemptAt: Date | null;
}

export interface AccountLifeline {
  readonly accountId: string;
  /** Newest first. */
  readonly attempts: readonly LifelineAttempt[];
  /** Older ones than these exist within the time that was asked for. */
  readonly hasEarlier: boolean;
}

/**
 * The latest attempts of several accounts, in one statement: for each account that the caller sees, its first entries of one index, in
 * the partitions of that time alone.
 */
export async function readLifelines(
  pool: DatabasePool,
  { environmentId, tenantIds, integrationNames }: Pick<Caller, "environmentId" | "tenantIds" | "integrationNames">,
  ids: readonly string[],
  since: Date,
  each: number,
): Promise<readonly AccountLifeline[]> {
  const { rows } = await query<{
    account_id: string;
    attempts: readonly {
      readonly id: string;
      readonly started_at: string;
      readonly finished_at: string | null;
      readonly outcome: string | null;
      readonly next_attempt_at: string | null;
    }[];
  }>(
    pool,
    `SELECT a.id AS account_id,
            (SELECT coalesce(json_agg(t ORDER BY t.started_at DESC, t.id DESC), '[]'::json) FROM (
               SELECT id, started_at, finished_at, outcome, next_attempt_at FROM refresh_attempt
                WHERE account_id = a.id AND started_at > $5 ORDER BY started_at DESC LIMIT $6) t) AS attempts
       FROM integrated_account a
      WHERE a.id = ANY ($1) AND a.environment_id = $2 AND ($3::text[] IS NULL OR a.tenant_id = ANY ($3))
        AND ($4::text[] IS NULL OR a.integration_name = ANY ($4))`,
    [ids, environmentId, tenantIds, integrationNames, since, each + 1],
  );
  return rows.map(({ account_id: accountId, attempts }) => ({
    accountId,
    hasEarlier: attempts.length > each,
    attempts: attempts.slice(0, each).map((one) => ({
      id: one.id,
      startedAt: new Date(one.started_at),
      finishedAt: one.finished_at === null ? null : new Date(one.finished_at),
      outcome: one.outcome,
      nextAttemptAt: one.next_attempt_at === null ? null : new Date(one.next_attempt_at),
    })),
  }));
}
