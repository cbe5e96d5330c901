import type { Account } from "#core/domain/account/account";
import { sealedBody } from "#core/domain/sealing/envelope";
import type { AccountChange } from "#core/ports/account-store";
import { admits, heldInstead, isGuarded, resolveChange } from "#core/usecases/resolve-change";
import { accountColumns, toAccount, type AccountRow } from "./account-rows.ts";
import { judgeFailure } from "./mass-failure.ts";
import { asUnavailable, inTransaction, query, rollback, type DatabaseClient, type DatabasePool } from "./pool.ts";
import { writeChange } from "./write-change.ts";

/**
 * Applies a change: in one statement where the row is as its writer read it, which is nearly always; otherwise under a lock on
 * the row. Applying the same change twice (its first COMMIT succeeded and the answer to it was lost) changes nothing the second
 * time: the version or the finished attempt shows it.
 */
export async function applyAccountChange(pool: DatabasePool, change: AccountChange): Promise<Account | null> {
  const isDecidedByRow = change.completes !== null || change.refusesScopes !== undefined;
  if (!isDecidedByRow && !isGuarded(change.expectedStatus, change)) {
    // Of a hold the writer may know nothing: the statement itself sets no alarm while there is one.
    const expected = {
      status: change.expectedStatus,
      activatedAt: null,
      hold: null,
      scopesGranted: change.expectedScopes,
    };
    const isPlain = change.happening === null || change.expectedStatus === "active";
    const written = isPlain
      ? await writeChange(pool, resolveChange(expected, change), change.expectedStatus).catch(asUnavailable)
      : null;
    if (written !== null) return written;
  }
  const result = await inTransaction(pool, async (client) => (await applyLocked(client, change)) ?? rollback);
  return result === rollback ? await alreadyApplied(pool, change) : result;
}

async function applyLocked(client: DatabaseClient, change: AccountChange): Promise<Account | null> {
  const { rows } = await client.query<AccountRow & { readonly locked_at: Date }>({
    name: "account-lock",
    text: `SELECT ${accountColumns("a")}, clock_timestamp() AS locked_at FROM integrated_account a WHERE a.id = $1 AND a.environment_id = $2 FOR UPDATE`,
    values: [change.accountId, change.environmentId],
  });
  if (rows[0] === undefined) return null;
  const account = toAccount(rows[0]);
  // Applied before, when the word of its COMMIT was lost, and refreshed since: to write it again would bring back a spent token.
  if (change.completes !== null && (await isCompleted(client, change.completes))) return account;
  if (!admits(account, change)) return null;
  if (change.completes?.isApproval === true && !(await takeApproved(client, change.completes))) return null;
  if (change.completes !== null && !(await useLink(client, change.completes))) return null;
  // By the database's clock, like the decision that will end it.
  const now = rows[0].locked_at;
  const isHeld = isGuarded(account.status, change) && (await judgeFailure(client, account, change)) === "hold";
  const resolved = resolveChange(account, isHeld ? heldInstead(change, now) : change);
  return await writeChange(client, resolved, account.status);
}

/** A session is completed by one change alone. */
async function isCompleted(client: DatabaseClient, done: NonNullable<AccountChange["completes"]>): Promise<boolean> {
  const { rowCount } = await client.query("SELECT FROM connect_session WHERE id = $1 AND status = 'connected'", [
    done.sessionId,
  ]);
  return rowCount === 1;
}

/** Locked: whoever declines, or ends what nobody answered for, comes before or after. */
async function takeApproved(client: DatabaseClient, done: NonNullable<AccountChange["completes"]>): Promise<boolean> {
  const { rowCount } = await client.query(
    "SELECT FROM connect_session WHERE id = $1 AND status = 'exchanging' AND asked IS NOT NULL FOR UPDATE",
    [done.sessionId],
  );
  return rowCount === 1;
}

/** A link connects once: the second of two browsers finds it used. */
async function useLink(client: DatabaseClient, done: NonNullable<AccountChange["completes"]>): Promise<boolean> {
  if (done.linkId === null) return true;
  const link = await client.query("UPDATE link_token SET used_at = now() WHERE id = $1 AND used_at IS NULL", [
    done.linkId,
  ]);
  return link.rowCount === 1;
}

/**
 * The row as it stands, when this very change was applied before (its COMMIT succeeded and the word of it was lost, or another
 * process replayed it first); null when somebody else's was. The sealed bytes tell: no other change has the same. Without their header,
 * since a re-wrap may have put another key there meanwhile.
 */
async function alreadyApplied(pool: DatabasePool, change: AccountChange): Promise<Account | null> {
  const { attempt, credential } = change;
  const own: [sql: string, values: unknown[]] | null =
    credential !== null && credential.kind === "replace"
      ? [
          `JOIN sealed_credential s ON s.account_id = a.id AND s.version = $3
            AND substr(s.sealed, greatest(octet_length(s.sealed) - octet_length($4::bytea), 0) + 1) = $4`,
          [credential.version, Buffer.from(sealedBody(credential.sealed))],
        ]
      : attempt !== null
        ? [
            "JOIN refresh_attempt t ON t.id = $3 AND t.started_at = $4 AND t.finished_at IS NOT NULL AND (t.explanation = $5 OR t.outcome = 'held')",
            [attempt.id, attempt.startedAt, attempt.explanation],
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
