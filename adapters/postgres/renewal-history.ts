import type { RenewalHistory } from "#core/ports/renewal-history";
import { query, type DatabasePool } from "./pool.ts";

/** Read from the journal, which every process writes. */
export function createRenewalHistory(pool: DatabasePool): RenewalHistory {
  return {
    async refreshedForRejection(environmentId, accountId, since) {
      const { rows } = await query<{ finished_at: Date }>(
        pool,
        `SELECT finished_at FROM refresh_attempt
          WHERE account_id = $1 AND environment_id = $2 AND started_at >= $3
            AND reason = 'rejected_token' AND outcome = 'refreshed'
          ORDER BY started_at DESC LIMIT 20`,
        [accountId, environmentId, since],
        "renewals-for-rejection",
      );
      return rows.map((row) => row.finished_at);
    },
  };
}
