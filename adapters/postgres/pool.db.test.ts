import { expect, test } from "vitest";
import { createTestDatabase } from "#test/database";
import { asDatabaseProblem, createPool, inTransaction, query } from "./pool.ts";

const open = (connectionString: string) =>
  createPool({ connectionString, max: 2, applicationName: "test", onError: () => {} });

test("every connection ends statements and transactions that nobody waits for any more (F12)", async () => {
  await using database = await createTestDatabase();
  const pool = open(database.url);
  const shown = await Promise.all(
    [1, 2].map(async () =>
      inTransaction(pool, async (client) => {
        const { rows } = await client.query(
          "SELECT current_setting('statement_timeout') AS statement, current_setting('idle_in_transaction_session_timeout') AS idle, pg_sleep(0.05)",
        );
        return rows[0];
      }),
    ),
  );
  for (const one of shown) expect(one).toMatchObject({ statement: "15s", idle: "1min" });
  // PgBouncer refuses a connection that asks for more than it knows.
  expect(pool.options).not.toHaveProperty("statement_timeout");
  expect(pool.options).not.toHaveProperty("options");
  await pool.end();
});

test("a statement that the database ended is one that may be sent again", async () => {
  await using database = await createTestDatabase();
  const pool = open(database.url);
  const slow = inTransaction(pool, async (client) => {
    await client.query("SET LOCAL statement_timeout = '50ms'");
    await client.query("SELECT pg_sleep(5)");
  });
  const problem = asDatabaseProblem(await slow.catch((error: unknown) => error));
  expect(problem).toMatchObject({ code: "database_unavailable", retryAfterSeconds: 2 });
  expect((await query<{ one: number }>(pool, "SELECT 1 AS one", [])).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
