import { refreshPolicyOf } from "#core/domain/integration/resolve-integration";
import type { RecallCause } from "#core/domain/refresh/circuit";
import { blipPause } from "#core/domain/refresh/recall-pause";
import { strictestBudget } from "#core/domain/refresh/strictest-budget";
import type { IntegrationStore } from "#core/ports/integration-store";
import { findReadable } from "#core/usecases/find-readable";
import { integrationsBehind } from "./circuit-sharing.ts";
import { query, type DatabasePool } from "./pool.ts";

/** So many waiting accounts a second come back where no budget says otherwise. */
const recallPerSecond = 50;
const batch = 500;

/**
 * Whoever waits behind a circuit is due again, spread over what the budget takes, those first whose token ends first (R22). What
 * asks for its own pace (Retry-After, an open question) keeps it.
 *
 * @param cause after a blip nobody comes back but those that failed, each not before its own pause (recallPauseSeconds): whoever
 *   was merely due has its job, since no breaker kept it. After a change those come too that could not even be asked
 * @param perMinute the client's budget
 * @returns how many were recalled
 */
export async function recallAccounts(
  pool: DatabasePool,
  key: string,
  cause: RecallCause,
  perMinute: number | null,
): Promise<number> {
  const perSecond = perMinute === null ? recallPerSecond : perMinute / 60;
  const { firstSeconds, factor, mostFailures } = blipPause;
  let total = 0;
  for (;;) {
    const { rowCount } = await query(
      pool,
      `WITH waiting AS (
         SELECT id, earliest, row_number() OVER (ORDER BY expires_at NULLS LAST, id) AS place FROM (
           SELECT a.id, a.expires_at, e.earliest FROM integrated_account a, LATERAL (
                  SELECT CASE WHEN $5 = 'blip' THEN (a.last_error ->> 'at')::timestamptz
                           + make_interval(secs => $6::float8 * $7::float8 ^ (least(greatest(a.consecutive_failures, 1), $8::int) - 1))
                         END AS earliest) e
            WHERE a.circuit_key = $1 AND a.status = 'active' AND a.hold IS NULL
              AND (a.lease_until IS NULL OR a.lease_until < now())
              AND (($5 <> 'blip' AND a.refresh_due_at <= now())
                   OR ((a.consecutive_failures > 0 OR ($5 = 'change' AND a.last_error IS NOT NULL))
                       AND a.doubts = 0 AND a.last_error ->> 'code' <> 'rate_limited'
                       AND a.refresh_due_at > now() + make_interval(secs => 60 + 1.3 * $2::float8 / $3::float8)
                       AND (e.earliest IS NULL OR a.refresh_due_at > e.earliest + interval '1 minute')))
            ORDER BY a.expires_at NULLS LAST, a.id LIMIT $4 FOR UPDATE OF a SKIP LOCKED) chosen)
       UPDATE integrated_account a
          SET refresh_due_at = greatest(w.earliest, now() + make_interval(secs => ($2::float8 + w.place * (0.8 + 0.4 * random())) / $3::float8)),
              cooldown_until = NULL, updated_at = now()
         FROM waiting w WHERE a.id = w.id`,
      [key, total, perSecond, batch, cause, firstSeconds, factor, mostFailures],
    );
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return total;
  }
}

/**
 * Requests a minute that may be made through a circuit: the least that an integration behind it allows; null: no limit is known.
 */
export async function budgetOf(
  pool: DatabasePool,
  integrations: IntegrationStore,
  key: string,
): Promise<number | null> {
  const { rows } = await query<{ environment_id: string; integration_name: string | null }>(
    pool,
    `SELECT environment_id, integration_name FROM circuit WHERE key = $1
     UNION ALL
     (SELECT environment_id, NULL FROM integrated_account WHERE circuit_key = $1 AND status = 'active' LIMIT 1)`,
    [key],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const behind = await integrationsBehind(pool, key);
  // The first that came may have no account there any more; it counts where nobody else does.
  const names = behind.length === 0 && row.integration_name !== null ? [row.integration_name] : behind;
  const found = await Promise.all(names.map((name) => findReadable(integrations, row.environment_id, name)));
  return strictestBudget(found.flatMap((one) => (one === null ? [] : [refreshPolicyOf(one.document).budget])))
    .perMinute;
}
