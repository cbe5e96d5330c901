import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#test/database";
import { describeCheckStore } from "#test/fakes/check-store.contract";
import { createCheckStore } from "./check-store.ts";
import { removeExpired } from "./housekeeping.ts";
import { createPool, type DatabasePool } from "./pool.ts";

let database: TestDatabase;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ connectionString: database.url, max: 12, applicationName: "test", onError: () => {} });
  await pool.query("INSERT INTO environment (id, name) VALUES ('env_one', 'one'), ('env_other', 'other')");
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describeCheckStore("PostgreSQL", async () => {
  await pool.query("DELETE FROM integration_check");
  return {
    store: createCheckStore(pool),
    environmentId: "env_one",
    otherEnvironmentId: "env_other",
    async pass(seconds) {
      await pool.query(
        `UPDATE integration_check SET created_at = created_at - make_interval(secs => $1), beat_at = beat_at - make_interval(secs => $1)
          WHERE finished_at IS NULL`,
        [seconds],
      );
    },
  };
});

describe("a check", () => {
  test("comes with its audit record and its job, or not at all", async () => {
    await pool.query("DELETE FROM integration_check");
    const store = createCheckStore(pool);
    const run = (id: string) => ({
      id,
      environmentId: "env_one",
      integrationName: "audited",
      document: {},
      isInForce: true,
      withSamples: false,
      startedBy: "usr_op",
    });
    const record = {
      environmentId: "env_one",
      actor: "usr_op",
      action: "integration.checked",
      target: "audited",
    } as const;
    expect(await store.start(run("chk_first"), record)).not.toBeNull();
    expect(await store.start(run("chk_second"), record)).toBeNull();
    const count = async (text: string): Promise<number> => (await pool.query(text)).rows[0].n;
    expect(await count("SELECT count(*)::int AS n FROM audit_event WHERE target = 'audited'")).toBe(1);
    expect(
      await count("SELECT count(*)::int AS n FROM graphile_worker.jobs WHERE key LIKE 'check:chk_%'"),
    ).toBeGreaterThan(0);
    expect(await count("SELECT count(*)::int AS n FROM graphile_worker.jobs WHERE key = 'check:chk_second'")).toBe(0);
  });

  test("is removed after a month", async () => {
    await pool.query("UPDATE integration_check SET created_at = now() - interval '31 days'");
    await removeExpired(pool);
    expect((await pool.query("SELECT FROM integration_check")).rowCount).toBe(0);
  });
});
