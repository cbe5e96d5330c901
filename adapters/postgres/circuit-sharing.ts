import type { IntegrationStore } from "#core/ports/integration-store";
import { asUnavailable, query, type DatabaseClient, type DatabasePool } from "./pool.ts";

const longestLifeMs = 60_000;
/** A count of few is quickly made and quickly wrong, as while accounts are imported: it lives this long for each account. */
const lifeMsPerAccount = 5;
const mostKnown = 10_000;

interface Known<T> {
  readonly untilMs: number;
  readonly value: T;
}

/**
 * Who stands behind a circuit, remembered for a while: every refresh asks.
 * @param nowMs a clock that never runs backwards
 */
export function createCircuitSharing(
  pool: DatabasePool,
  nowMs: () => number = () => performance.now(),
): Pick<IntegrationStore, "countActiveAccounts" | "listBehind"> {
  const counts = new Map<string, Known<number>>();
  const names = new Map<string, Known<readonly string[]>>();
  const remembered = async <T>(
    all: Map<string, Known<T>>,
    key: string,
    find: () => Promise<{ readonly value: T; readonly lifeMs: number }>,
  ): Promise<T> => {
    const known = all.get(key);
    if (known !== undefined && nowMs() < known.untilMs) return known.value;
    const { value, lifeMs } = await find();
    if (all.size >= mostKnown) all.clear();
    all.set(key, { untilMs: nowMs() + lifeMs, value });
    return value;
  };

  return {
    async countActiveAccounts(circuitKey) {
      return await remembered(counts, circuitKey, async () => {
        const { rows } = await query<{ count: number }>(
          pool,
          "SELECT count(*)::int AS count FROM integrated_account WHERE circuit_key = $1 AND status = 'active'",
          [circuitKey],
          "circuit-count",
        );
        const count = rows[0]?.count ?? 0;
        return { value: count, lifeMs: Math.min(longestLifeMs, count * lifeMsPerAccount) };
      });
    },

    async listBehind(circuitKey) {
      return await remembered(names, circuitKey, async () => {
        return { value: await integrationsBehind(pool, circuitKey).catch(asUnavailable), lifeMs: longestLifeMs };
      });
    },
  };
}

/** The integrations whose active accounts stand behind a circuit. One step of the index for each, however many accounts they have. */
export async function integrationsBehind(
  client: DatabaseClient | DatabasePool,
  circuitKey: string,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ integration_name: string }>({
    name: "circuit-behind",
    text: `WITH RECURSIVE behind AS (
             (SELECT integration_name FROM integrated_account WHERE circuit_key = $1 AND status = 'active'
               ORDER BY integration_name LIMIT 1)
             UNION ALL
             SELECT (SELECT a.integration_name FROM integrated_account a
                      WHERE a.circuit_key = $1 AND a.status = 'active' AND a.integration_name > b.integration_name
                      ORDER BY a.integration_name LIMIT 1)
               FROM behind b WHERE b.integration_name IS NOT NULL)
           SELECT integration_name FROM behind WHERE integration_name IS NOT NULL`,
    values: [circuitKey],
  });
  return rows.map((row) => row.integration_name);
}
