import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../test/database.ts";
import { latencyBucket } from "../../core/domain/statistics/latency-buckets.ts";
import { createPool, type DatabasePool } from "./pool.ts";
import { createTally } from "./tally.ts";

let database: TestDatabase;
/** With the rights of an api. */
let api: DatabasePool;

beforeAll(async () => {
  database = await createTestDatabase();
  api = createPool({ connectionString: database.urlAs("api"), max: 4, applicationName: "test", onError: () => {} });
});
afterAll(async () => {
  await api.end();
});

const stored = async (): Promise<unknown[]> =>
  (
    await database.pool.query(
      "SELECT environment_id AS env, kind, step, result, latency, sum(times)::int AS times FROM tally GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
    )
  ).rows;

test("what two processes counted is added up, by minute, quarter and hour, and a flush writes it once", async () => {
  const [first, second] = [createTally(api), createTally(api)];
  first.tokenRead("env_1", "fresh", null);
  first.tokenRead("env_1", "refreshed", 300);
  second.tokenRead("env_1", "refreshed", 300);
  second.tokenRead("env_1", "refreshed", 0);
  second.webhookAttempted("env_2", "failed", 40);
  await Promise.all([first.flush(), second.flush()]);
  await Promise.all([first.flush(), second.flush()]);
  const token = { env: "env_1", kind: "token_read" };
  const ofStep = (step: number): unknown[] => [
    { ...token, step, result: "fresh", latency: -1, times: 1 },
    { ...token, step, result: "refreshed", latency: 0, times: 1 },
    { ...token, step, result: "refreshed", latency: latencyBucket(300), times: 2 },
  ];
  const webhook = (step: number): unknown => ({
    env: "env_2",
    kind: "webhook_attempt",
    step,
    result: "failed",
    latency: latencyBucket(40),
    times: 1,
  });
  expect(await stored()).toEqual([...[60, 900, 3600].flatMap(ofStep), ...[60, 900, 3600].map(webhook)]);
});

test("what could not be written is kept, and written with what came since", async () => {
  const gone = createPool({
    connectionString: database.urlAs("nobody"),
    max: 1,
    applicationName: "test",
    onError: () => {},
  });
  let pool = gone;
  const tally = createTally({ query: (...given: Parameters<DatabasePool["query"]>) => pool.query(...given) } as never);
  tally.tokenRead("env_3", "fresh", null);
  await expect(tally.flush()).rejects.toThrow("permission denied");
  await gone.end();
  pool = api;
  tally.tokenRead("env_3", "fresh", null);
  await tally.flush();
  const { rows } = await database.pool.query("SELECT times FROM tally WHERE environment_id = 'env_3'");
  expect(rows).toEqual([{ times: 2 }, { times: 2 }, { times: 2 }]);
});
