import { afterAll, beforeAll } from "vitest";
import { describeAccountStore, pinOfContract } from "#test/fakes/account-store.contract";
import { createTestDatabase, type TestDatabase } from "#test/database";
import { createAccountStore } from "./account-store.ts";
import { createPool, type DatabasePool } from "./pool.ts";

let database: TestDatabase;
let pool: DatabasePool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ connectionString: database.url, max: 12, applicationName: "test", onError: () => {} });
  await pool.query("INSERT INTO environment (id, name) VALUES ('env_contract', 'contract') ON CONFLICT DO NOTHING");
  await pool.query(
    "INSERT INTO integration_hosts (environment_id, integration_name, format, hosts) VALUES ('env_contract', 'acme-crm', $1, $2)",
    [pinOfContract.format, pinOfContract.hosts],
  );
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describeAccountStore("PostgreSQL", async () => ({
  store: createAccountStore(pool),
  environmentId: "env_contract",
  otherEnvironmentId: "env_other",
  integrationName: "acme-crm",
  async rewrap(accountId, from, to) {
    const { rowCount } = await pool.query(
      "UPDATE sealed_credential SET sealed = $3, kid = 'k2' WHERE account_id = $1 AND sealed = $2",
      [accountId, Buffer.from(from), Buffer.from(to)],
    );
    return rowCount === 1;
  },
}));
