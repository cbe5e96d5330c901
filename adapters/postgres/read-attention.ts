import type { Account } from "#core/domain/account/account";
import { accountColumns, toAccount, type AccountRow } from "./account-rows.ts";
import { query, type DatabasePool } from "./pool.ts";
import { mostCounted } from "./read-standing.ts";

/** Accounts that somebody has to look at, apart from those that a mass failure holds: of them there is one decision. */
export interface Attention {
  /** Active, with a token that ended and refreshes that fail, wait behind an open breaker or are impossible; mostCounted stands for more. */
  readonly withoutToken: number;
  /** Active, with a token that is still valid and refreshes that fail; the same. */
  readonly failing: number;
  /** The first of them: without a token, those whose customers left last, and those whose tokens end next. */
  readonly accounts: readonly Account[];
}

const shown = 6;
const troubled = "environment_id = $1 AND status = 'active' AND last_error IS NOT NULL AND hold IS NULL";
// Nobody tried: a breaker is open (delayed-refreshes.ts), or there is nothing to refresh it with. Of others that failed, `troubled` tells.
const untried =
  "environment_id = $1 AND status = 'active' AND last_error IS NULL AND hold IS NULL AND expires_at IS NOT NULL AND (refresh_delayed_at IS NOT NULL OR refresh_due_at IS NULL)";
const without = (columns: string, order = ""): string => `
  (SELECT ${columns} FROM integrated_account WHERE ${troubled} AND expires_at <= now() ${order})
  UNION ALL
  (SELECT ${columns} FROM integrated_account WHERE ${untried} AND expires_at <= now() ${order})`;

export async function readAttention(pool: DatabasePool, environmentId: string): Promise<Attention> {
  const [counts, accounts] = await Promise.all([
    query<{ withoutToken: number; failing: number }>(
      pool,
      `SELECT (SELECT count(*)::int FROM (${without("1")} LIMIT ${mostCounted}) a) AS "withoutToken",
              (SELECT count(*)::int FROM (SELECT FROM integrated_account WHERE ${troubled} AND (expires_at > now() OR expires_at IS NULL)
                 LIMIT ${mostCounted}) a) AS failing`,
      [environmentId],
      "attention-counts",
    ),
    query<AccountRow>(
      pool,
      `SELECT ${accountColumns("a")} FROM (
         ${without("1 AS rank, id, expires_at AS at", `ORDER BY expires_at DESC LIMIT ${shown}`)}
         UNION ALL
         (SELECT 2, id, reauth_required_at FROM integrated_account WHERE environment_id = $1 AND status = 'needs_reauth'
           ORDER BY reauth_required_at DESC NULLS LAST LIMIT ${shown})
         UNION ALL
         (SELECT 3, id, expires_at FROM integrated_account WHERE ${troubled} AND (expires_at > now() OR expires_at IS NULL)
           ORDER BY expires_at LIMIT ${shown})
       ) first JOIN integrated_account a ON a.id = first.id
       ORDER BY first.rank, CASE WHEN first.rank < 3 THEN -extract(epoch FROM first.at) ELSE extract(epoch FROM first.at) END, a.id
       LIMIT ${shown}`,
      [environmentId],
      "attention-accounts",
    ),
  ]);
  const { withoutToken, failing } = counts.rows[0] ?? { withoutToken: 0, failing: 0 };
  return { withoutToken, failing, accounts: accounts.rows.map(toAccount) };
}
