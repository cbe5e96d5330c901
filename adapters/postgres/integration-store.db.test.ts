import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentStructureSchema, integrationDocumentSchema } from "#core/domain/integration/integration-document";
import { createTestDatabase, type TestDatabase } from "#test/database";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { describeIntegrationSecrets } from "#test/fakes/integration-secrets.contract";
import { createRecordingLog } from "#test/fakes/recording-log";
import { removeExpired } from "./housekeeping.ts";
import { createIntegrationStore } from "./integration-store.ts";
import { createPool, type DatabasePool } from "./pool.ts";

let database: TestDatabase;
let pool: DatabasePool;
const log = createRecordingLog();
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
  store: createIntegrationStore(pool, new Map(), log),
  environmentId,
  erasures,
  now: () => new Date(),
}));

describe("housekeeping", () => {
  test("erases client secrets whose overlap is over, with a record each, and leaves every other sealed value", async () => {
    const store = createIntegrationStore(pool, new Map(), log);
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

describe("definitions that were stored by another version", () => {
  const environment = "env_stored";
  const lines = createRecordingLog();
  const put = async (name: string, document: unknown) =>
    await pool.query("INSERT INTO integration (environment_id, name, document) VALUES ($1, $2, $3)", [
      environment,
      name,
      JSON.stringify(document),
    ]);

  beforeAll(async () => {
    await pool.query("INSERT INTO environment (id, name) VALUES ($1, 'stored')", [environment]);
    await put("good", exampleSource({ name: "good" }));
    // Accepted once; rules that came later refuse each of its parts.
    const inputs = ["a", "b"].map((name) => ({ name, label: name, pattern: "(?=x).+" }));
    const params = { authorize: { response_type: "token" }, token: { client_secret: "{scope}".repeat(30) } };
    const config = { auth: { tokenHost: "https://{a}.{b}" }, params };
    await put("tightened", exampleSource({ name: "tightened", inputs, config }));
    await put("unreadable", { ...exampleSource({ name: "unreadable" }), future: {} });
    await put("nothing", 7);
  });

  test("stay in force where only newer rules refuse them, and the log tells which", async () => {
    const store = createIntegrationStore(pool, new Map(), lines);
    const found = await store.find(environment, "tightened");
    expect(found?.document).toEqual(documentStructureSchema.parse(found?.document));
    await store.find(environment, "tightened");
    expect(lines.lines).toEqual([
      {
        level: "warn",
        fields: {
          environment,
          integration: "tightened",
          faults: expect.arrayContaining([
            expect.stringContaining("/credentials/config/auth/tokenHost {a} could lead to anybody's host"),
            expect.stringContaining("/inputs/0/pattern expected a pattern that needs no backtracking"),
          ]) as unknown,
        },
        message: "a stored definition breaks rules that came later; it stays in force",
      },
    ]);
    expect(JSON.stringify(lines.lines)).not.toContain("{scope}");
  });

  test("stay in force with what their environment lays over them", async () => {
    await pool.query(
      `INSERT INTO environment_integration (id, environment_id, integration_name, callback_id, overrides)
       VALUES ('ei_tightened', $1, 'tightened', 'tightened', '{"credentials": {"config": {"scope": ["a"]}}}')`,
      [environment],
    );
    const found = await createIntegrationStore(pool, new Map(), lines).find(environment, "tightened");
    expect(found).toMatchObject({ fault: null, document: { credentials: { config: { scope: ["a"] } } } });
  });

  test("are out by themselves where they can't be read, and take nobody with them", async () => {
    const store = createIntegrationStore(pool, new Map(), lines);
    const { readable, unreadable } = await store.list(environment);
    expect(readable.map((one) => one.name)).toEqual(["good", "tightened"]);
    expect(unreadable).toMatchObject([{ integrationName: "nothing" }, { integrationName: "unreadable" }]);
    expect(unreadable[1]?.faults).toEqual([expect.stringContaining("/future is no field here")]);
    expect((await store.find(environment, "good"))?.name).toBe("good");
    await expect(store.find(environment, "unreadable")).rejects.toMatchObject({
      code: "client_misconfigured",
      detail: expect.stringContaining("The definition of unreadable in this environment can't be read") as string,
    });
    const errors = lines.lines.filter((one) => one.level === "error");
    expect(errors.map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ integration: "nothing" }),
      { environment, integration: "unreadable", faults: [expect.stringContaining("/future is no field here")] },
    ]);
  });

  test("never give way to the catalogue's of the same name unasked", async () => {
    const catalogue = new Map([["unreadable", integrationDocumentSchema.parse(exampleSource({ name: "unreadable" }))]]);
    const store = createIntegrationStore(pool, catalogue, lines);
    await expect(store.find(environment, "unreadable")).rejects.toThrow("can't be read");
    const { readable, unreadable } = await store.list(environment);
    expect(readable.map((one) => one.name)).not.toContain("unreadable");
    expect(unreadable.map((one) => one.integrationName)).toContain("unreadable");
  });

  test("are read again once they were put anew", async () => {
    const store = createIntegrationStore(pool, new Map(), lines);
    const document = integrationDocumentSchema.parse(exampleSource({ name: "unreadable" }));
    const audit = {
      environmentId: environment,
      actor: "usr_op",
      action: "integration.put",
      target: "unreadable",
    } as const;
    await expect(store.find(environment, "unreadable")).rejects.toThrow("can't be read");
    // Nobody can tell whether the credentials of an account that lives on it would move (invariant 12).
    const account = "ia_unreadable";
    await pool.query(
      `INSERT INTO integrated_account (id, environment_id, tenant_id, integration_name, status)
       VALUES ($1, $2, 'tenant', 'unreadable', 'active')`,
      [account, environment],
    );
    const refused = { kind: "refused", cause: "unreadable", liveAccounts: 1, pinned: null };
    expect(await store.put(environment, document, { audit })).toEqual(refused);
    expect(await store.pinHosts(environment, "unreadable")).toBeNull();
    expect(await store.settlePins()).toEqual([]);
    await pool.query("DELETE FROM integrated_account WHERE id = $1", [account]);
    expect(await store.put(environment, document, { audit })).toEqual({ kind: "written", isNew: false });
    expect((await store.find(environment, "unreadable"))?.document.name).toBe("unreadable");
  });
});
