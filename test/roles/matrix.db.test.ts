// Every role on every route of the API, on the real processes: whoever is permitted gets through, and nobody else.
import { inspectRoutes } from "hono/dev";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rolePermissions, roles, type Role } from "#core/domain/access/permission";
import { appWithoutPorts, makeOpenApiDocument } from "#scripts/openapi-document";
import { inputs, type Case, type World } from "../openapi/inputs.ts";
import { listOperations } from "../openapi/operations.ts";
import { openWorld } from "../openapi/open-world.ts";
import { signInAs } from "../sign-in-as.ts";
import type { Answer, Stack } from "../start-stack.ts";
import { accessOfOperations, confirmedOperations, otherRoutes, type Access } from "./access.ts";

const document = await makeOpenApiDocument();
const operations = listOperations(document).map((one) => ({ ...one, id: one.operation.operationId }));

let stack: Stack;
let world: World;
let sessions: Record<Role, string>;

beforeAll(async () => {
  ({ stack, world } = await openWorld());
  const entries = await Promise.all(
    roles.map(async (role) => [role, await signInAs(stack, `${role}-of-matrix@example.com`, role)] as const),
  );
  sessions = Object.fromEntries(entries) as Record<Role, string>;
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
});

function isAllowed(access: Access, role: Role): boolean {
  if (access === "open" || access === "person") return true;
  if (access === "approver") return role === "owner" || role === "operator";
  if (access === "asker") return false;
  const needed = typeof access === "string" ? [access] : access;
  return needed.every((one) => rolePermissions[role].includes(one));
}

/** A valid call: what is refused is refused for who calls. */
async function caseOf(id: string): Promise<Case> {
  // The proxy's own tests have what a provider answers; here it is enough who gets as far as the provider.
  if (id.startsWith("proxy")) return { status: 200, query: { integrated_account_id: world.accountId } };
  const [one] = (await inputs[id]?.(world)) ?? [];
  if (one === undefined) throw new Error(`test/openapi/inputs.ts has no call of ${id}`);
  return one;
}

