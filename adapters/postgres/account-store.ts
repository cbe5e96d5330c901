import { DomainError } from "#core/domain/problem/domain-error";
import type { RateLimit } from "#core/domain/rate-limit/rate-limit";
import { explainAbandoned } from "#core/domain/refresh/explain-attempt";
import type { AccountStore, AttemptOutcome, AttemptResult, SealedCredential } from "#core/ports/account-store";
import { accountColumns, toAccount, toOpenAttempt, type AccountRow } from "./account-rows.ts";
import { applyAccountChange } from "./apply-account-change.ts";
import { insertAudit } from "./audit-log.ts";
import { isPinned } from "./host-pins.ts";
import { asUnavailable, inTransaction, query, type DatabasePool } from "./pool.ts";
import { finishAttempt } from "./write-change.ts";

interface SealedColumns {
  readonly sealed_version: number | null;
  readonly sealed: Buffer | null;
}

export function createAccountStore(pool: DatabasePool): AccountStore {
  return {
    async find(environmentId, id) {
      const { rows } = await query<AccountRow>(pool, findSql, [id, environmentId], "account-find");
      return rows[0] === undefined ? null : toAccount(rows[0]);
    },

    async hasActive(environmentId, integrationName, externalAccountId) {
      const { rows } = await query<{ is_there: boolean }>(
        pool,
        `SELECT EXISTS (SELECT FROM integrated_account
           WHERE environment_id = $1 AND integration_name = $2 AND status = 'active' AND external_account ->> 'id' = $3) AS is_there`,
        [environmentId, integrationName, externalAccountId],
      );
      return rows[0]?.is_there === true;
    },

    async findWithCredential(environmentId, id) {
      const { rows } = await query<AccountRow & SealedColumns>(
        pool,
        findSealedSql,
        [id, environmentId],
        "account-find-sealed",
      );
      const row = rows[0];
      return row === undefined ? null : { account: toAccount(row), credential: toCredential(row) };
    },

    async create(account, audit) {
      return await inTransaction(pool, async (client) => {
        const { environmentId, integrationName, pin } = account;
        if (!(await isPinned(client, environmentId, integrationName, pin))) {
          throw new DomainError("conflict", {
            detail: `The definition of ${integrationName} changed meanwhile. Nothing was kept; try again.`,
          });
        }
        const { rows } = await client.query<AccountRow>(
          `INSERT INTO integrated_account AS a
             (id, environment_id, tenant_id, integration_name, user_reference, status, scopes_requested, metadata, inputs, client_id, overrides)
           VALUES ($1, $2, $3, $4, $5, 'connecting', $6, $7, $8, $9, $10)
           ON CONFLICT (id) DO NOTHING
           RETURNING ${accountColumns("a")}`,
          [
            account.id,
            account.environmentId,
            account.tenantId,
            account.integrationName,
            account.userReference,
            account.scopesRequested,
            JSON.stringify(account.metadata),
            JSON.stringify(account.inputs),
            account.clientId,
            JSON.stringify(account.overrides),
          ],
        );
        if (rows[0] === undefined) {
          const there = await client.query<AccountRow>(findSql, [account.id, environmentId]);
          return toAccount(there.rows[0] as AccountRow);
        }
        await insertAudit(client, audit);
        return toAccount(rows[0]);
      });
    },

    async claim(request) {
      const { rows } = await query<ClaimRow>(
        pool,
        claimSql,
        [
          request.accountId,
          request.environmentId,
          request.leaseSeconds,
          request.owner,
          request.statuses,
          explainAbandoned,
          request.attemptId,
          request.reason,
        ],
        "account-claim",
      );
      const row = rows[0];
      if (row === undefined) return null;
      const account = toAccount(row);
      // The UPDATE may have waited for a writer and then sees its row, while the join still sees the snapshot from before:
      // an old token set beside a new version. Under the lease a second look is the truth.
      const credential =
        row.sealed_version === account.credentialVersion
          ? toCredential(row)
          : await currentCredential(pool, account.id, account.credentialVersion);
      return {
        account,
        credential,
        attempt: { id: request.attemptId, startedAt: row.attempt_started_at as Date },
        left: toOpenAttempt(row.left_id, row.left_started_at),
      };
    },

    async forgetClaim({ environmentId, accountId, attemptId }) {
      await query(
        pool,
        `WITH freed AS (
           UPDATE integrated_account
              SET lease_until = NULL, lease_owner = NULL, attempt_id = NULL, attempt_started_at = NULL
            WHERE id = $1 AND environment_id = $2 AND attempt_id = $3)
         DELETE FROM refresh_attempt WHERE id = $3 AND account_id = $1 AND finished_at IS NULL`,
        [accountId, environmentId, attemptId],
        "account-forget-claim",
      );
    },

    async abandon({ account, attempt, left }) {
      await query(
        pool,
        `WITH freed AS (
           UPDATE integrated_account
              SET lease_owner = NULL,
                  attempt_id = CASE WHEN credential_version = $8 THEN $6 END,
                  attempt_started_at = CASE WHEN credential_version = $8 THEN $7::timestamptz END,
                  lease_until = CASE WHEN credential_version = $8 AND $6::text IS NOT NULL THEN clock_timestamp() END,
                  doubts = CASE WHEN credential_version = $8 AND $6::text IS NOT NULL THEN greatest(doubts - 1, 0) ELSE doubts END
            WHERE id = $1 AND environment_id = $2 AND fence = $3
           RETURNING id, credential_version
         ), reopened AS (
           UPDATE refresh_attempt SET finished_at = NULL, outcome = NULL, rule = NULL, explanation = NULL
            WHERE $6::text IS NOT NULL AND id = $6 AND started_at = $7
              AND EXISTS (SELECT FROM freed WHERE credential_version = $8)
         )
         DELETE FROM refresh_attempt WHERE id = $4 AND started_at = $5 AND finished_at IS NULL`,
        [
          account.id,
          account.environmentId,
          account.fence.toString(),
          attempt.id,
          attempt.startedAt,
          left?.id ?? null,
          left?.startedAt ?? null,
          account.credentialVersion,
        ],
        "account-abandon",
      );
    },

    apply: (change) => applyAccountChange(pool, change),

    async finishAttempt(environmentId, result) {
      await finishAttempt(pool, environmentId, result).catch(asUnavailable);
    },

    async addWaiters(attempt, count) {
      await query(
        pool,
        "UPDATE refresh_attempt SET waiters = waiters + $3 WHERE id = $1 AND started_at = $2",
        [attempt.id, attempt.startedAt, count],
        "attempt-wait",
      );
    },

    async findAttempt(attempt) {
      const { rows } = await query<AttemptRow>(
        pool,
        `SELECT id, started_at, outcome, http_status, error, rule, next_attempt_at, explanation, waiters, rate_limit
           FROM refresh_attempt WHERE id = $1 AND started_at = $2 AND finished_at IS NOT NULL`,
        [attempt.id, attempt.startedAt],
        "attempt-find",
      );
      return rows[0] === undefined ? null : toAttemptResult(rows[0]);
    },
  };
}

