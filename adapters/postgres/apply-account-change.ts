import { sweepHorizonSeconds } from "#core/domain/refresh/refresh-policy";
import type { Account } from "#core/domain/account/account";
import type { AccountEventPayload } from "#core/domain/webhook/event-type";
import type { AccountChange, AttemptResult } from "#core/ports/account-store";
import { accountColumns, toAccount, type AccountRow } from "./account-rows.ts";
import { assignments } from "./account-fields.ts";
import { insertAudit } from "./audit-log.ts";
import { inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { enqueueRefresh } from "./refresh-jobs.ts";

/**
 * One transaction: account, sealed credential, attempt, event, audit, next job. Applying the same change twice (its first
 * COMMIT succeeded and the answer to it was lost) changes nothing the second time: the version or the finished attempt shows it.
 */
export async function applyAccountChange(pool: DatabasePool, change: AccountChange): Promise<Account | null> {
  const result = await inTransaction(pool, async (client) => {
    const row = await updateAccount(client, change);
    if (row === null) return rollback;
    if (change.completes !== null && !(await complete(client, change.completes))) return rollback;
    if (change.attempt !== null && !(await finishAttempt(client, change.environmentId, change.attempt)))
      return rollback;
    await writeCredential(client, change);
    if (change.event !== null) await insertEvent(client, change, row);
    await insertAudit(client, change.audit);
    if (row.status === "active" && row.refresh_due_at !== null && isNear(row.refresh_due_at)) {
      await enqueueRefresh(client, row.environment_id, row.id, row.refresh_due_at);
    }
    return row;
  });
  if (result !== rollback) return toAccount(result);
  return await alreadyApplied(pool, change);
}

/**
 * The row as it stands, when this very change was applied before (its COMMIT succeeded and the word of it was lost, or another
 * process replayed it first); null when somebody else's was. The sealed bytes tell: no other change has the same.
 */
async function alreadyApplied(pool: DatabasePool, change: AccountChange): Promise<Account | null> {
  const { attempt, credential } = change;
  const own: [sql: string, values: unknown[]] | null =
    credential !== null && credential.kind === "replace"
      ? [
          "JOIN sealed_credential s ON s.account_id = a.id AND s.version = $3 AND s.sealed = $4",
          [credential.version, Buffer.from(credential.sealed)],
        ]
      : attempt !== null
        ? [
            "JOIN refresh_attempt t ON t.id = $3 AND t.started_at = $4 AND t.outcome = $5 AND t.explanation = $6",
            [attempt.id, attempt.startedAt, attempt.outcome, attempt.explanation],
          ]
        : null;
  if (own === null) return null;
  const { rows } = await query<AccountRow>(
    pool,
    `SELECT ${accountColumns("a")} FROM integrated_account a ${own[0]} WHERE a.id = $1 AND a.environment_id = $2`,
    [change.accountId, change.environmentId, ...own[1]],
  );
  return rows[0] === undefined ? null : toAccount(rows[0]);
}

type UpdatedRow = AccountRow & { readonly event_sequence: number };

async function updateAccount(client: DatabaseClient, change: AccountChange): Promise<UpdatedRow | null> {
  const { sql, values } = assignments(change.set, 4);
  const clauses = [
    ...sql,
    "updated_at = now()",
    ...(change.raiseFence ? ["fence = fence + 1"] : []),
    ...(change.releaseLease ? ["lease_until = NULL", "lease_owner = NULL"] : []),
    ...(change.event === null ? [] : ["event_sequence = event_sequence + 1"]),
  ];
  const version = change.set.credentialVersion;
  const ifVersion = version === undefined ? "" : ` AND a.credential_version = ${version - 1}`;
  const { rows } = await client.query<UpdatedRow>(
    `UPDATE integrated_account a SET ${clauses.join(", ")}
      WHERE a.id = $1 AND a.environment_id = $2 AND a.fence = $3${ifVersion}
      RETURNING ${accountColumns("a")}, a.event_sequence`,
    [change.accountId, change.environmentId, change.ifFence.toString(), ...values],
  );
  return rows[0] ?? null;
}

/** A link connects once: the second of two browsers finds it used. */
async function complete(client: DatabaseClient, done: NonNullable<AccountChange["completes"]>): Promise<boolean> {
  if (done.linkId !== null) {
    const link = await client.query("UPDATE link_token SET used_at = now() WHERE id = $1 AND used_at IS NULL", [
      done.linkId,
    ]);
    if (link.rowCount !== 1) return false;
  }
  // Whatever the page said meanwhile (an answer may have waited on disk), the connection stands now.
  await client.query("UPDATE connect_session SET status = 'connected', failure = NULL WHERE id = $1", [done.sessionId]);
  return true;
}

/** @returns false when the attempt is finished already */
export async function finishAttempt(
  client: DatabaseClient | DatabasePool,
  environmentId: string,
  attempt: AttemptResult,
): Promise<boolean> {
  const { rowCount } = await client.query({
    name: "attempt-finish",
    text: `UPDATE refresh_attempt
              SET finished_at = clock_timestamp(), outcome = $4, http_status = $5, error = $6, rule = $7,
                  next_attempt_at = $8, explanation = $9, waiters = waiters + $10
            WHERE id = $1 AND started_at = $2 AND environment_id = $3 AND finished_at IS NULL`,
    values: [
      attempt.id,
      attempt.startedAt,
      environmentId,
      attempt.outcome,
      attempt.httpStatus,
      attempt.error,
      attempt.rule,
      attempt.nextAttemptAt,
      attempt.explanation,
      attempt.waiters,
    ],
  });
  return rowCount === 1;
}

async function writeCredential(client: DatabaseClient, change: AccountChange): Promise<void> {
  const { credential } = change;
  if (credential === null) return;
  if (credential.kind === "erase") {
    await client.query("DELETE FROM sealed_credential WHERE account_id = $1", [change.accountId]);
    return;
  }
  await client.query({
    name: "credential-replace",
    text: `INSERT INTO sealed_credential (account_id, environment_id, version, kid, sealed, fingerprint)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (account_id) DO UPDATE
             SET version = excluded.version, kid = excluded.kid, sealed = excluded.sealed,
                 fingerprint = excluded.fingerprint, updated_at = now()`,
    values: [
      change.accountId,
      change.environmentId,
      credential.version,
      credential.kid,
      Buffer.from(credential.sealed),
      credential.fingerprint === null ? null : Buffer.from(credential.fingerprint),
    ],
  });
}

async function insertEvent(client: DatabaseClient, change: AccountChange, row: UpdatedRow): Promise<void> {
  const { event } = change;
  if (event === null) return;
  const payload: AccountEventPayload = {
    id: row.id,
    integration_name: row.integration_name,
    tenant_id: row.tenant_id,
    status: row.status,
    last_error: event.lastError,
  };
  await client.query(
    `INSERT INTO event (id, created_at, environment_id, account_id, sequence, event_type, payload)
     VALUES ($1, now(), $2, $3, $4, $5, $6)`,
    [event.id, row.environment_id, row.id, row.event_sequence, event.type, JSON.stringify(payload)],
  );
}

function isNear(instant: Date): boolean {
  return instant.getTime() - Date.now() <= sweepHorizonSeconds * 1000;
}