async function callAs(
  { path, method }: { path: string; method: string },
  one: Case,
  show: Readonly<Record<string, string>>,
): Promise<Pick<Answer, "status" | "body">> {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(one.params?.[name] ?? "x"));
  const query = one.query === undefined ? "" : `?${new URLSearchParams(one.query)}`;
  const response = await fetch(`${stack.apis[0]?.origin}/api/v1${filled}${query}`, {
    method: method.toUpperCase(),
    headers: {
      ...show,
      origin: stack.env["EVERGRANT_URL"] ?? "",
      ...(one.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(one.body === undefined ? {} : { body: JSON.stringify(one.body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return { status: response.status, body: isJson && text !== "" ? JSON.parse(text) : text };
}

describe("the list of who may what", () => {
  test("names every operation of the API, and none that is not there", () => {
    expect(Object.keys(accessOfOperations).toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
  });

  test("names every other route that api answers, and none that is not there", () => {
    const routes = inspectRoutes(appWithoutPorts("https://connect.example.com"))
      .filter(({ isMiddleware, path }) => !isMiddleware && !path.startsWith("/api/v1/"))
      .map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(otherRoutes).toSorted()).toEqual([...new Set(routes)].toSorted());
  });

  test("has for every route of the API that is mounted an operation in its document", () => {
    const documented = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const mounted = inspectRoutes(appWithoutPorts("https://connect.example.com"))
      .filter(({ isMiddleware, path, method }) => !isMiddleware && method !== "ALL" && path.startsWith("/api/v1/"))
      .map(
        ({ method, path }) => `${method} ${path.slice("/api/v1".length).replaceAll(/:(\w+)(?:\{[^}]*\})?/g, "{$1}")}`,
      );
    expect(mounted.length).toBeGreaterThan(60);
    expect([...new Set(mounted)].filter((route) => !documented.includes(route))).toEqual([]);
  });

  test.each(operations)("says of $id what its document says", ({ id, operation }) => {
    const access = accessOfOperations[id];
    const kinds = operation.security.flatMap((one) => Object.keys(one));
    const named = operation.security.flatMap((one) => Object.values(one)).flat();
    const isForPeople = ["person", "approver", "asker"].includes(String(access)) || String(access).startsWith("users:");
    expect(kinds).toEqual(access === "open" ? [] : isForPeople ? ["session"] : ["apiKey", "session"]);
    const first = Array.isArray(access) ? (access as readonly string[])[0] : access;
    expect(new Set(named)).toEqual(new Set(String(first).includes(":") || first === "proxy" ? [first] : []));
  });
});

describe("each role", () => {
  test.each(operations)("on $id", async (route) => {
    const access = accessOfOperations[route.id] ?? "asker";
    let last: Case | null = null;
    for (const role of roles) {
      const allowed = isAllowed(access, role);
      // What was done is made anew, and what is refused is not used up.
      const one: Case = allowed || last === null ? await caseOf(route.id) : last;
      last = allowed ? null : one;
      const { status, body } = await callAs(route, one, { cookie: sessions[role] });
      const where = `${role}: ${status} ${JSON.stringify(body).slice(0, 300)}`;
      expect(status, where).not.toBe(401);
      if (allowed) {
        expect(status, where).not.toBe(403);
        // Behind the proxy a provider answers, and a session of one's own is found by oneself alone.
        if (!route.id.startsWith("proxy") && route.id !== "endOwnSession") expect(status, where).not.toBe(404);
      } else {
        expect(status, where).toBe(403);
        const needed = typeof access === "string" ? [access] : access;
        if (access === "approver" || access === "asker") expect(body.code, where).toBe("approval_forbidden");
        else if (route.method !== "head") expect(needed, where).toContain(body.permission);
      }
    }
  });

  const notOpen = operations.filter(({ id }) => accessOfOperations[id] !== "open");
  test.each(notOpen)("comes before anything else on $id: nobody is signed in", async (route) => {
    expect(await callAs(route, await caseOf(route.id), {})).toMatchObject({ status: 401 });
  });
});

describe("an API key with every permission", () => {
  const forPeople = operations.filter(({ operation }) => operation.security.every((one) => !("apiKey" in one)));
  const closed = forPeople.filter(({ id }) => accessOfOperations[id] !== "open");

  test.each(closed)("may not $id", async (route) => {
    const { status, body } = await callAs(route, await caseOf(route.id), { authorization: `Bearer ${stack.apiKey}` });
    // Of who is signed in, a key knows nothing.
    expect(status, JSON.stringify(body)).toBe(route.id === "getSession" ? 401 : 403);
  });
});

describe("a session that has not shown for a while who sits at it", () => {
  const writes = operations.filter(({ id }) => accessOfOperations[id] !== "open" && accessOfOperations[id] !== "asker");

  test.each(writes)("on $id", async (route) => {
    const one = await caseOf(route.id);
    const { rows } = await stack.database.pool.query<{ id: string }>(
      `SELECT s.id FROM admin_session s JOIN admin_user u ON u.id = s.user_id
        WHERE u.email = 'owner-of-matrix@example.com' AND s.ended_at IS NULL`,
    );
    const set = (sql: string) =>
      stack.database.pool.query(`UPDATE admin_session SET confirmed_at = ${sql} WHERE id = ANY($1)`, [
        rows.map(({ id }) => id),
      ]);
    await set("now() - interval '601 minutes'");
    const { status, body } = await callAs(route, one, { cookie: sessions.owner });
    await set("now()");
    // An answer to HEAD has no body that says why.
    const isAsked =
      status === 403 && (route.method === "head" || (body as { code?: string }).code === "step_up_required");
    expect(isAsked, `${status} ${JSON.stringify(body).slice(0, 200)}`).toBe(confirmedOperations.includes(route.id));
  });
});
