import { afterAll, beforeAll, expect, test } from "vitest";
import { createTokenGlances } from "#adapters/postgres/token-glances";
import { createIntegrationStore } from "#adapters/postgres/integration-store";
import { createPool, type DatabasePool } from "#adapters/postgres/pool";
import { createRecordingLog } from "./fakes/recording-log.ts";
import { startStack, type Stack } from "./start-stack.ts";

let stack: Stack;
let pool: DatabasePool;

beforeAll(async () => {
  stack = await startStack({ accessTokenSeconds: 600 });
  pool = createPool({ connectionString: stack.database.url, max: 4, applicationName: "test", onError: () => {} });
});
afterAll(async () => {
  await pool.end();
  await stack[Symbol.asyncDispose]();
});

test("the short way and the whole way give one answer, to its headers", async () => {
  const { id } = await stack.connect("tenant-short", "ada");
  const path = `/integrated-accounts/${id}/token`;
  const short = await stack.call("GET", `${path}?min_ttl=60`);
  // Written so, it is another route's: the same number, which only the framework decodes.
  const whole = await stack.call("GET", `${path}?min_ttl=%36%30`);
  expect(short.status).toBe(200);
  const { expires_in: shortLeft, ...shortBody } = short.body;
  const { expires_in: wholeLeft, ...wholeBody } = whole.body;
  expect(shortBody).toEqual(wholeBody);
  expect(Math.abs(shortLeft - wholeLeft)).toBeLessThan(30);
  const stable = (headers: Headers) =>
    [...headers].filter(([name]) => !["x-request-id", "date", "content-length"].includes(name));
  expect(stable(short.headers)).toEqual(stable(whole.headers));
});

test("a definition that wants more life left is in force for the very next read", async () => {
  const { id } = await stack.connect("tenant-wary", "ada");
  const read = async () => (await stack.call("GET", `/integrated-accounts/${id}/token`)).body.credential_version;
  // An hour's token with fifty seconds left: more than the buffer of thirty.
  await pool.query(
    "UPDATE integrated_account SET issued_at = now() - interval '1 hour', expires_at = now() + interval '50 s' WHERE id = $1",
    [id],
  );
  expect(await read()).toBe(1);
  const { status } = await stack.call("PATCH", "/environment-integration", {
    integration_name: "acme-crm",
    overrides: { credentials: { config: { refresh: { bufferSeconds: 100 } } } },
  });
  expect(status).toBe(200);
  expect(await read()).toBe(2);
});

test("many glances at once each find their own account, and nobody finds another environment's", async () => {
  const ids = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const { body } = await stack.call("POST", "/integrated-accounts", {
        integration_name: "acme-crm",
        tenant_id: `tenant-${index}`,
        credentials: {
          oauth2: { access_token: `at-${index}`, refresh_token: `rt-${index}`, expires_in: 3600, scope: `s${index}` },
        },
      });
      return body.id as string;
    }),
  );
  const { rows } = await pool.query<{ environment_id: string }>(
    "SELECT environment_id FROM integrated_account WHERE id = $1",
    [ids[0]],
  );
  const environmentId = rows[0]?.environment_id ?? "";
  const { glance } = createTokenGlances(pool);
  const found = await Promise.all(
    [...ids, ...ids].map(async (id, index) => await glance(index < 30 ? environmentId : "env_other", id)),
  );
  expect(found.slice(0, 30)).toMatchObject(
    ids.map((_, index) => ({
      tenantId: `tenant-${index}`,
      status: "active",
      isHeld: false,
      hasRefreshToken: true,
      hasAlarm: true,
      hasOverrides: false,
      scopesGranted: [`s${index}`],
      credential: { version: 1 },
    })),
  );
  expect(found.slice(30)).toEqual(ids.map(() => null));
  const tokens = await Promise.all(ids.map((id) => stack.call("GET", `/integrated-accounts/${id}/token`)));
  expect(tokens.map(({ body }) => body.access_token)).toEqual(ids.map((_, index) => `at-${index}`));
  // To the millisecond, as the row has it.
  const { rows: ends } = await pool.query<{ expires_at: Date }>(
    "SELECT expires_at FROM integrated_account WHERE id = $1",
    [ids[0]],
  );
  expect(found[0]?.expiresAt).toEqual(ends[0]?.expires_at);
});

test("a glance and the definition that it is about carry one stamp, whatever was put over it", async () => {
  const { id } = await stack.connect("tenant-stamp", "ada");
  const store = createIntegrationStore(pool, new Map(), createRecordingLog());
  const { glance } = createTokenGlances(pool);
  const { rows } = await pool.query<{ id: string }>("SELECT id FROM environment WHERE name = 'production'");
  const environmentId = rows[0]?.id ?? "";
  const stamps = async () => [
    (await glance(environmentId, id))?.definitionStamp,
    (await store.find(environmentId, "acme-crm"))?.stamp,
  ];
  const [before, same] = await stamps();
  expect(before).toMatch(/^\d+\/\d+$/);
  expect(same).toBe(before);
  await pool.query("UPDATE integration SET updated_at = now() WHERE name = 'acme-crm'");
  const [after, sameAgain] = await stamps();
  expect(after).not.toBe(before);
  expect(sameAgain).toBe(after);
});
