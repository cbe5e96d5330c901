import pg from "pg";
import { expect, test } from "vitest";
import { createTestDatabase } from "./database.ts";

test("a pool that is left open fails the file that left it", async () => {
  const database = await createTestDatabase();
  const forgotten = new pg.Pool({ connectionString: database.url });
  forgotten.on("error", () => {});
  await forgotten.query("SELECT 'forgotten'");
  await expect(database.drop()).rejects.toThrow(/a pool was left open: 1 connection.*SELECT 'forgotten'/s);
  await forgotten.end();
});

test("databases of two files never meet, and start migrated", async () => {
  await using one = await createTestDatabase();
  await using other = await createTestDatabase();
  await one.pool.query("UPDATE environment SET name = 'renamed' WHERE name = 'staging'");
  const names = await other.pool.query("SELECT name FROM environment ORDER BY name");
  expect(names.rows).toEqual([{ name: "production" }, { name: "staging" }]);
});
