import { randomBytes } from "node:crypto";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import type { LastError } from "#core/domain/account/account";
import { explainAbandoned } from "#core/domain/refresh/explain-attempt";
import type { UnaskedPlan } from "#core/domain/refresh/plan-unasked";
import { sweepHorizonSeconds } from "#core/domain/refresh/refresh-policy";
import { inTransaction, query, type DatabaseClient, type DatabasePool } from "./pool.ts";

/**
 * What can't even be asked about is looked at again hours later, and says why meanwhile: on the account, and as a finished attempt
 * (R24). Only an alarm that has rung is put off, so that a job which comes twice finds it done and writes nothing.
 *
 * What a dead holder left is ended with it. Otherwise it would call for its question to be asked every few seconds, and nobody
 * can ask; as a doubt of the account it is kept until somebody can.
 *
 * @param stamp of what was judged (definitionStamp); null: it was no matter of the definition
 * @returns false when there was no alarm to put off, or what was judged is not so any more
 */
export async function putOff(
  pool: DatabasePool,
  account: { readonly environmentId: string; readonly accountId: string },
  error: Pick<LastError, "code" | "message">,
  plan: UnaskedPlan,
  stamp: string | null,
): Promise<boolean> {
  return await inTransaction(pool, async (client) => {
    if (stamp !== null) await keepDefinition(client, account.accountId);
    return await putOffIn(client, account, error, plan, stamp);
  });
}

/** What a definition is judged by, in the row of an account and beside it. */
const stampOf = `(SELECT jsonb_build_array(a.overrides, extract(epoch FROM i.updated_at), e.overrides, h.format, h.hosts)::text
    FROM (SELECT a.environment_id, a.integration_name) AS named
    LEFT JOIN integration i ON i.environment_id = named.environment_id AND i.name = named.integration_name
    LEFT JOIN environment_integration e
           ON e.environment_id = named.environment_id AND e.integration_name = named.integration_name
    LEFT JOIN integration_hosts h ON h.environment_id = named.environment_id AND h.integration_name = named.integration_name)`;

/** To be taken before the account is looked at. Null: it is gone. */
export async function definitionStamp(
  pool: DatabasePool,
  { environmentId, accountId }: { readonly environmentId: string; readonly accountId: string },
): Promise<string | null> {
  const { rows } = await query<{ stamp: string }>(
    pool,
    `SELECT ${stampOf} AS stamp FROM integrated_account a WHERE a.id = $1 AND a.environment_id = $2`,
    [accountId, environmentId],
  );
  return rows[0]?.stamp ?? null;
}

/** A change that comes after this waits for us, and then finds an account to recall; one that came before is in the stamp. */
async function keepDefinition(client: DatabaseClient, accountId: string): Promise<void> {
  for (const table of ["integration_hosts", "environment_integration"]) {
    await client.query(
      `SELECT FROM ${table} t JOIN integrated_account a
           ON a.environment_id = t.environment_id AND a.integration_name = t.integration_name
        WHERE a.id = $1 FOR SHARE OF t`,
      [accountId],
    );
  }
}

async function putOffIn(
  client: DatabaseClient,
  account: { readonly environmentId: string; readonly accountId: string },
  error: Pick<LastError, "code" | "message">,
  plan: UnaskedPlan,
  stamp: string | null,
): Promise<boolean> {
  const { rowCount } = await client.query(putOffSql, [
    account.accountId,
    account.environmentId,
    sweepHorizonSeconds,
    plan.nextAttemptAt,
    error.code,
    error.message,
    explainAbandoned,
    makeId("att", randomBytes(idRandomBytes)),
    plan.reason,
    plan.outcome,
    plan.rule,
    plan.explanation,
    stamp,
  ]);
  return rowCount === 1;
}

/** What was left open is found by its id alone, as in claimSql (account-store.ts). */
const putOffSql = `
  WITH due AS (
    SELECT id, attempt_id, attempt_started_at, date_trunc('milliseconds', clock_timestamp()) AS at
      FROM integrated_account a
     WHERE id = $1 AND environment_id = $2 AND status = 'active' AND hold IS NULL
       AND (refresh_due_at <= now() + make_interval(secs => $3) OR attempt_id IS NOT NULL)
       AND (lease_until IS NULL OR lease_until < clock_timestamp())
       AND ($13::text IS NULL OR ${stampOf} = $13)
       FOR UPDATE
  ), put_off AS (
    UPDATE integrated_account a
       SET refresh_due_at = $4, updated_at = now(),
           last_error = jsonb_build_object('code', $5::text, 'message', $6::text, 'at', to_json(d.at)),
           attempt_id = NULL, attempt_started_at = NULL, lease_until = NULL, lease_owner = NULL,
           fence = a.fence + CASE WHEN d.attempt_id IS NULL THEN 0 ELSE 1 END,
           doubts = a.doubts + CASE WHEN d.attempt_id IS NULL THEN 0 ELSE 1 END,
           doubted_at = CASE WHEN d.attempt_id IS NULL THEN a.doubted_at ELSE d.attempt_started_at END
      FROM due d WHERE a.id = d.id
    RETURNING a.id, a.environment_id, a.fence, a.credential_version, d.at, d.attempt_id AS left_id
  ), left_open AS (
    UPDATE refresh_attempt r
       SET finished_at = clock_timestamp(), outcome = 'in_doubt', rule = 'process.ended', explanation = $7
      FROM put_off p WHERE r.id = p.left_id AND r.finished_at IS NULL
  )
  INSERT INTO refresh_attempt (id, started_at, finished_at, account_id, environment_id, fence, credential_version, reason, outcome,
                               error, rule, next_attempt_at, explanation)
  SELECT $8, p.at, p.at, p.id, p.environment_id, p.fence, p.credential_version, $9, $10, $6, $11, $4, $12 FROM put_off p`;
