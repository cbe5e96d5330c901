import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#test/database";
import { removeExpired } from "./housekeeping.ts";
import { createPool, type DatabasePool } from "./pool.ts";

let database: TestDatabase;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ connectionString: database.url, max: 2, applicationName: "test", onError: () => {} });
  await pool.query("INSERT INTO environment (id, name) VALUES ('env_tidy', 'tidy')");
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const rowsOf = async (table: string): Promise<number> =>
  (await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)).rows[0]?.n ?? -1;

test("what piled up while no worker ran goes, no statement taking more than it has time for (F12)", async () => {
  await pool.query(`
    CREATE FUNCTION refuse_many() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF (SELECT count(*) FROM gone) > 5000 THEN RAISE EXCEPTION 'too many for one statement'; END IF; RETURN NULL; END $$;
    CREATE TRIGGER refuse_many AFTER DELETE ON idempotency_record REFERENCING OLD TABLE AS gone
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_many();
    INSERT INTO idempotency_record (digest, id, environment_id, run, created_at)
      SELECT decode(md5(n::text), 'hex'), 'idm_' || n, 'env_tidy', 1, now() - interval '2 days' FROM generate_series(1, 12001) n;
    INSERT INTO idempotency_record (digest, id, environment_id, run) VALUES ('young', 'idm_young', 'env_tidy', 1);
    INSERT INTO idempotency_record (digest, id, environment_id, run, created_at, lease_until)
      VALUES ('busy', 'idm_busy', 'env_tidy', 1, now() - interval '2 days', now() + interval '20 seconds')`);
  await removeExpired(pool);
  expect(await rowsOf("idempotency_record")).toBe(2);
});
