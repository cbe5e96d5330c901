import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "#test/database";
import { removeExpired } from "./housekeeping.ts";
import { createPool, type DatabasePool } from "./pool.ts";
import { pruneEvents } from "./webhook-housekeeping.ts";

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

test("an account that nothing came of goes after its trips, so that what was sealed for them goes as well", async () => {
  await pool.query(`
    INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status, updated_at)
      VALUES ('ia_left', 'env_tidy', 'acme', 'acme-crm', 'connecting', now() - interval '25 hours');
    INSERT INTO link_token (id, digest, environment_id, tenant_id, integration_names, account_id, expires_at)
      VALUES ('lnk_left', 'digest', 'env_tidy', 'acme', '{acme-crm}', 'ia_left', now() + interval '1 day');
    INSERT INTO connect_session (id, link_token_id, environment_id, account_id, integration_name, browser_digest, scopes_requested,
                                 status, expires_at)
      VALUES ('cs_early', 'lnk_left', 'env_tidy', 'ia_left', 'acme-crm', 'b1', '{}', 'authorizing', now() - interval '25 hours'),
             ('cs_late', 'lnk_left', 'env_tidy', 'ia_left', 'acme-crm', 'b2', '{}', 'authorizing', now() - interval '2 hours');
    INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed)
      VALUES ('cs_early', 'pkce_verifier', 'env_tidy', 1, 'k1', 'v'), ('cs_late', 'pkce_verifier', 'env_tidy', 1, 'k1', 'v')`);
  const sealed = async () => (await pool.query("SELECT owner FROM sealed_secret ORDER BY owner")).rows;
  expect(await removeExpired(pool)).toMatchObject({ sessions: 1, accounts: 0 });
  expect(await sealed()).toEqual([{ owner: "cs_late" }]);
  await pool.query("UPDATE connect_session SET expires_at = now() - interval '25 hours'");
  expect(await removeExpired(pool)).toMatchObject({ sessions: 1, accounts: 1 });
  expect(await sealed()).toEqual([]);
  expect(await rowsOf("integrated_account")).toBe(0);
});

test("pages that embed connect wait for a day, and not longer than their link is there", async () => {
  await pool.query(`
    INSERT INTO link_token (id, digest, environment_id, tenant_id, integration_names, expires_at)
      VALUES ('lnk_embedded', 'd1', 'env_tidy', 'acme', '{acme-crm}', now() + interval '1 day'),
             ('lnk_gone', 'd2', 'env_tidy', 'acme', '{acme-crm}', now() - interval '8 days');
    INSERT INTO connect_embed (digest, link_token_id, browser_digest, origin, created_at)
      VALUES ('waits', 'lnk_embedded', 'b', 'https://app.example', now() - interval '23 hours'),
             ('waited', 'lnk_embedded', 'b', 'https://app.example', now() - interval '25 hours'),
             ('ended', 'lnk_gone', 'b', 'https://app.example', now())`);
  await removeExpired(pool);
  const { rows } = await pool.query("SELECT convert_from(digest, 'UTF8') AS digest FROM connect_embed");
  expect(rows).toEqual([{ digest: "waits" }]);
});

test("deliveries of events older than 30 days go with their attempts, then the events; younger ones stay, and secrets whose overlap is over", async () => {
  await pool.query(`
    INSERT INTO webhook_endpoint (id, environment_id, url) VALUES ('whe_tidy', 'env_tidy', 'https://app.example.com');
    INSERT INTO event (id, created_at, environment_id, event_type, payload)
      SELECT 'evt_' || days, now() - make_interval(days => days), 'env_tidy', 'x', '{}' FROM unnest(ARRAY[31, 45, 29, 1]) days;
    INSERT INTO webhook_delivery (id, endpoint_id, environment_id, event_id, event_created_at, event_type, status, finished_at)
      SELECT 'dlv_' || id, 'whe_tidy', 'env_tidy', id, created_at, 'x', 'delivered', now() FROM event WHERE environment_id = 'env_tidy';
    INSERT INTO webhook_untried (id, due_at, endpoint_id, environment_id, event_id, event_created_at, event_type)
      SELECT 'dlv_new_' || id, now(), 'whe_tidy', 'env_tidy', id, created_at, 'x' FROM event WHERE id IN ('evt_29', 'evt_31');
    INSERT INTO webhook_attempt (delivery_id, number, at, latency_ms) SELECT id, 1, now(), 1 FROM webhook_delivery;
    INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed, accepted_until)
      VALUES ('whe_tidy', 'webhook_secret', 'env_tidy', 1, 'k1', 'v', now() - interval '1 minute'),
             ('whe_tidy', 'webhook_secret', 'env_tidy', 2, 'k1', 'v', NULL)`);
  expect(await pruneEvents(pool)).toBe(3);
  expect((await pool.query("SELECT event_id FROM webhook_untried")).rows).toEqual([{ event_id: "evt_29" }]);
  expect((await pool.query("SELECT event_id FROM webhook_delivery ORDER BY event_id")).rows).toEqual([
    { event_id: "evt_1" },
    { event_id: "evt_29" },
  ]);
  expect(await rowsOf("webhook_attempt")).toBe(2);
  expect((await pool.query("SELECT id FROM event WHERE environment_id = 'env_tidy' ORDER BY id")).rows).toEqual([
    { id: "evt_1" },
    { id: "evt_29" },
  ]);
  expect((await removeExpired(pool)).secrets).toBe(1);
  expect((await pool.query("SELECT version FROM sealed_secret WHERE owner = 'whe_tidy'")).rows).toEqual([
    { version: 2 },
  ]);
  expect((await pool.query("SELECT action, target FROM audit_event WHERE environment_id = 'env_tidy'")).rows).toEqual([
    { action: "secret.erased", target: "whe_tidy" },
  ]);
});
