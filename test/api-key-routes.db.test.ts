import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiKeyStore } from "#adapters/postgres/api-key-store";
import { mostApiKeys } from "#core/usecases/administer-api-keys";
import { makeKey } from "./make-key.ts";
import { signInAs } from "./sign-in-as.ts";
import { startStack, type Stack } from "./start-stack.ts";
import { callAs } from "./two-owners.ts";

let stack: Stack;
let owner: string;
let operator: string;

beforeAll(async () => {
  stack = await startStack({ env: { EVERGRANT_CONFIRM_MINUTES: "600" } });
  [owner, operator] = await Promise.all([
    signInAs(stack, "owner@example.com", "owner"),
    signInAs(stack, "operator@example.com", "operator"),
  ]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

const wish = { name: "Backend", permissions: ["integrations:read"] };
const recordsOf = async (id: string): Promise<{ action: string; actor: string; detail: unknown }[]> => {
  const { rows } = await stack.database.pool.query(
    "SELECT action, actor, detail FROM audit_event WHERE target = $1 ORDER BY at",
    [id],
  );
  return rows;
};

describe("a key that is made in the dashboard", () => {
  test("works as it was asked for, is shown once, and is recorded with what it may", async () => {
    const made = await callAs(stack, operator, "POST", "/api-keys", {
      ...wish,
      integration_names: ["acme-crm"],
      expires_in: 86_400,
    });
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: "Backend",
        state: "valid",
        permissions: ["integrations:read"],
        tenant_ids: null,
        integration_names: ["acme-crm"],
        last_used_at: null,
      },
    });
    const { id, key, ends_with: ending } = made.body;
    expect(key).toMatch(/^evg_[0-9A-Za-z]{49}$/);
    expect(key.slice(-4)).toBe(ending);
    expect((await stack.call("GET", "/integrations", undefined, { key })).status).toBe(200);
    expect((await stack.call("GET", "/integrated-accounts", undefined, { key })).status).toBe(403);

    const [one, all] = await Promise.all([
      callAs(stack, owner, "GET", `/api-keys/${id}`),
      callAs(stack, owner, "GET", "/api-keys?state=all"),
    ]);
    expect(one.body).toMatchObject({
      id,
      activity: { openings: 0, most_tenants: 0, networks: [], made_keys: [] },
    });
    expect(all.body.data.map((each: { id: string }) => each.id)).toContain(id);
    expect(JSON.stringify([one, all])).not.toContain(key.slice(4, -6));

    const [record] = await recordsOf(id);
    expect(record).toMatchObject({
      action: "api_key.created",
      detail: { permissions: ["integrations:read"], integrations: ["acme-crm"] },
    });
    expect(JSON.stringify(record)).not.toContain(key.slice(4, -6));
  });

  test("is the same one, and made once, when the request comes again", async () => {
    const options = { headers: { "idempotency-key": "make-it-once" } };
    const first = await stack.call("POST", "/api-keys", wish, options);
    const again = await stack.call("POST", "/api-keys", wish, options);
    expect(first.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(await recordsOf(first.body.id)).toHaveLength(1);
  });

  test("is over once it is revoked: refused, listed as such, and not revoked twice", async () => {
    const { body } = await callAs(stack, owner, "POST", "/api-keys", wish);
    const path = `/api-keys/${body.id}`;
    expect(await callAs(stack, operator, "DELETE", path)).toMatchObject({ status: 200, body: { state: "revoked" } });
    expect((await callAs(stack, operator, "DELETE", path)).status).toBe(404);
    const inForce = await callAs(stack, owner, "GET", "/api-keys?limit=200");
    const over = await callAs(stack, owner, "GET", "/api-keys?state=over&limit=200");
    const idsOf = (answer: { body: { data: { id: string }[] } }) => answer.body.data.map((one) => one.id);
    expect(idsOf(inForce)).not.toContain(body.id);
    expect(idsOf(over)).toContain(body.id);
    expect((await recordsOf(body.id)).map(({ action }) => action)).toEqual(["api_key.created", "api_key.revoked"]);
    expect(await callAs(stack, owner, "GET", path)).toMatchObject({ status: 200, body: { state: "revoked" } });
  });
});

describe("a key grants no more than its maker has", () => {
  test("of a person: an operator makes none that exports, and is told which permission it is", async () => {
    const body = { name: "Exporter", permissions: ["accounts:read", "export"] };
    expect(await callAs(stack, operator, "POST", "/api-keys", body)).toMatchObject({
      status: 403,
      body: { code: "forbidden", permission: "export" },
    });
    expect((await callAs(stack, owner, "POST", "/api-keys", body)).status).toBe(201);
  });

  test("of a key: neither a permission, nor an address, nor a day", async () => {
    const { id, key } = await makeKey(
      stack,
      "--permissions",
      "settings:write,integrations:read",
      "--expires-in",
      "1",
      "--addresses",
      "127.0.0.0/8",
    );
    const make = (body: object) => stack.call("POST", "/api-keys", { ...wish, ...body }, { key });
    const bound = { addresses: ["127.0.0.0/8"], expires_in: 3600 };
    expect(await make({ ...bound, permissions: ["tokens:read"] })).toMatchObject({
      status: 403,
      body: { permission: "tokens:read" },
    });
    expect(await make({ expires_in: 3600 })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/addresses" }] },
    });
    expect(await make({ addresses: ["127.0.0.0/8"] })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: "/expires_in" }] },
    });
    const made = await make(bound);
    expect(made).toMatchObject({ status: 201, body: { created_by: id } });
    const { body } = await callAs(stack, owner, "GET", `/api-keys/${id}`);
    expect(body.activity.made_keys).toEqual([made.body.id]);
  });

  test("of a key that is limited to tenants: it makes none at all", async () => {
    const { key } = await makeKey(stack, "--tenants", "acme");
    expect(await stack.call("POST", "/api-keys", wish, { key })).toMatchObject({
      status: 403,
      body: { limited_to: "tenants" },
    });
    expect((await stack.call("GET", "/api-keys", undefined, { key })).status).toBe(403);
  });

  test("of a key that was revoked while it asked: none", async () => {
    const { id } = await makeKey(stack);
    const store = createApiKeyStore(stack.database.pool);
    const { rows } = await stack.database.pool.query("SELECT id FROM environment WHERE name = 'production'");
    const environmentId: string = rows[0].id;
    await store.revoke(environmentId, id, "test");
    const child = `key_${randomBytes(12).toString("hex")}`;
    const made = await store.create(
      {
        id: child,
        environmentId,
        name: "Child",
        digest: randomBytes(32),
        lastFour: "abcd",
        permissions: ["accounts:read"],
        tenantIds: [],
        integrationNames: [],
        addresses: [],
        expiresAt: null,
        createdBy: id,
      },
      mostApiKeys,
      { environmentId, actor: id, action: "api_key.created", target: child },
    );
    expect(made).toBe("maker_gone");
    expect(await store.find(environmentId, child)).toBeNull();
  });
});

