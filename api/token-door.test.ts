import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate as endOfTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createPolicyMemory } from "#core/usecases/policy-memory";
import type { Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import { createInMemoryTokenGlances } from "#test/fakes/in-memory-token-glances";
import { refresh } from "#test/fakes/refresh-calls";
import { caller, createWorld, type AccountOptions, type World } from "#test/fakes/world";
import { createProblemWriter } from "./problem.ts";
import { createTokenDoor } from "./token-door.ts";

const accountId = `ia_${"a".repeat(24)}`;

const connect = (): EventEmitter & { destroyed: boolean } => Object.assign(new EventEmitter(), { destroyed: false });

async function setUp(account: AccountOptions = {}, as: Partial<Caller> | null = {}) {
  const world = await createWorld();
  await world.addAccount({ id: accountId, expiresInSeconds: 3_000, ageSeconds: 600, ...account });
  const writeProblem = createProblemWriter({ publicUrl: "https://connect.example.com", log: world.log });
  const ports = {
    ...world,
    glances: createInMemoryTokenGlances(world.accounts),
    policies: createPolicyMemory(world.integrations),
    authenticator: {
      knownByKey: () => null,
      callerByKey: async () => {
        if (as === null) throw new DomainError("unauthorized", { detail: "no such key" });
        return { ...caller, ...as };
      },
    },
  };
  const door = createTokenDoor(ports, writeProblem);
  const ask = async (request: Partial<IncomingMessage> = {}, connection = connect()) => {
    const answer: { status: number | null; headers: Record<string, unknown>; body: string } = {
      status: null,
      headers: {},
      body: "",
    };
    const response = Object.assign(connection, {
      writeHead: (status: number, headers: Record<string, unknown>) =>
        Object.assign(answer, { status, headers: Array.isArray(headers) ? pairsOf(headers) : headers }),
      end: (body: string) => Object.assign(answer, { body }),
    });
    const isAnswered = await door(
      {
        method: "GET",
        url: `/api/v1/integrated-accounts/${accountId}/token`,
        headers: { authorization: "Bearer evg_of_the_test" },
        ...request,
      } as IncomingMessage,
      response as unknown as ServerResponse,
    );
    return { isAnswered, ...answer };
  };
  return { ask, world };
}

/** As node takes them in one flat list. */
function pairsOf(flat: readonly string[]): Record<string, string> {
  return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ""]] : [])));
}

test("a token that is plainly fresh is answered before the framework", async () => {
  const { ask } = await setUp();
  const { isAnswered, status, headers, body } = await ask();
  expect({ isAnswered, status }).toEqual({ isAnswered: true, status: 200 });
  expect(JSON.parse(body)).toMatchObject({ access_token: "access-0", expires_in: 3_000, credential_version: 1 });
  expect(headers).toMatchObject({ "cache-control": "no-store", "content-length": Buffer.byteLength(body) });
});

test("a wish that the token's life meets is answered there too", async () => {
  const { ask } = await setUp();
  expect(await ask({ url: `/api/v1/integrated-accounts/${accountId}/token?min_ttl=2000` })).toMatchObject({
    isAnswered: true,
  });
});

test.each<[string, Partial<IncomingMessage>]>([
  ["another method", { method: "HEAD" }],
  ["a session in place of a key", { headers: { cookie: "authjs.session-token=x" } }],
  ["a wish beyond the token's life", { url: `/api/v1/integrated-accounts/${accountId}/token?min_ttl=9000` }],
  ["a query that is not known", { url: `/api/v1/integrated-accounts/${accountId}/token?min_ttl=10&more=1` }],
  ["a number that is none", { url: `/api/v1/integrated-accounts/${accountId}/token?min_ttl=1e3` }],
  ["another route", { url: `/api/v1/integrated-accounts/${accountId}` }],
  ["an account that is not there", { url: `/api/v1/integrated-accounts/ia_${"b".repeat(24)}/token` }],
])("%s is left to the route", async (_, request) => {
  const { ask } = await setUp();
  expect(await ask(request)).toMatchObject({ isAnswered: false, status: null });
});

