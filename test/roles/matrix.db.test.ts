// Every role on every route of the API, on the real processes: whoever is permitted gets through, and nobody else.
import { inspectRoutes } from "hono/dev";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rolePermissions, roles, type Role } from "#core/domain/access/permission";
import { appWithoutPorts, makeOpenApiDocument } from "#scripts/openapi-document";
import { inputs } from "../openapi/inputs.ts";
import type { Case, World } from "../openapi/make-things.ts";
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
  origin = stack.env["EVERGRANT_URL"] ?? "",
): Promise<Pick<Answer, "status" | "body">> {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(one.params?.[name] ?? "x"));
  const query = one.query === undefined ? "" : `?${new URLSearchParams(one.query)}`;
  const response = await fetch(`${stack.apis[0]?.origin}/api/v1${filled}${query}`, {
    method: method.toUpperCase(),
    headers: {
      ...show,
      origin,
      ...(one.body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(one.body === undefined ? {} : { body: JSON.stringify(one.body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return { status: response.status, body: isJson && text !== "" ? JSON.parse(text) : text };
}

const publicUrl = "https://connect.example.com";
const documented = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);

const routesOf = (app: ReturnType<typeof appWithoutPorts>) => inspectRoutes(app).filter((one) => !one.isMiddleware);

/** As the document writes them, without the prefix. */
function routesOfApi(app: ReturnType<typeof appWithoutPorts>): string[] {
  const routes = routesOf(app)
    .filter(({ path, method }) => method !== "ALL" && path.startsWith("/api/v1/"))
    .map(({ method, path }) => `${method} ${path.slice("/api/v1".length).replaceAll(/:(\w+)(?:\{[^}]*\})?/g, "{$1}")}`);
  return [...new Set(routes)];
}

function routesBeside(app: ReturnType<typeof appWithoutPorts>): string[] {
  const routes = routesOf(app)
    .filter(({ path }) => !path.startsWith("/api/v1/"))
    .map(({ method, path }) => `${method} ${path}`);
  return [...new Set(routes)].toSorted();
}

describe("the list of who may what", () => {
  test("names every operation of the API, and none that is not there", () => {
    expect(Object.keys(accessOfOperations).toSorted()).toEqual(operations.map(({ id }) => id).toSorted());
  });

  test("asks who it is at operations that there are", () => {
    expect(confirmedOperations.filter((id) => !(id in accessOfOperations))).toEqual([]);
    expect(new Set(confirmedOperations).size).toBe(confirmedOperations.length);
  });

  test("names every other route that api answers, and none that is not there", () => {
    expect(Object.keys(otherRoutes).toSorted()).toEqual(routesBeside(appWithoutPorts(publicUrl)));
  });

  test("has for every route of the API that is mounted an operation in its document", () => {
    const mounted = routesOfApi(appWithoutPorts(publicUrl));
    expect(mounted.length).toBeGreaterThan(60);
    expect(mounted.filter((route) => !documented.includes(route))).toEqual([]);
  });

  test("has teeth: a route that nobody listed is seen, under the API and beside it, with and without a document", () => {
    const app = appWithoutPorts(publicUrl);
    app.get("/api/v1/nobody-listed/:id", (context) => context.text(""));
    app.post("/nobody-listed", (context) => context.text(""));
    expect(routesOfApi(app).filter((route) => !documented.includes(route))).toEqual(["GET /nobody-listed/{id}"]);
    expect(routesBeside(app).filter((route) => !(route in otherRoutes))).toEqual(["POST /nobody-listed"]);
    const paths = {
      ...document.paths,
      "/nobody-listed": { get: { ...operations[0]?.operation, operationId: "peek" } },
    };
    const listed = listOperations({ ...document, paths } as typeof document);
    expect(listed.map(({ operation }) => operation.operationId).filter((id) => !(id in accessOfOperations))).toEqual([
      "peek",
    ]);
  });

  test.each(operations)("says of $id what its document says", ({ id, operation }) => {
    const access = accessOfOperations[id];
    const kinds = operation.security.flatMap((one) => Object.keys(one));
    const named = operation.security.flatMap((one) => Object.values(one)).flat();
    const isForPeople = ["person", "approver", "asker"].includes(String(access)) || String(access).startsWith("users:");
    expect(kinds).toEqual(access === "open" ? [] : isForPeople ? ["session"] : ["apiKey", "session"]);
    const first = Array.isArray(access) ? (access as readonly string[])[0] : access;
    expect(new Set(named)).toEqual(
      new Set(String(first).includes(":") || first === "proxy" || first === "unified" ? [first] : []),
    );
  });
});

async function asBegunBy(role: string, { params }: Case): Promise<void> {
  const { rowCount } = await stack.database.pool.query(
    "UPDATE account_run SET created_by = (SELECT id FROM admin_user WHERE email = $1) WHERE id = $2",
    [`${role}-of-matrix@example.com`, params?.["id"]],
  );
  expect(rowCount).toBe(1);
}

describe("each role", () => {
  test.each(operations)("on $id", async (route) => {
    const access = accessOfOperations[route.id] ?? "asker";
    let last: Case | null = null;
    for (const role of roles) {
      const allowed = isAllowed(access, role);
      // What was done is made anew, and what is refused is not used up.
      const one: Case = allowed || last === null ? await caseOf(route.id) : last;
      last = allowed ? null : one;
      // Links of a run are shown to whoever began it, and to no other of their role.
      if (route.id === "listAccountRunLinks") await asBegunBy(role, one);
      const { status, body } = await callAs(route, one, { cookie: sessions[role] });
      const where = `${role}: ${status} ${JSON.stringify(body).slice(0, 300)}`;
      expect(status, where).not.toBe(401);
      // Who got through is answered, whatever the answer is. Behind the proxy a provider may be down.
      if (!route.id.startsWith("proxy")) expect(status, where).toBeLessThan(500);
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
  /** As somebody who left it open hours ago. */
  async function callLate(
    route: { path: string; method: string },
    one: Case,
  ): Promise<Pick<Answer, "status" | "body">> {
    const { rows } = await stack.database.pool.query<{ id: string }>(
      `SELECT s.id FROM admin_session s JOIN admin_user u ON u.id = s.user_id
        WHERE u.email = 'owner-of-matrix@example.com' AND s.ended_at IS NULL`,
    );
    const set = (sql: string) =>
      stack.database.pool.query(`UPDATE admin_session SET confirmed_at = ${sql} WHERE id = ANY($1)`, [
        rows.map(({ id }) => id),
      ]);
    await set("now() - interval '601 minutes'");
    const answer = await callAs(route, one, { cookie: sessions.owner });
    await set("now()");
    return answer;
  }

  const notOpen = operations.filter(({ id }) => accessOfOperations[id] !== "open");
  test.each(notOpen)("on $id", async (route) => {
    const { status, body } = await callLate(route, await caseOf(route.id));
    // An answer to HEAD has no body that says why.
    const isAsked =
      status === 403 && (route.method === "head" || (body as { code?: string }).code === "step_up_required");
    expect(isAsked, `${status} ${JSON.stringify(body).slice(0, 200)}`).toBe(confirmedOperations.includes(route.id));
  });

  test("on putIntegration, where it asks for approval of what it may not do alone", async () => {
    const [, , asking] = (await inputs["putIntegration"]?.(world)) ?? [];
    if (asking?.query?.["approval"] !== "ask") throw new Error("the third call of putIntegration asks for nothing");
    expect(await callLate({ path: "/integrations/{name}", method: "put" }, asking)).toMatchObject({
      status: 403,
      body: { code: "step_up_required" },
    });
  });
});

describe("another site that has the browser send something with an owner's session", () => {
  const changing = operations.filter(
    ({ id, method }) => accessOfOperations[id] !== "open" && !/^(?:get|head)$/.test(method),
  );

  test.each(changing)("does not $id", async (route) => {
    const one = await caseOf(route.id);
    for (const origin of ["https://evil.example", "null"]) {
      const { status, body } = await callAs(route, one, { cookie: sessions.owner }, origin);
      expect({ status, code: body.code, permission: body.permission }, `${origin}: ${JSON.stringify(body)}`).toEqual({
        status: 403,
        code: "forbidden",
        permission: undefined,
      });
    }
  });
});
