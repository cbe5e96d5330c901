import { afterAll, beforeAll, expect, test } from "vitest";
import { spansOf } from "#core/domain/statistics/count-steps";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import { createPool, type DatabasePool } from "./pool.ts";
import { readAttemptCounts } from "./read-counts.ts";
import { readAttemptSums, readTally } from "./read-series.ts";

let database: TestDatabase;
let environmentId: string;
let api: DatabasePool;

/** As many counts as there are after a month: most of them of no window that anybody looks at every day. */
beforeAll(async () => {
  database = await createTestDatabase();
  api = createPool({ connectionString: database.urlAs("api"), max: 1, applicationName: "test", onError: () => {} });
  const { rows } = await database.pool.query<{ id: string }>("SELECT id FROM environment WHERE name = 'production'");
  environmentId = rows[0]?.id ?? "";
  const hours = "generate_series(now() - interval '30 days', now(), interval '1 hour') at";
  await database.pool.query(
    `INSERT INTO attempt_count (environment_id, step, at, integration_name, outcome, rule, latency, attempts)
     SELECT $1, 3600, date_trunc('hour', at), 'crm-' || n, 'refreshed', '', latency, 5
       FROM ${hours}, generate_series(1, 10) n, generate_series(50, 60) latency`,
    [environmentId],
  );
  await database.pool.query(
    `INSERT INTO tally (environment_id, kind, step, at, result, latency, times)
     SELECT $1, 'token_read', 3600, date_trunc('hour', at), 'result-' || n, latency, 5
       FROM ${hours}, generate_series(1, 10) n, generate_series(50, 60) latency`,
    [environmentId],
  );
  await database.pool.query("ANALYZE attempt_count, tally");
});
afterAll(() => api.end());

async function wholeReads(): Promise<number> {
  await api.query("SELECT pg_stat_force_next_flush()");
  const { rows } = await database.pool.query<{ scans: number }>(
    "SELECT sum(seq_scan)::int AS scans FROM pg_stat_user_tables WHERE relname IN ('attempt_count', 'tally')",
  );
  return rows[0]?.scans ?? 0;
}

test("the counts of a day are read by their key, not out of those of a month, however often they are asked for", async () => {
  const spans = spansOf(86_400, new Date());
  const scope = { environmentId, integrationNames: null };
  const before = await wholeReads();
  // From the sixth time on PostgreSQL may take a plan for any values.
  for (let time = 1; time <= 8; time += 1) {
    expect((await readAttemptCounts(api, scope, spans)).length).toBe(110);
    expect((await readAttemptSums(api, scope, spans)).refreshes).toBeGreaterThan(0);
    expect((await readTally(api, environmentId, "token_read", spans)).length).toBe(110);
  }
  expect((await wholeReads()) - before).toBe(0);
});
