import { connectingSeconds } from "#core/domain/connect/connect-failure";
import { idempotencySeconds } from "#core/domain/idempotency/idempotency-key";
import { outdatedChecks } from "./check-store.ts";
import { eraseExpiredSecrets } from "./client-secrets.ts";
import { endOverdueSessions } from "./held-answers.ts";
import { query, type DatabasePool } from "./pool.ts";
import { eraseExpiredWebhookSecrets } from "./webhook-endpoints.ts";

export interface Removed {
  readonly sessions: number;
  readonly links: number;
  readonly accounts: number;
  readonly secrets: number;
}

/**
 * What nobody confirmed in time, checks of definitions after a month, sessions of trips that ended, tries of forms after an hour, embedding pages after a day, links a week after their end, accounts
 * that never came back from the provider (a day), administrators' sessions and invitations a month after their end, runs over many accounts after 90 days, answers to requests with an idempotency key after a day, client secrets whose
 * overlap is over.
 */
export async function removeExpired(pool: DatabasePool): Promise<Removed> {
  await query(pool, "SELECT evergrant_ensure_partitions()", []);
  await endOverdueSessions(pool);
  const sessions = await inPortions(
    pool,
    `WITH gone AS (DELETE FROM connect_session WHERE id IN
                     (SELECT id FROM connect_session WHERE expires_at < now() - interval '1 day' LIMIT $1 FOR UPDATE SKIP LOCKED)
                   RETURNING id),
          erased AS (DELETE FROM sealed_secret WHERE owner IN (SELECT id FROM gone))
     SELECT count(*)::int AS removed FROM gone`,
  );
  // What was typed at a form serves to show it again, and for nothing else.
  await inPortions(
    pool,
    portionOf("connect_try", "id", "SELECT id FROM connect_try WHERE created_at < now() - interval '1 hour'"),
  );
  // Whoever asks with its key again is told that nobody has set out.
  await inPortions(
    pool,
    portionOf(
      "connect_embed",
      "digest",
      "SELECT digest FROM connect_embed WHERE created_at < now() - interval '1 day'",
    ),
  );
  await inPortions(pool, portionOf("integration_check", "id", outdatedChecks));
  const links = await inPortions(
    pool,
    portionOf(
      "link_token",
      "id",
      `SELECT l.id FROM link_token l WHERE l.expires_at < now() - interval '7 days'
          AND NOT EXISTS (SELECT FROM connect_session s WHERE s.link_token_id = l.id)`,
    ),
  );
  await inPortions(
    pool,
    portionOf(
      "idempotency_record",
      "digest",
      `SELECT digest FROM idempotency_record WHERE created_at < now() - make_interval(secs => $2)
          AND (lease_until IS NULL OR lease_until < now())`,
    ),
    [idempotencySeconds],
  );
  // Only what was never active and holds no credential: an account that was is never removed by a clock. Its sessions go first: with
  // it they would leave behind what is sealed for them.
  const accounts = await inPortions(
    pool,
    portionOf(
      "integrated_account",
      "id",
      `SELECT a.id FROM integrated_account a
        WHERE a.status = 'connecting' AND a.updated_at < now() - make_interval(secs => $2)
          AND NOT EXISTS (SELECT FROM sealed_credential c WHERE c.account_id = a.id)
          AND NOT EXISTS (SELECT FROM connect_session s WHERE s.account_id = a.id)`,
    ),
    [connectingSeconds],
  );
  // The audit log says what they were; a month long a list may.
  await inPortions(
    pool,
    portionOf(
      "admin_session",
      "id",
      "SELECT id FROM admin_session WHERE least(ended_at, expires_at) < now() - interval '30 days'",
    ),
  );
  await inPortions(
    pool,
    portionOf(
      "admin_invitation",
      "id",
      "SELECT id FROM admin_invitation WHERE coalesce(accepted_at, revoked_at, expires_at) < now() - interval '30 days'",
    ),
  );
  // With what became of each account; the audit log has it for longer.
  await inPortions(
    pool,
    portionOf("account_run", "id", "SELECT id FROM account_run WHERE finished_at < now() - interval '90 days'"),
  );
  // One row for each host of a customer and each client of an account adds up; an idle one says nothing.
  await inPortions(
    pool,
    portionOf(
      "circuit",
      "key",
      `SELECT key FROM circuit WHERE state = 'closed' AND failures = 0 AND updated_at < now() - interval '1 day'
          AND (next_at IS NULL OR next_at < now() - interval '1 day') AND places = '{}'`,
    ),
  );
  return {
    sessions,
    links,
    accounts,
    secrets: (await eraseExpiredSecrets(pool)) + (await eraseExpiredWebhookSecrets(pool)),
  };
}

/** Rows a statement: what piled up while no worker ran must not take longer than one may, or it would never go. */
const portion = 5_000;

/** Locked as they are found, so that a row which changes meanwhile is looked at once more, and one that is in use is left. */
function portionOf(table: string, key: string, expired: string): string {
  return `WITH gone AS (DELETE FROM ${table} WHERE ${key} IN (${expired} LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING ${key})
          SELECT count(*)::int AS removed FROM gone`;
}

async function inPortions(pool: DatabasePool, text: string, values: readonly unknown[] = []): Promise<number> {
  let total = 0;
  for (;;) {
    const { rows } = await query<{ removed: number }>(pool, text, [portion, ...values]);
    const removed = rows[0]?.removed ?? 0;
    total += removed;
    if (removed < portion) return total;
  }
}
