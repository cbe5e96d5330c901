import { expect, test } from "vitest";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createRecordingMetrics } from "#test/fakes/recording-metrics";
import type { ApiPorts } from "./api-environment.ts";
import type { AdminSignIn } from "./auth/admin-sign-in.ts";
import { createApp } from "./app.ts";
import { createRoute } from "./openapi/create-route.ts";
import { createProblemWriter } from "./problem.ts";
import { routeAudits } from "./route-audits.ts";

// Routes use their ports when they answer; until then these are all.
const ports = {
  publicUrl: "https://connect.example.com",
  log: createRecordingLog(),
  metrics: createRecordingMetrics(),
} as Partial<ApiPorts> as ApiPorts;
const app = createApp(ports, {} as Partial<AdminSignIn> as AdminSignIn, createProblemWriter(ports));

const prefix = "/api/v1";
const registered = app.routes.filter((route) => route.path.startsWith(`${prefix}/`));

async function documented(): Promise<string[]> {
  const answer = await app.request(`${prefix}/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

test("every route stands in the OpenAPI document, and every operation of the document is a route (F16)", async () => {
  const routes = registered
    .filter((route) => route.method !== "ALL" && !route.path.includes("*"))
    .map((route) => `${route.method} ${route.path.slice(prefix.length).replaceAll(/:(\w+)/g, "{$1}")}`);
  expect(new Set(routes).size).toBeGreaterThan(15);
  // The document itself and the pages of problems are for people and tools.
  const about = /^GET \/(?:openapi\.json|problems\/\{code\}|reference)$/;
  const inDocument = await documented();
  const isOperation = (route: string) => !about.test(route) && !route.includes("/proxy/");
  expect([...new Set(routes)].filter((route) => isOperation(route) && !inDocument.includes(route))).toEqual([]);
  expect(inDocument.filter((operation) => isOperation(operation) && !routes.includes(operation))).toEqual([]);
});

test("every route states what it writes to the audit log, and nothing is stated of a route that is none", async () => {
  const answer = await app.request(`${prefix}/openapi.json`);
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, { operationId: string }>> };
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId));
  // ALL is middleware, or what answers 405.
  const beside = app.routes
    .filter((route) => !route.path.startsWith(`${prefix}/`) && route.method !== "ALL")
    .map((route) => `${route.method} ${route.path}`);
  expect(Object.keys(routeAudits).toSorted()).toEqual([...new Set([...operations, ...beside])].toSorted());
});

test("a route without a statement does not compile", () => {
  const made = createRoute({
    method: "get",
    path: "/nothing",
    // @ts-expect-error It stands in route-audits.ts nowhere.
    operationId: "getNothing",
    responses: { 200: { description: "" } },
  });
  expect(made.operationId).toBe("getNothing");
});

test("every address of the document answers 405 to the methods that it has not (F15)", async () => {
  const methods = new Map<string, Set<string>>();
  for (const operation of await documented()) {
    const [method = "", path = ""] = operation.split(" ");
    methods.set(path, (methods.get(path) ?? new Set()).add(method));
  }
  // What needs a key is 401 before; the routes themselves are asked.
  const all = registered
    .filter((route) => route.method === "ALL" && !route.path.includes("*"))
    .map((route) => route.path);
  for (const path of methods.keys()) {
    if (path.includes("/proxy/")) continue;
    expect(all, path).toContain(prefix + path.replaceAll(/\{(\w+)\}/g, ":$1"));
  }
});

test.each(["/openapi.json", "/integrations/schema.json", "/problems/conflict"])(
  "%s is for tools, which may add what they like to its address",
  async (path) => expect((await app.request(`${prefix}${path}?v=1`)).status).toBe(200),
);
