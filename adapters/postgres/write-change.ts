import { createHash, randomBytes, type KeyObject } from "node:crypto";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import { explainLate, explainSuperseded } from "#core/domain/refresh/explain-attempt";
import { sweepHorizonSeconds } from "#core/domain/refresh/refresh-policy";
import type { AttemptResult } from "#core/ports/account-store";
import type { ResolvedChange } from "#core/usecases/resolve-change";
import { assignments } from "./account-fields.ts";
import { accountColumns, toAccount, type AccountRow } from "./account-rows.ts";
import type { Account } from "#core/domain/account/account";
import { proofKeyOf, proofText } from "./audit-proofs.ts";
import type { DatabaseClient, DatabasePool } from "./pool.ts";
import { refreshTask } from "./refresh-jobs.ts";

/**
 * Account, sealed credential, attempt, event, audit and next job in one statement: atomic without a transaction's round trips,
 * and every part hangs on the row that the first one changed. The shapes that a change can have are few, and each prepares once.
 *
 * @returns null when the row is not as the change expects it; nothing was written then
 */
export async function writeChange(
  client: DatabaseClient | DatabasePool,
  resolved: ResolvedChange,
  expectedStatus: string,
): Promise<Account | null> {
  const statement = createStatement();
  const { change } = resolved;
  const target = accountPart(statement, resolved, expectedStatus);
  const parts = [
    `target AS (${target})`,
    ...attemptPart(statement, resolved),
    ...recordPart(statement, resolved),
    ...credentialPart(statement, resolved),
    ...completionPart(statement, resolved),
    ...eventPart(statement, resolved),
    ...auditPart(statement, resolved, proofKeyOf(client)),
  ];
  const job = change.set.refreshDueAt instanceof Date ? jobPart(statement) : "NULL";
  const text = `WITH ${parts.join(",\n")}\nSELECT t.*, ${job} AS job_id FROM target t`;
  const { rows } = await client.query<AccountRow>({ name: nameOf(text), text, values: statement.values });
  return rows[0] === undefined ? null : toAccount(rows[0]);
}

interface Statement {
  readonly values: unknown[];
  /** The placeholder of a value. */
  add(value: unknown): string;
}

function createStatement(): Statement {
  const values: unknown[] = [];
  return {
    values,
    add(value) {
      values.push(value);
      return `$${values.length}`;
    },
  };
}

const names = new Map<string, string>();

