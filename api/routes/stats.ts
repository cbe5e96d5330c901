import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { integrationHealth } from "#adapters/postgres/health-stats";
import { readOverviewStats, readSeries } from "#adapters/postgres/overview-stats";
import { readOpenBreakers } from "#adapters/postgres/read-standing";
import { refreshPolicyOf } from "#core/domain/integration/resolve-integration";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import { openBreakersSchema, overviewSchema, seriesSchema } from "../schemas/overview.ts";
import { integrationNameSchema } from "../schemas/primitives.ts";
import { answer, needs, problems } from "../schemas/problem.ts";
import { healthSchema } from "../schemas/stats.ts";
import { toOpenBreakersView, toOverviewView, toSeriesView, type OverviewPolicy } from "../views/overview-view.ts";

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

  app.openapi(
    createRoute({
      method: "get",
      path: "/stats/overview",
      operationId: "getOverviewStats",
      summary: "How the environment does, and what lies ahead of it",
      description:
        "Accounts, refreshes, token reads, webhooks and what is late, for the environment and by integration: with the window before for comparison, reasons of failures, open breakers, budgets, the refreshes of the hour to come, and the next day on which grants end. Not for keys that are limited to tenants or integrations, which have `GET /stats/health`.",
      tags: ["Stats"],
      security: needs("accounts:read"),
      request: { query: z.strictObject({ window: windowSchema }) },
      responses: { 200: answer(overviewSchema, "The environment as a whole"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      refuseLimited(caller, "This counts", "tenants and integrations");
      const now = ports.clock.now();
      const [stats, { readable }] = await Promise.all([
        readOverviewStats(ports.pool, caller.environmentId, context.req.valid("query").window, now),
        ports.integrations.list(caller.environmentId),
      ]);
      const used = new Set(stats.accounts.map(({ integrationName }) => integrationName));
      const policies = new Map(
        readable
          .filter(({ name }) => used.has(name))
          .map(({ name, document }): [string, OverviewPolicy] => [name, refreshPolicyOf(document)]),
      );
      return context.json(toOverviewView(stats, policies, caller.environment, now), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/stats/series",
      operationId: "getStatsSeries",
      summary: "How things went over a window, step by step",
      description:
        "Refreshes, their success and latency, the share of accounts that wait for their customers, and how long token reads waited: by the minute for a window of up to three hours, by the quarter of an hour up to two days, by the hour beyond. Not for keys that are limited to tenants.",
      tags: ["Stats"],
      security: needs("accounts:read"),
      request: {
        query: z.strictObject({
          window: windowSchema,
          integration_name: integrationNameSchema
            .optional()
            .openapi({ param: { description: "Of this integration alone; absent: of all." } }),
        }),
      },
      responses: { 200: answer(seriesSchema, "One point for each step"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      refuseLimited(caller, "This counts", "tenants");
      const { window, integration_name: name } = context.req.valid("query");
      const visible = caller.integrationNames;
      const integrationNames = name === undefined ? visible : visible === null || visible.includes(name) ? [name] : [];
      const now = ports.clock.now();
      const scope = { environmentId: caller.environmentId, integrationNames };
      return context.json(toSeriesView(await readSeries(ports.pool, scope, window, now), now), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/stats/breakers",
      operationId: "listOpenBreakers",
      summary: "Token endpoints that are left alone for now",
      description:
        "Open breakers, by integration and cause: why nothing is refreshed there, since when, and how many accounts wait. Not for keys that are limited to tenants; one that is limited to integrations is told of those.",
      tags: ["Stats"],
      security: needs("accounts:read"),
      responses: { 200: answer(openBreakersSchema, "Open breakers, the longest first"), ...problems() },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      refuseLimited(caller, "Breakers are there", "tenants");
      const open = await readOpenBreakers(ports.pool, caller.environmentId);
      const { integrationNames } = caller;
      const visible = open.filter(({ integrationName: name }) => integrationNames?.includes(name) ?? true);
      return context.json(toOpenBreakersView(visible), 200);
    },
  );
}