test.each<[string, Partial<Caller> | null]>([
  ["a key that is not in force", null],
  ["a key without the permission", { permissions: new Set(["accounts:read"] as const) }],
  ["a key of another environment", { environmentId: "env_staging" }],
  ["a key for other tenants", { tenantIds: ["tenant-two"] }],
  ["a key for other integrations", { integrationNames: ["other-crm"] }],
])("%s is left to the route, and gets nothing here", async (_, as) => {
  const { ask } = await setUp({}, as);
  expect(await ask()).toMatchObject({ isAnswered: false, status: null, body: "" });
});

test("a token that must be refreshed first is left to the route", async () => {
  const { ask } = await setUp({ expiresInSeconds: 5 });
  expect(await ask()).toMatchObject({ isAnswered: false });
});

test("a key service that is away is told at once, as the problem that it is, and the value is tried once", async () => {
  const { ask, world } = await setUp();
  world.keys.setDown("unwrap");
  const before = world.auditLog.records.length;
  const { isAnswered, status, headers, body } = await ask();
  expect({ isAnswered, status }).toEqual({ isAnswered: true, status: 503 });
  expect(JSON.parse(body)).toMatchObject({ code: "kms_unavailable", status: 503 });
  expect(headers).toMatchObject({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": expect.stringMatching(/^req_/),
  });
  expect(world.auditLog.records).toHaveLength(before + 1);
  expect(world.metrics.told).toContainEqual(["tokenRead", "kms_unavailable"]);
});

describe("while somebody goes the whole way for a token", () => {
  const renew = (world: World) => refresh(world, "forced", accountId);

  test("who wants the same waits for that answer, and is answered here with the newer one", async () => {
    const { ask, world } = await setUp({ expiresInSeconds: 5 });
    const connection = connect();
    expect(await ask({}, connection)).toMatchObject({ isAnswered: false });
    const others = Promise.all([ask(), ask(), ask()]);
    await endOfTurn();
    await renew(world);
    const opened = world.auditLog.records.length;
    connection.emit("close");
    for (const { isAnswered, body } of await others) {
      expect(isAnswered).toBe(true);
      expect(JSON.parse(body)).toMatchObject({ credential_version: 2 });
    }
    // Each reader has a record of its own.
    expect(world.auditLog.records).toHaveLength(opened + 3);
    expect(world.metrics.told.filter(([name]) => name === "refreshAwaited")).toHaveLength(3);
    expect(world.metrics.told).toContainEqual(["tokenRead", "refreshed"]);
  });

  test("who wants more life waits for nobody", async () => {
    const { ask } = await setUp({ expiresInSeconds: 5 });
    expect(await ask()).toMatchObject({ isAnswered: false });
    const url = `/api/v1/integrated-accounts/${accountId}/token?min_ttl=900`;
    expect(await ask({ url })).toMatchObject({ isAnswered: false });
  });

  test("who waited for nothing goes the whole way, and the next one is the first again", async () => {
    const { ask } = await setUp({ expiresInSeconds: 5 });
    const connection = connect();
    await ask({}, connection);
    const other = ask();
    await endOfTurn();
    connection.emit("close");
    expect(await other).toMatchObject({ isAnswered: false });
    expect(await ask()).toMatchObject({ isAnswered: false });
  });

  test("nothing is opened for who leaves meanwhile", async () => {
    const { ask, world } = await setUp({ expiresInSeconds: 5 });
    const connection = connect();
    await ask({}, connection);
    const gone = connect();
    gone.destroyed = true;
    const other = ask({}, gone);
    await endOfTurn();
    await renew(world);
    const opened = world.auditLog.records.length;
    connection.emit("close");
    expect(await other).toMatchObject({ isAnswered: true, status: null, body: "" });
    expect(world.auditLog.records).toHaveLength(opened);
  });

  test("nobody waits for a caller that had left before", async () => {
    const { ask } = await setUp({ expiresInSeconds: 5 });
    const gone = connect();
    gone.destroyed = true;
    expect(await ask({}, gone)).toMatchObject({ isAnswered: true, status: null });
    expect(await ask()).toMatchObject({ isAnswered: false });
  });

  test.each([
    ["needs re-authorization", { status: "needs_reauth" }],
    ["is held", { hold: { reason: "mass_failure", at: new Date(0) } }],
  ] as const)("nobody waits for an account that %s", async (_, patch) => {
    const { ask, world } = await setUp({ expiresInSeconds: 5 });
    world.accounts.patch(accountId, patch);
    expect(await ask()).toMatchObject({ isAnswered: false });
    expect(await ask()).toMatchObject({ isAnswered: false });
  });
});