const findSql = `SELECT ${accountColumns("a")} FROM integrated_account a WHERE a.id = $1 AND a.environment_id = $2`;

const findSealedSql = `
  SELECT ${accountColumns("a")}, s.version AS sealed_version, s.sealed
    FROM integrated_account a LEFT JOIN sealed_credential s ON s.account_id = a.id
   WHERE a.id = $1 AND a.environment_id = $2`;

/**
 * An attempt that was left open belongs to a holder whose lease ran out: it is marked in doubt and counted, and the new one finds
 * out what became of it. The account is due from then on, so that the question stays open should this holder give up unsent.
 *
 * It is found by its id alone, in all partitions: to prune them by what the statement has read is what PostgreSQL 18 crashes at
 * (oldestSql in delivery-queue.ts).
 */
const claimSql = `
  WITH before AS (
    SELECT a.id, a.attempt_id, a.attempt_started_at, date_trunc('milliseconds', clock_timestamp()) AS at
      FROM integrated_account a
     WHERE a.id = $1 AND a.environment_id = $2 AND a.status = ANY($5)
       AND (a.lease_until IS NULL OR a.lease_until < clock_timestamp())
       FOR UPDATE
  ), claimed AS (
    UPDATE integrated_account a
       SET fence = a.fence + 1, lease_until = b.at + make_interval(secs => $3), lease_owner = $4,
           attempt_id = $7, attempt_started_at = b.at,
           refresh_due_at = CASE WHEN b.attempt_id IS NULL OR a.status <> 'active' OR a.hold IS NOT NULL THEN a.refresh_due_at
                                 ELSE least(coalesce(a.refresh_due_at, b.at), b.at) END,
           doubts = a.doubts + CASE WHEN b.attempt_id IS NULL THEN 0 ELSE 1 END,
           doubted_at = CASE WHEN b.attempt_id IS NULL THEN a.doubted_at ELSE b.attempt_started_at END
      FROM before b WHERE a.id = b.id
    RETURNING a.*
  ), abandoned AS (
    UPDATE refresh_attempt r
       SET finished_at = clock_timestamp(), outcome = 'in_doubt', rule = 'process.ended', explanation = $6
      FROM before b
     WHERE b.attempt_id IS NOT NULL AND r.id = b.attempt_id AND r.finished_at IS NULL
  ), attempt AS (
    INSERT INTO refresh_attempt
           (id, started_at, account_id, environment_id, fence, credential_version, reason, refresh_token_fingerprint)
    SELECT $7, c.attempt_started_at, c.id, c.environment_id, c.fence, c.credential_version, $8,
           (SELECT fingerprint FROM sealed_credential WHERE account_id = c.id AND version = c.credential_version)
      FROM claimed c
  )
  SELECT ${accountColumns("c")}, s.version AS sealed_version, s.sealed,
         b.attempt_id AS left_id, b.attempt_started_at AS left_started_at
    FROM claimed c CROSS JOIN before b LEFT JOIN sealed_credential s ON s.account_id = c.id`;

