import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { integrationHealth } from "#adapters/postgres/health-stats";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { createRoute } from "../openapi/create-route.ts";
import { answer, needs, problems } from "../schemas/problem.ts";
import { healthSchema } from "../schemas/stats.ts";

const unitSeconds: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

const windowSchema = z
  .string()
  .regex(/^[1-9]\d{0,3}[mhd]$/, "expected a number and m, h or d, such as 24h")
  .default("24h")
  .transform((text) => Number(text.slice(0, -1)) * (unitSeconds[text.slice(-1)] ?? 3600))
  .refine((seconds) => seconds <= 2_592_000, "expected at most 30d")
  .openapi({
    description: "The time until now: a whole number and `m` (minutes), `h` (hours) or `d` (days), at most 30 days.",
    example: "24h",
  });

export function statsRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/stats/health",
      operationId: "getHealthStats",
      summary: "Accounts by state and refreshes of a window, by integration",
      description:
        "Counted over attempts that ended in the window, which begins with a minute; one of more than two days with a quarter of an hour, one of more than a week with an hour. Percentiles are read from buckets that are 9 % wide.",
      tags: ["Stats"],
      security: needs("accounts:read"),
      request: { query: z.strictObject({ window: windowSchema }) },
      responses: { 200: answer(healthSchema, "One entry for each integration with accounts"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const health = await integrationHealth(ports.pool, caller, context.req.valid("query").window, ports.clock.now());
      return context.json(
        {
          integrations: health.map((one) => ({
            integration_name: one.integrationName,
            accounts: one.accounts,
            refreshes: one.refreshes,
            success_rate: one.successRate,
            latency_ms: one.latencyMs,
            failures: one.failures,
          })),
        },
        200,
      );
    },
  );
}
