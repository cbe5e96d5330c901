// Every route of the document, called on the real processes and a real database: what it documents is what it answers.
import { unifiedRouteIds } from "#api/unified-route-ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routeAudits } from "#api/route-audits";
import { allowedActions, type AuditStatement } from "#core/domain/audit/audit-statement";
import { resolve, type Answer as Documented, type Operation } from "#api/openapi/openapi-types";
import { makeOpenApiDocument } from "#scripts/openapi-document";
import { makeKey } from "../make-key.ts";
import type { Answer, Stack } from "../start-stack.ts";
import { inputs } from "./inputs.ts";
import type { Case, World } from "./make-things.ts";
import { openWorld } from "./open-world.ts";
import { bodySchemaOf, listOperations, needsKey, permissionOf } from "./operations.ts";
import { undocumentedFields } from "./undocumented-fields.ts";
import { createValidators, pointerOf } from "./validators.ts";
import { wrongValues } from "./wrong-values.ts";

const document = await makeOpenApiDocument();
// Proxied calls have tests of their own: what they answer is the provider's.
const operations = listOperations(document)
  .filter(({ path }) => !path.startsWith("/proxy/"))
  .map((one) => ({ ...one, id: one.operation.operationId }));
const withKey = operations.filter(({ operation }) => needsKey(operation));
const withBody = withKey.filter(({ operation }) => bodySchemaOf(operation) !== null);
// A key of the shared keyring is every environment's, each with a state of its own; checks there are of names that nobody put too.
const isShared = ["putIntegration", "disableKey", "enableKey", "listIntegrationChecks"];
// What is wrong with the document that it looks at is its answer.
const looksAtAny = "validateIntegration";
/** They are sent what they look at, and change nothing by it. */
const onlyLooks = ["findInvitation", "validateIntegration", "previewAccountRun", "tryMapping"];
const ofOneThing = withKey.filter(({ path, id }) => path.includes("{") && !isShared.includes(id));
const validators = createValidators(document);

let stack: Stack;
let world: World;
let keys: { powerless: string; staging: string };

