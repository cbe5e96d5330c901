import { explainAbandoned, explainSuperseded } from "#core/domain/refresh/explain-attempt";
import type { AccountStore, AttemptOutcome, AttemptResult, SealedCredential } from "#core/ports/account-store";
import { accountColumns, toAccount, type AccountRow } from "./account-rows.ts";
import { applyAccountChange, finishAttempt } from "./apply-account-change.ts";
import { insertAudit } from "./audit-log.ts";
import { asUnavailable, inTransaction, query, type DatabasePool } from "./pool.ts";

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
        const { rows } = await client.query<AccountRow>(
          `INSERT INTO integrated_account AS a
             (id, environment_id, tenant_id, integration_name, user_reference, status, scopes_requested, metadata, inputs)
           VALUES ($1, $2, $3, $4, $5, 'connecting', $6, $7, $8)
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
          ],
        );
        await insertAudit(client, audit);
        return toAccount(rows[0] as AccountRow);
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
          explainSuperseded,
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
        attempt: { id: request.attemptId, startedAt: row.attempt_started_at },
        isReplay: row.was_in_doubt,
      };
    },

    async abandon({ account, attempt }) {
      await inTransaction(pool, async (client) => {
        await client.query("DELETE FROM refresh_attempt WHERE id = $1 AND started_at = $2", [
          attempt.id,
          attempt.startedAt,
        ]);
        await client.query(
          "UPDATE integrated_account SET lease_until = NULL, lease_owner = NULL WHERE id = $1 AND environment_id = $2 AND fence = $3",
          [account.id, account.environmentId, account.fence.toString()],
        );
      });
    },

    apply: (change) => applyAccountChange(pool, change),

    async finishAttempt(environmentId, result) {
      await finishAttempt(pool, environmentId, result).catch(asUnavailable);
    },

    async addWaiter(accountId) {
      await query(
        pool,
        "UPDATE refresh_attempt SET waiters = waiters + 1 WHERE account_id = $1 AND finished_at IS NULL",
        [accountId],
        "attempt-wait",
      );
    },

    async latestAttempt(accountId) {
      const { rows } = await query<AttemptRow>(
        pool,
        `SELECT id, started_at, outcome, http_status, error, rule, next_attempt_at, explanation, waiters
           FROM refresh_attempt WHERE account_id = $1 AND finished_at IS NOT NULL ORDER BY started_at DESC LIMIT 1`,
        [accountId],
        "attempt-latest",
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
 * An attempt that was left open belongs to a holder whose lease ran out. With the credentials of now it is marked in doubt, and
 * the new one replays it; with older ones it was overtaken. An attempt after a recorded `in_doubt` is its replay too.
 */
const claimSql = `
  WITH claimed AS (
    UPDATE integrated_account
       SET fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => $3), lease_owner = $4
     WHERE id = $1 AND environment_id = $2 AND status = ANY($5)
       AND (lease_until IS NULL OR lease_until < clock_timestamp())
    RETURNING *
  ), abandoned AS (
    UPDATE refresh_attempt
       SET finished_at = clock_timestamp(), outcome = 'in_doubt', rule = 'process.ended', explanation = $6
     WHERE account_id = $1 AND finished_at IS NULL
       AND credential_version = (SELECT credential_version FROM claimed)
    RETURNING 1
  ), replaced AS (
    UPDATE refresh_attempt
       SET finished_at = clock_timestamp(), outcome = 'superseded', explanation = $9
     WHERE account_id = $1 AND finished_at IS NULL
       AND credential_version < (SELECT credential_version FROM claimed)
    RETURNING 1
  ), latest AS (
    SELECT outcome FROM refresh_attempt
     WHERE account_id = $1 AND finished_at IS NOT NULL
       AND credential_version = (SELECT credential_version FROM claimed)
     ORDER BY started_at DESC LIMIT 1
  ), attempt AS (
    INSERT INTO refresh_attempt
           (id, started_at, account_id, environment_id, fence, credential_version, reason, refresh_token_fingerprint)
    SELECT $7, date_trunc('milliseconds', clock_timestamp()), c.id, c.environment_id, c.fence, c.credential_version, $8,
           (SELECT fingerprint FROM sealed_credential WHERE account_id = c.id AND version = c.credential_version)
      FROM claimed c
    RETURNING started_at
  )
  SELECT ${accountColumns("c")}, s.version AS sealed_version, s.sealed, attempt.started_at AS attempt_started_at,
         (EXISTS (SELECT FROM abandoned) OR coalesce((SELECT outcome = 'in_doubt' FROM latest), false)) AS was_in_doubt
    FROM claimed c CROSS JOIN attempt LEFT JOIN sealed_credential s ON s.account_id = c.id`;

type ClaimRow = AccountRow & SealedColumns & { readonly attempt_started_at: Date; readonly was_in_doubt: boolean };

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
  };
}
