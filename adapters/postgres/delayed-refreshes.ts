import { randomBytes } from "node:crypto";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { AccountEventType } from "#core/domain/webhook/event-type";
import { query, type DatabasePool } from "./pool.ts";

const batch = 1000;
const delayed: AccountEventType = "integrated_account:refresh_delayed";

/**
 * When an account counts as delayed, and nowhere else: it is active, not held and to be kept fresh, its token has ended, and
 * refreshing it fails, so that nobody can be served until it works again. It fails when the latest that was tried for the account
 * came to an error (or could not even be tried), or when it waits behind an open breaker, where nobody tries. A token without an
 * end never ends, and one that is merely late is not delayed. A refresh that works and a customer who comes back clear
 * `last_error` and `refresh_delayed_at`, so that the next time is told anew.
 *
 * All but the last condition are the index's: of a million accounts, those whose token has ended untold are looked at.
 */
const whenDelayed = `a.status = 'active' AND a.hold IS NULL AND a.refresh_due_at IS NOT NULL AND a.refresh_delayed_at IS NULL
  AND a.expires_at <= now()
  AND (a.last_error IS NOT NULL OR EXISTS (SELECT FROM circuit c WHERE c.key = a.circuit_key AND c.state = 'open'))`;

/** Who is being written at this moment is left to the next sweep: that write may be what ends the delay. */
export const tellDelayedSql = `
  WITH ended AS (
    SELECT a.id FROM integrated_account a WHERE ${whenDelayed} ORDER BY a.expires_at LIMIT $1 FOR UPDATE OF a SKIP LOCKED
  ), told AS (
    UPDATE integrated_account a SET refresh_delayed_at = now(), event_sequence = a.event_sequence + 1
      FROM ended e WHERE a.id = e.id
    RETURNING a.id, a.environment_id, a.event_sequence, a.integration_name, a.tenant_id, a.status, a.last_error
  )
  INSERT INTO event (id, created_at, environment_id, account_id, sequence, event_type, payload)
  SELECT ($2::text[])[row_number() OVER ()], now(), t.environment_id, t.id, t.event_sequence, $3,
         jsonb_build_object('id', t.id, 'integration_name', t.integration_name, 'tenant_id', t.tenant_id,
                            'status', t.status, 'last_error', t.last_error ->> 'message')
    FROM told t`;

/**
 * Tells of accounts whose token has ended while refreshing it fails, once for each time (R80). It need not have been tried since
 * the end: the sweep looks, so the event comes within a minute of it.
 * @returns of how many
 */
export async function tellDelayedRefreshes(pool: DatabasePool): Promise<number> {
  let total = 0;
  for (;;) {
    const ids = Array.from({ length: batch }, () => makeId("evt", randomBytes(idRandomBytes)));
    const { rowCount } = await query(pool, tellDelayedSql, [batch, ids, delayed]);
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < batch) return total;
  }
}