test.each([
  ["no permission", { permissions: [] }, "/permissions"],
  ["one that there is not", { permissions: ["users:write"] }, "/permissions/0"],
  ["a limit that names nothing", { tenant_ids: [] }, "/tenant_ids"],
  ["a range that is none", { addresses: ["203.0.113.0/33"] }, "/addresses/0"],
  ["a name of blanks", { name: "  " }, "/name"],
  ["an end within the minute", { expires_in: 59 }, "/expires_in"],
])("a key with %s is not made, and the field is named", async (_, part, pointer) => {
  expect(await callAs(stack, owner, "POST", "/api-keys", { ...wish, ...part })).toMatchObject({
    status: 422,
    body: { errors: [{ pointer }] },
  });
});

test("keys of another environment are not there", async () => {
  const { id } = await makeKey(stack, "--environment", "staging");
  for (const method of ["GET", "DELETE"]) {
    expect((await callAs(stack, owner, method, `/api-keys/${id}`)).status, method).toBe(404);
  }
  const listed = await callAs(stack, owner, "GET", "/api-keys?state=all&limit=200");
  expect(JSON.stringify(listed.body)).not.toContain(id);
});

test("what a key was used for stands beside it: openings of a day, and where it came from", async () => {
  const { id } = await makeKey(stack);
  await stack.database.pool.query(
    `INSERT INTO caller_hour (environment_id, caller, hour, reads, tenants, peak_reads, peak_tenants)
     SELECT e.id, $1, date_trunc('hour', now()) - n * interval '10 hours', 100, 10 + n, 1, 1
       FROM environment e, generate_series(0, 5) n WHERE e.name = 'production'`,
    [id],
  );
  await stack.database.pool.query(
    `INSERT INTO caller_network (environment_id, caller, network, last_seen_at)
     SELECT id, $1, '203.0.113.0/24', now() FROM environment WHERE name = 'production'`,
    [id],
  );
  const { body } = await callAs(stack, owner, "GET", `/api-keys/${id}`);
  expect(body.activity).toMatchObject({
    openings: 300,
    most_tenants: 12,
    networks: [{ network: "203.0.113.0/24" }],
  });
});

test("no more than so many are in force; those that are over don't count, and pages reach all of them", async () => {
  const fill = (name: string, revoked: string) =>
    stack.database.pool.query(
      `INSERT INTO api_key (id, environment_id, name, digest, last_four, permissions, created_by, revoked_at)
       SELECT 'key_' || substr(md5($1 || n), 1, 24), e.id, $1, sha256(($1 || n)::bytea), 'abcd', '{}', 'test', ${revoked}
         FROM environment e, generate_series(1, ${mostApiKeys}) n WHERE e.name = 'staging'`,
      [name],
    );
  await fill("old", "now()");
  const { key } = await makeKey(stack, "--environment", "staging");
  await fill("new", "NULL");
  expect(await stack.call("POST", "/api-keys", wish, { key })).toMatchObject({
    status: 409,
    body: { code: "conflict" },
  });
  const seen = new Set<string>();
  let cursor = "";
  do {
    const page = await stack.call("GET", `/api-keys?state=all&limit=200${cursor}`, undefined, { key });
    for (const one of page.body.data) seen.add(one.id);
    cursor = page.body.next_cursor === null ? "" : `&cursor=${page.body.next_cursor}`;
  } while (cursor !== "");
  const { rows } = await stack.database.pool.query(
    "SELECT count(*)::int AS n FROM api_key k JOIN environment e ON e.id = k.environment_id WHERE e.name = 'staging'",
  );
  expect(seen.size).toBe(rows[0].n);
});

test("a loop that makes keys is told to wait", async () => {
  const { key } = await makeKey(stack);
  const statuses: number[] = [];
  for (let made = 0; made < 60 && statuses.at(-1) !== 429; made += 1) {
    const { status, body } = await stack.call("POST", "/api-keys", wish, { key });
    statuses.push(status);
    if (status === 429) expect(body).toMatchObject({ code: "rate_limited", source: "evergrant" });
  }
  expect(statuses.at(-1)).toBe(429);
  expect(statuses.length).toBeGreaterThan(40);
});
