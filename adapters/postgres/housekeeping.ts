import { connectingSeconds } from "#core/domain/connect/connect-failure";
import { idempotencySeconds } from "#core/domain/idempotency/idempotency-key";
import { eraseExpiredSecrets } from "./client-secrets.ts";
import { endOverdueSessions } from "./held-answers.ts";
import { query, type DatabasePool } from "./pool.ts";

export interface Removed {
  readonly sessions: number;
  readonly links: number;
  readonly accounts: number;
  readonly secrets: number;
}

/**
 * What nobody confirmed in time, sessions of trips that ended, tries of forms after an hour, links a week after their end, accounts
 * that never came back from the provider (a day), answers to requests with an idempotency key after a day, client secrets whose
 * overlap is over.
 */
export async function removeExpired(pool: DatabasePool): Promise<Removed> {
  await query(pool, "SELECT evergrant_ensure_partitions()", []);
  await endOverdueSessions(pool);
  const sessions = await query(
    pool,
    `WITH gone AS (DELETE FROM connect_session WHERE expires_at < now() - interval '1 day' RETURNING id)
     DELETE FROM sealed_secret WHERE owner IN (SELECT id FROM gone)`,
    [],
  );
  // What was typed at a form serves to show it again, and for nothing else.
  await query(pool, "DELETE FROM connect_try WHERE created_at < now() - interval '1 hour'", []);
  const links = await query(
    pool,
    `DELETE FROM link_token l WHERE l.expires_at < now() - interval '7 days'
        AND NOT EXISTS (SELECT FROM connect_session s WHERE s.link_token_id = l.id)`,
    [],
  );
  await query(
    pool,
    `DELETE FROM idempotency_record WHERE created_at < now() - make_interval(secs => $1)
        AND (lease_until IS NULL OR lease_until < now())`,
    [idempotencySeconds],
  );
  // Only what was never active and holds no credential: an account that was is never removed by a clock.
  const accounts = await query(
    pool,
    `DELETE FROM integrated_account a
      WHERE a.status = 'connecting' AND a.updated_at < now() - make_interval(secs => $1)
        AND NOT EXISTS (SELECT FROM sealed_credential c WHERE c.account_id = a.id)
        AND NOT EXISTS (SELECT FROM connect_session s WHERE s.account_id = a.id AND s.expires_at > now())`,
    [connectingSeconds],
  );
  // One row for each host of a customer and each client of an account adds up; an idle one says nothing.
  await query(
    pool,
    `DELETE FROM circuit WHERE state = 'closed' AND failures = 0 AND updated_at < now() - interval '1 day'
        AND (next_at IS NULL OR next_at < now() - interval '1 day') AND places = '{}'`,
    [],
  );
  const secrets = await eraseExpiredSecrets(pool);
  return { sessions: sessions.rowCount ?? 0, links: links.rowCount ?? 0, accounts: accounts.rowCount ?? 0, secrets };
}
