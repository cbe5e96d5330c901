// The OpenAPI document without a running process: for the client's types, and for tests that need no database.
import { noMetrics } from "../adapters/metrics/no-metrics.ts";
import { createApp } from "../api/app.ts";
import type { ApiEnvironment, ApiPorts } from "../api/api-environment.ts";
import { createProblemWriter } from "../api/problem.ts";
import type { AdminSignIn } from "../api/auth/admin-sign-in.ts";
import type { OpenApiDocument } from "../api/openapi/openapi-types.ts";
import type { OpenAPIHono } from "@hono/zod-openapi";

// What can't be described is a fault of a route: it is told as it was thrown.
const log = {
  info() {},
  warn() {},
  error({ error }: { error?: unknown }) {
    if (error !== undefined) throw error;
  },
};

/** The app as production makes it. Nothing but the routes about the API itself can be asked: there is nothing behind the others. */
export function appWithoutPorts(publicUrl: string): OpenAPIHono<ApiEnvironment> {
  const ports = { publicUrl, log, metrics: noMetrics } as unknown as ApiPorts;
  return createApp(ports, {} as AdminSignIn, createProblemWriter(ports));
}

export async function makeOpenApiDocument(publicUrl = "https://connect.example.com"): Promise<OpenApiDocument> {
  const answer = await appWithoutPorts(publicUrl).request("/api/v1/openapi.json");
  if (answer.status !== 200) throw new Error(await answer.text());
  return (await answer.json()) as OpenApiDocument;
}