/** One name for one text, for as long as the process lives: a connection prepares it once. */
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `change-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
  names.set(text, name);
  return name;
}

function accountPart({ add }: Statement, { change, set, event }: ResolvedChange, expectedStatus: string): string {
  const fence = `${add(change.ifFence.toString())}::bigint`;
  const { isAnswer } = change;
  const isNewGrant = change.completes !== null;
  const bringsTokens =
    change.credential !== null && !(change.credential.kind === "replace" && change.credential.keepsTokens === true);
  // An answer that comes late must not take the lease of whoever holds it now.
  const free = (column: string): string =>
    isAnswer ? `${column} = CASE WHEN a.fence = ${fence} THEN NULL ELSE a.${column} END` : `${column} = NULL`;
  const clauses = [
    ...assignments(set, add),
    "updated_at = now()",
    ...(change.raiseFence ? ["fence = a.fence + 1"] : []),
    ...(!bringsTokens ? [] : [`credential_fence = ${change.raiseFence ? "a.fence + 1" : fence}`]),
    ...(isNewGrant ? ["granted_at = now()"] : []),
    ...(change.releaseLease ? ["lease_until", "lease_owner", "attempt_id", "attempt_started_at"].map(free) : []),
    ...(event === null ? [] : ["event_sequence = a.event_sequence + 1"]),
  ];
  const conditions = [
    `a.id = ${add(change.accountId)}`,
    `a.environment_id = ${add(change.environmentId)}`,
    `a.status = ${add(expectedStatus)}`,
    isAnswer ? `a.credential_fence < ${fence}` : isNewGrant ? `a.credential_fence <= ${fence}` : `a.fence = ${fence}`,
    ...(change.ifVersion === null ? [] : [`a.credential_version = ${add(change.ifVersion)}`]),
    ...(change.ifOverrides === undefined ? [] : [`a.overrides = ${add(JSON.stringify(change.ifOverrides))}::jsonb`]),
    ...(change.attempt === null || isAnswer ? [] : [`a.attempt_id = ${add(change.attempt.id)}`]),
  ];
  return `UPDATE integrated_account a SET ${clauses.join(", ")} WHERE ${conditions.join(" AND ")}
    RETURNING ${accountColumns("a")}, a.event_sequence`;
}

function attemptPart({ add }: Statement, { change }: ResolvedChange): string[] {
  const { attempt } = change;
  if (attempt !== null) {
    // A late answer finds its attempt marked as in doubt by whoever came after: it is the better word.
    const open = change.isAnswer ? "" : " AND r.finished_at IS NULL";
    return [
      `attempt AS (${finishSql(add, attempt, change.environmentId, change.isAnswer)}${open} AND EXISTS (SELECT FROM target))`,
    ];
  }
  if (!change.raiseFence) return [];
  return [
    `superseded AS (UPDATE refresh_attempt r SET finished_at = clock_timestamp(), outcome = 'superseded', explanation = ${add(explainSuperseded)}
       WHERE r.account_id = ${add(change.accountId)} AND r.finished_at IS NULL AND EXISTS (SELECT FROM target))`,
  ];
}

/** What began without a lease used the version before the one it led to. Its instant comes from the clock of the process that asked. */
function recordPart({ add }: Statement, { change }: ResolvedChange): string[] {
  const { recorded } = change;
  if (recorded === null) return [];
  const startedAt = `${add(recorded.startedAt)}::timestamptz`;
  return [
    `recorded AS (INSERT INTO refresh_attempt
              (id, started_at, finished_at, account_id, environment_id, fence, credential_version, reason, waiters, outcome,
               http_status, error, rule, next_attempt_at, explanation)
       SELECT ${add(recorded.id)}::text, ${startedAt}, greatest(clock_timestamp(), ${startedAt}), t.id, t.environment_id, t.fence,
              greatest(t.credential_version - 1, 0), ${add(recorded.reason)}::text, ${add(recorded.waiters)}::int,
              ${add(recorded.outcome)}::text, ${add(recorded.httpStatus)}::int, ${add(recorded.error)}::text,
              ${add(recorded.rule)}::text, ${add(recorded.nextAttemptAt)}::timestamptz, ${add(recorded.explanation)}::text
         FROM target t
       ON CONFLICT DO NOTHING)`,
  ];
}

function finishSql(add: Statement["add"], attempt: AttemptResult, environmentId: string, isAnswer: boolean): string {
  const explanation = add(attempt.explanation);
  const text = isAnswer
    ? `CASE WHEN r.finished_at IS NULL THEN ${explanation}::text ELSE ${add(explainLate)} || ' ' || ${explanation}::text END`
    : explanation;
  const limit = attempt.rateLimit === undefined ? "" : `, rate_limit = ${add(JSON.stringify(attempt.rateLimit))}`;
  return `UPDATE refresh_attempt r
     SET finished_at = clock_timestamp(), outcome = ${add(attempt.outcome)}, http_status = ${add(attempt.httpStatus)},
         error = ${add(attempt.error)}, rule = ${add(attempt.rule)}, next_attempt_at = ${add(attempt.nextAttemptAt)},
         explanation = ${text}, waiters = r.waiters + ${add(attempt.waiters)}${limit}
   WHERE r.id = ${add(attempt.id)} AND r.started_at = ${add(attempt.startedAt)} AND r.environment_id = ${add(environmentId)}`;
}

/** Ends an attempt without touching its account. @returns false when it is finished already */
export async function finishAttempt(
  client: DatabaseClient | DatabasePool,
  environmentId: string,
  attempt: AttemptResult,
): Promise<boolean> {
  const { add, values } = createStatement();
  const text = `${finishSql(add, attempt, environmentId, false)} AND r.finished_at IS NULL`;
  return (await client.query({ name: nameOf(text), text, values })).rowCount === 1;
}

function credentialPart({ add }: Statement, { change }: ResolvedChange): string[] {
  const { credential } = change;
  if (credential === null) return [];
  if (credential.kind === "erase") {
    return ["erased AS (DELETE FROM sealed_credential s USING target t WHERE s.account_id = t.id)"];
  }
  const values = [credential.version, credential.kid, Buffer.from(credential.sealed), bytes(credential.fingerprint)];
  return [
    `credential AS (INSERT INTO sealed_credential (account_id, environment_id, version, kid, sealed, fingerprint)
       SELECT t.id, t.environment_id, ${add(values[0])}::int, ${add(values[1])}::text, ${add(values[2])}::bytea, ${add(values[3])}::bytea
         FROM target t
       ON CONFLICT (account_id) DO UPDATE
         SET version = excluded.version, kid = excluded.kid, sealed = excluded.sealed,
             fingerprint = excluded.fingerprint, updated_at = now())`,
  ];
}

function bytes(value: Uint8Array | null): Buffer | null {
  return value === null ? null : Buffer.from(value);
}

/** Whatever the page said meanwhile (an answer may have waited on disk), the connection stands now. */
function completionPart({ add }: Statement, { change }: ResolvedChange): string[] {
  if (change.completes === null) return [];
  const session = add(change.completes.sessionId);
  const parts = [
    `session AS (UPDATE connect_session SET status = 'connected', failure = NULL, asked = NULL
       WHERE id = ${session} AND EXISTS (SELECT FROM target))`,
  ];
  if (change.completes.isApproval !== true) return parts;
  return [...parts, `unsealed AS (DELETE FROM sealed_secret WHERE owner = ${session} AND EXISTS (SELECT FROM target))`];
}

function eventPart({ add }: Statement, { event }: ResolvedChange): string[] {
  if (event === null) return [];
  return [
    `event AS (INSERT INTO event (id, created_at, environment_id, account_id, sequence, event_type, payload)
       SELECT ${add(event.id)}::text, now(), t.environment_id, t.id, t.event_sequence, ${add(event.type)}::text,
              jsonb_build_object('id', t.id, 'integration_name', t.integration_name, 'tenant_id', t.tenant_id,
                                 'status', t.status, 'last_error', ${add(event.lastError)}::text)
         FROM target t)`,
  ];
}

function auditPart({ add }: Statement, { audit }: ResolvedChange, key: KeyObject | null): string[] {
  if (audit.length === 0) return [];
  const rows = audit.map((record) => {
    const id = makeId("aud", randomBytes(idRandomBytes));
    const columns = [
      `${add(id)}::text`,
      `${add(record.environmentId)}::text`,
      `${add(record.actor)}::text`,
      `${add(record.action)}::text`,
      `${add(record.target)}::text`,
      `${add(record.accountId ?? null)}::text`,
      `${add(record.keyId ?? null)}::text`,
      `${add(JSON.stringify(record.detail ?? {}))}::jsonb`,
      `${add(proofText(key, id, record, new Date()))}::bytea`,
    ];
    return `SELECT ${columns.join(", ")}, clock_timestamp() WHERE EXISTS (SELECT FROM target)`;
  });
  return [
    `audit AS (INSERT INTO audit_event (id, environment_id, actor, action, target, account_id, key_id, detail, proof, at)
       ${rows.join(" UNION ALL ")})`,
  ];
}

/** An alarm that falls due before the next sweep looks is enqueued with the commit that set it (R13). */
function jobPart({ add }: Statement): string {
  return `CASE WHEN t.status = 'active' AND t.refresh_due_at <= clock_timestamp() + make_interval(secs => ${add(sweepHorizonSeconds)})
    THEN (SELECT j.id FROM graphile_worker.add_job(${add(refreshTask)},
            payload => json_build_object('environment_id', t.environment_id, 'account_id', t.id),
            job_key => 'refresh:' || t.id, run_at => t.refresh_due_at, max_attempts => 5) j) END`;
}