beforeAll(async () => {
  ({ stack, world } = await openWorld());
  const [powerless, staging] = await Promise.all([
    // No route of these tests asks for it.
    makeKey(stack, "--permissions", "export"),
    makeKey(stack, "--environment", "staging"),
  ]);
  keys = { powerless: powerless.key, staging: staging.key };
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

type Route = (typeof operations)[number];

async function casesOf(id: string): Promise<readonly Case[]> {
  const make = inputs[id];
  if (make === undefined) throw new Error(`test/openapi/inputs.ts has no call of ${id}`);
  return await make(world);
}

/** Calls it, and holds whatever comes back against the document. */
async function call({ path, method, operation }: Route, one: Case, key?: string): Promise<Answer> {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(one.params?.[name] ?? ""));
  const query = one.query === undefined ? "" : `?${new URLSearchParams(one.query)}`;
  const { cookie, ...headers } = one.headers ?? {};
  const sent = cookie === undefined ? headers : { ...headers, cookie };
  const answer =
    needsKey(operation) && (cookie === undefined || key !== undefined)
      ? await stack.call(method.toUpperCase(), `${filled}${query}`, one.body, {
          headers: sent,
          ...(key === undefined ? {} : { key }),
        })
      : await callOpen(method.toUpperCase(), `${filled}${query}`, sent, one.body);
  expectDocumented({ path, method, operation }, answer);
  return answer;
}

/** Without a key: a header that is not one would be refused. With a session, as a page of ours does. */
async function callOpen(method: string, path: string, headers: Record<string, string>, body: unknown): Promise<Answer> {
  const origin = stack.env["EVERGRANT_URL"] ?? "";
  const response = await fetch(`${stack.apis[0]?.origin}/api/v1${path}`, {
    method,
    headers: { ...headers, origin, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text === "" ? null : text,
  };
}

function expectDocumented(
  { path, method, operation }: { path: string; method: string; operation: Operation },
  answer: Answer,
) {
  const where = `${method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`;
  const given = operation.responses[String(answer.status)];
  expect(given, where).toBeDefined();
  const documented = resolve<Documented>(document, given as Documented);
  expect(answer.headers.get("x-request-id"), where).toMatch(/^req_/);
  if (documented.content === undefined) {
    expect(answer.body, where).toBeNull();
    return;
  }
  const type = (answer.headers.get("content-type") ?? "").split(";")[0] ?? "";
  expect(Object.keys(documented.content), where).toContain(type);
  const at =
    "$ref" in (given as object)
      ? pointerOf(...(given as { $ref: string }).$ref.slice(2).split("/"), "content", type, "schema")
      : pointerOf("paths", path, method, "responses", String(answer.status), "content", type, "schema");
  expect(validators.fault(at, answer.body), where).toBeNull();
  expect(undocumentedFields(document, documented.content[type]?.schema ?? {}, answer.body), where).toEqual([]);
}

/** Every action that is recorded while it runs; nothing else writes meanwhile. */
async function recordedBy(work: () => Promise<unknown>): Promise<string[]> {
  const ids = async (): Promise<Map<string, string>> => {
    const { rows } = await stack.database.pool.query<{ id: string; action: string }>(
      "SELECT id, action FROM audit_event",
    );
    return new Map(rows.map(({ id, action }) => [id, action]));
  };
  const before = await ids();
  await work();
  return [...(await ids())].filter(([id]) => !before.has(id)).map(([, action]) => action);
}

function expectAudited({ id, method }: Route, status: number, recorded: readonly string[]): void {
  const statement: AuditStatement | undefined = (routeAudits as Record<string, AuditStatement>)[id];
  if (statement === undefined) throw new Error(`api/route-audits.ts does not say what ${id} writes`);
  const allowed: readonly string[] = allowedActions(statement);
  expect(
    recorded.filter((action) => !allowed.includes(action)),
    `${id} writes what it does not state`,
  ).toEqual([]);
  const wanted: readonly string[] = "writes" in statement ? statement.writes : [];
  expect(
    wanted.filter((action) => !recorded.includes(action)),
    `${id} states what it does not write`,
  ).toEqual([]);
  // What is told in a body and not in an address; and nothing changes where nobody is asked.
  const isRefused = status === 422 && (unifiedRouteIds as readonly string[]).includes(id);
  const asks = method === "get" || onlyLooks.includes(id) || isRefused;
  if (!asks) expect(recorded.length, `${id} changes something and leaves no record`).toBeGreaterThan(0);
}

describe("each route of the document", () => {
  test.each(operations)("$id answers as it documents, and writes to the audit log what it states", async (route) => {
    const cases = await casesOf(route.id);
    for (const one of cases) {
      const recorded = await recordedBy(async () => expect((await call(route, one)).status, route.id).toBe(one.status));
      expectAudited(route, one.status, recorded);
    }
    // No provider of this world has a mapping to each model: test/unified.db.test.ts has.
    if ((unifiedRouteIds as readonly string[]).includes(route.id)) return;
    const successes = Object.keys(route.operation.responses).filter((status) => status.startsWith("2"));
    expect(cases.map(({ status }) => String(status))).toEqual(expect.arrayContaining(successes));
  });

  test.each(withKey)("$id without a key is 401", async (route) => {
    const [one] = await casesOf(route.id);
    const answer = await call(route, one as Case, "");
    expect(answer).toMatchObject({ status: 401, body: { code: "unauthorized" } });
    expect(answer.headers.get("www-authenticate")).toContain("Bearer");
  });

  test.each(withKey)("$id with a key that lacks its permission is 403 and names it", async (route) => {
    const [one] = await casesOf(route.id);
    const answer = await call(route, one as Case, keys.powerless);
    expect(answer).toMatchObject({ status: 403, body: { permission: permissionOf(route.operation) } });
  });

  test.each(ofOneThing)("$id with another environment's key is 404", async (route) => {
    const [one] = await casesOf(route.id);
    expect(await call(route, one as Case, keys.staging)).toMatchObject({ status: 404, body: { code: "not_found" } });
  });

  test.each(operations)("$id by another method is 405, with those that the address has", async ({ path }) => {
    const has = Object.keys(document.paths[path] ?? {}).map((one) => one.toUpperCase());
    const other = ["POST", "PUT", "PATCH"].find((one) => !has.includes(one)) ?? "DELETE";
    const answer = await stack.call(other, path.replaceAll(/\{\w+\}/g, "x"));
    expect(answer).toMatchObject({ status: 405, body: { code: "method_not_allowed" } });
    expect((answer.headers.get("allow") ?? "").split(", ").toSorted()).toEqual(has.toSorted());
  });
});

describe("the input of each route", () => {
  test.each(withBody.filter(({ id }) => id !== looksAtAny))(
    "$id refuses an unknown field, and names it",
    async (route) => {
      const [one] = await casesOf(route.id);
      const answer = await call(route, { ...(one as Case), body: { ...(one?.body as object), not_a_field: 1 } });
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid_request" } });
      expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(["/not_a_field"]);
    },
  );

  test.each(withBody.filter(({ id }) => id !== looksAtAny))(
    "$id refuses each field of another type, and names it",
    async (route) => {
      const [one] = await casesOf(route.id);
      const schema = bodySchemaOf(route.operation) ?? {};
      for (const { pointer, body } of wrongValues(document, schema, one?.body ?? {})) {
        const answer = await call(route, { ...(one as Case), body });
        expect(answer.status, `${pointer}: ${JSON.stringify(answer.body)}`).toBe(422);
        const pointers = answer.body.errors.map((error: { pointer: string }) => error.pointer);
        expect(
          pointers.some((found: string) => found === pointer || found.startsWith(`${pointer}/`)),
          pointer,
        ).toBe(true);
      }
    },
  );

  test(`${looksAtAny} answers with the mistake at an unknown field, and at each of another type`, async () => {
    const [route] = withBody.filter(({ id }) => id === looksAtAny);
    if (route === undefined) throw new Error(`${looksAtAny} is not in the document`);
    const [one] = await casesOf(route.id);
    const wrong = [...wrongValues(document, bodySchemaOf(route.operation) ?? {}, one?.body ?? {})];
    expect(wrong.length).toBeGreaterThan(0);
    const unknown = { pointer: "/not_a_field", body: { ...(one?.body as object), not_a_field: 1 } };
    for (const { pointer, body } of [unknown, ...wrong]) {
      const answer = await call(route, { ...(one as Case), body });
      expect(answer, pointer).toMatchObject({ status: 200, body: { valid: false } });
      const pointers = answer.body.errors.map((error: { pointer: string }) => error.pointer);
      expect(
        pointers.some((found: string) => found === pointer || found.startsWith(`${pointer}/`)),
        `${pointer} in ${pointers.join(", ")}`,
      ).toBe(true);
    }
  });

  test.each(withBody)("$id refuses what is no JSON, and what is too large", async (route) => {
    const [one] = await casesOf(route.id);
    expect((await call(route, { ...(one as Case), body: "{not json" })).status).toBe(400);
    const large = await call(route, { ...(one as Case), body: { not_a_field: "x".repeat(1_100_000) } });
    expect(large).toMatchObject({ status: 413, body: { code: "payload_too_large" } });
  });

  const asked = withKey.flatMap((route) =>
    (route.operation.parameters ?? [])
      .filter((one) => one.in === "query")
      .map((parameter) => ({ ...route, parameter, name: parameter.name })),
  );
  // Any text is a tenant's id or a search; a cursor that is not ours is told without a pointer.
  const choosy = asked.filter(({ parameter: { name, schema } }) => {
    const { type, enum: values, pattern } = schema;
    return type !== "string" || values !== undefined || pattern !== undefined || name === "cursor";
  });
  test.each(choosy)("$id refuses a wrong $name", async ({ parameter, ...route }) => {
    const [one] = await casesOf(route.id);
    const answer = await call(route, { ...(one as Case), query: { ...one?.query, [parameter.name]: "(no)" } });
    expect([400, 422]).toContain(answer.status);
    if (parameter.name === "cursor") return;
    expect(answer.body.errors).toEqual([{ pointer: parameter.name, detail: expect.any(String) }]);
  });

  test.each(asked)("$id refuses a parameter that it does not have", async (route) => {
    const [one] = await casesOf(route.id);
    const answer = await call(route, { ...(one as Case), query: { ...one?.query, not_a_parameter: "1" } });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: "not_a_parameter" }] } });
  });
});
