import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { integrationDocumentSchema } from "#core/domain/integration/integration-document";
import { createTestDatabase, type TestDatabase } from "#test/database";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { describeIntegrationSecrets } from "#test/fakes/integration-secrets.contract";
import { removeExpired } from "./housekeeping.ts";
import { createIntegrationStore } from "./integration-store.ts";
import { createPool, type DatabasePool } from "./pool.ts";

let database: TestDatabase;
let pool: DatabasePool;
const environmentId = "env_contract";

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ connectionString: database.url, max: 12, applicationName: "test", onError: () => {} });
  await pool.query("INSERT INTO environment (id, name) VALUES ($1, 'contract') ON CONFLICT DO NOTHING", [
    environmentId,
  ]);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function erasures(integrationName: string) {
  const { rows } = await pool.query(
    "SELECT actor, detail FROM audit_event WHERE action = 'secret.erased' AND target = $1 AND environment_id = $2 ORDER BY at, id",
    [integrationName, environmentId],
  );
  return rows;
}

describeIntegrationSecrets("PostgreSQL", async () => ({
  store: createIntegrationStore(pool, new Map()),
  environmentId,
  erasures,
  now: () => new Date(),
}));

describe("housekeeping", () => {
  test("erases client secrets whose overlap is over, with a record each, and leaves every other sealed value", async () => {
    const store = createIntegrationStore(pool, new Map());
    const name = "overlapping";
    const audit = { environmentId, actor: "usr_op", action: "integration.put", target: name } as const;
    const document = integrationDocumentSchema.parse(exampleSource({ name }));
    await store.put(environmentId, document, { audit });
    const fresh = { id: "ei_overlapping", callbackId: "callback-overlapping" };
    await store.patchClient(environmentId, name, fresh, {}, []);
    await pool.query(
      `INSERT INTO sealed_secret (owner, field, environment_id, version, kid, sealed, accepted_until)
       VALUES ('ei_overlapping', 'client_secret', $1, 4, 'k1', 'newest', NULL),
              ('ei_overlapping', 'client_secret', $1, 3, 'k1', 'accepted', now() + interval '1 hour'),
              ('ei_overlapping', 'client_secret', $1, 2, 'k1', 'ended', now() - interval '1 second'),
              ('ei_overlapping', 'client_secret', $1, 1, 'k1', 'ended', now() - interval '1 day'),
              ('cs_trip', 'pkce_verifier', $1, 1, 'k1', 'verifier', NULL)`,
      [environmentId],
    );
    expect((await removeExpired(pool)).secrets).toBe(2);
    const { rows } = await pool.query(
      "SELECT version, field FROM sealed_secret WHERE owner IN ('ei_overlapping', 'cs_trip') ORDER BY field, version",
    );
    expect(rows).toEqual([
      { version: 3, field: "client_secret" },
      { version: 4, field: "client_secret" },
      { version: 1, field: "pkce_verifier" },
    ]);
    const records = await erasures(name);
    expect(records).toHaveLength(2);
    for (const version of [1, 2]) {
      expect(records).toContainEqual({
        actor: "worker",
        detail: { field: "client_secret", version, reason: "expired" },
      });
    }
    expect((await removeExpired(pool)).secrets).toBe(0);
  });
});