type ClaimRow = AccountRow & SealedColumns & { readonly left_id: string | null; readonly left_started_at: Date | null };

function toCredential(row: SealedColumns): SealedCredential | null {
  return row.sealed === null || row.sealed_version === null
    ? null
    : { version: row.sealed_version, sealed: row.sealed };
}

async function currentCredential(
  pool: DatabasePool,
  accountId: string,
  version: number,
): Promise<SealedCredential | null> {
  const { rows } = await query<{ version: number; sealed: Buffer }>(
    pool,
    "SELECT version, sealed FROM sealed_credential WHERE account_id = $1 AND version = $2",
    [accountId, version],
  );
  return rows[0] ?? null;
}

interface AttemptRow {
  readonly id: string;
  readonly started_at: Date;
  readonly outcome: AttemptOutcome;
  readonly http_status: number | null;
  readonly error: string | null;
  readonly rule: string | null;
  readonly next_attempt_at: Date | null;
  readonly explanation: string | null;
  readonly waiters: number;
  readonly rate_limit: RateLimit | null;
}

function toAttemptResult(row: AttemptRow): AttemptResult {
  return {
    id: row.id,
    startedAt: row.started_at,
    outcome: row.outcome,
    httpStatus: row.http_status,
    error: row.error,
    rule: row.rule,
    nextAttemptAt: row.next_attempt_at,
    explanation: row.explanation ?? "",
    waiters: row.waiters,
    ...(row.rate_limit === null ? {} : { rateLimit: row.rate_limit }),
  };
}
