import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { mostAccounts, type RunCommand } from "#core/domain/account-run/account-run";
import { DomainError } from "#core/domain/problem/domain-error";
import type { Selection } from "#core/ports/account-run-store";
import { runLink } from "#core/usecases/run-link";
import { tokenOfLink } from "#core/usecases/create-link";
import {
  changeAccountRun,
  findAccountRun,
  listAccountRuns,
  refuseWithout,
  startAccountRun,
} from "#core/usecases/start-account-run";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed } from "../auth/demand-confirmed.ts";
import { brokenCursor, decodeCursor, pageOf } from "../cursor.ts";
import { createRoute } from "../openapi/create-route.ts";
import { toAccountFilter } from "../schemas/account-list.ts";
import {
  accountRunSchema,
  runLinkPageSchema,
  runListQuerySchema,
  runPageSchema,
  runPatchSchema,
  runPreviewRequestSchema,
  runPreviewSchema,
  runRequestSchema,
  runResultPageSchema,
  runResultQuerySchema,
  type accountFilterSchema,
} from "../schemas/account-run.ts";
import { answer, body, needs, problems } from "../schemas/problem.ts";
import { toAccountRunView, toRunResultView } from "../views/account-run-view.ts";

const tags = ["Accounts"];
// A malformed id is one that does not exist.
const params = z.object({
  id: z.string().max(100).openapi({ description: "The run's id.", example: "run_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});
const commands: Readonly<Record<"running" | "paused" | "cancelled", RunCommand>> = {
  running: "resume",
  paused: "pause",
  cancelled: "cancel",
};

/** One act on many accounts (ADR 0051). */
export function accountRunRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/account-runs/preview",
      operationId: "previewAccountRun",
      summary: "How many accounts a run would act on",
      description: "Nothing is begun. Needs what the action needs. What is counted here is confirmed with `at_most`.",
      tags,
      security: needs("accounts:read"),
      request: {
        body: body(runPreviewRequestSchema, {
          "By a filter": { action: "refresh", filter: { integration_name: "acme-crm", status: "needs_reauth" } },
        }),
      },
      responses: { 200: answer(runPreviewSchema, "The numbers"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const input = context.req.valid("json");
      refuseWithout(caller, input.action);
      const { total, byStatus, held } = await ports.accountRuns.count(caller, toSelection(input), mostAccounts);
      const of = (status: string): number => byStatus[status] ?? 0;
      return context.json(
        {
          total,
          most: mostAccounts,
          by_status: {
            connecting: of("connecting"),
            active: of("active"),
            needs_reauth: of("needs_reauth"),
            disconnected: of("disconnected"),
          },
          held,
        },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/account-runs",
      operationId: "startAccountRun",
      summary: "Do one thing to many accounts",
      description:
        "To the accounts that match now, within the limits of the key. A worker does it at the given pace, each account once, and what becomes of each can be read. Needs what the action needs for one account: `links:write` for links, `accounts:write` for the others. From the dashboard's session, `disconnect` asks who it is. Guide: Act on many accounts.",
      tags,
      security: needs("accounts:read"),
      request: {
        body: body(runRequestSchema, {
          "All that a filter finds": {
            action: "refresh",
            filter: { integration_name: "acme-crm", refresh_failing: true },
            at_most: 412,
            reason: "Outage is over",
          },
          "Some accounts": { action: "reauthorization_links", ids: ["ia_2f8k3mzq0v7w1x9y4t6r5p8n"] },
        }),
      },
      responses: { 202: answer(accountRunSchema, "The run, begun"), ...problems(409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const input = context.req.valid("json");
      refuseWithout(caller, input.action);
      if (input.action === "disconnect") demandConfirmed(ports, caller);
      const once = context.get("once");
      const run = await startAccountRun(ports, caller, {
        action: input.action,
        selection: toSelection(input),
        reason: input.reason ?? null,
        pace: input.pace,
        atMost: input.at_most ?? null,
        ...(once === undefined ? {} : { id: once.id("run") }),
      });
      return context.json(toAccountRunView(run), 202);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/account-runs",
      operationId: "listAccountRuns",
      summary: "Runs over many accounts, newest first",
      description: "Kept for 90 days. A key that is limited to some tenants or integrations sees those that it began.",
      tags,
      security: needs("accounts:read"),
      request: { query: runListQuerySchema },
      responses: { 200: answer(runPageSchema, "A page of runs"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const { limit, cursor } = context.req.valid("query");
      const rows = await listAccountRuns(ports, caller, decodeCursor(cursor), limit + 1);
      const { page, next } = pageOf(rows, limit, (run) => ({ at: run.createdAt, id: run.id }));
      return context.json({ data: page.map(toAccountRunView), next_cursor: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/account-runs/{id}",
      operationId: "getAccountRun",
      summary: "How far a run is",
      description: "Its numbers, its rate and how long it will take.",
      tags,
      security: needs("accounts:read"),
      request: { params },
      responses: { 200: answer(accountRunSchema, "The run"), ...problems(404) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      return context.json(toAccountRunView(await findAccountRun(ports, caller, context.req.valid("param").id)), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/account-runs/{id}",
      operationId: "changeAccountRun",
      summary: "Pause, resume or cancel a run, or change its pace",
      description:
        "It takes effect after the accounts in hand, two dozen at most. What is done stays done. Needs what the run's action needs. Whoever resumes it answers for it from then on: it rests when they may no longer do what it does. From the dashboard's session, resuming a `disconnect` asks who it is.",
      tags,
      security: needs("accounts:read"),
      request: { params, body: body(runPatchSchema, { Pause: { state: "paused" }, "Slow down": { pace: 2 } }) },
      responses: { 200: answer(accountRunSchema, "The run"), ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const { state, pace } = context.req.valid("json");
      const { id } = context.req.valid("param");
      if (state === "running" && (await findAccountRun(ports, caller, id)).action === "disconnect") {
        demandConfirmed(ports, caller);
      }
      const run = await changeAccountRun(ports, caller, id, {
        ...(state === undefined ? {} : { command: commands[state] }),
        ...(pace === undefined ? {} : { pace }),
      });
      return context.json(toAccountRunView(run), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/account-runs/{id}/results",
      operationId: "listAccountRunResults",
      summary: "What became of each account of a run",
      description: "In the order of the run. Never a link: those have a route of their own.",
      tags,
      security: needs("accounts:read"),
      request: { params, query: runResultQuerySchema },
      responses: { 200: answer(runResultPageSchema, "A page of accounts"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const run = await findAccountRun(ports, caller, context.req.valid("param").id);
      const { outcome = null, limit, cursor } = context.req.valid("query");
      const rows = await ports.accountRuns.results(run, outcome, decodePlace(cursor), limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      const next = rows.length > limit && last !== undefined ? encodePlace(last.place) : null;
      return context.json({ data: page.map(toRunResultView), next_cursor: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/account-runs/{id}/links",
      operationId: "listAccountRunLinks",
      summary: "The re-authorization links that a run made, for whoever began it",
      description:
        "Links that nobody has used and that are not over. They are stored nowhere and derived anew; nobody but whoever began the run or had it go on gets them, and each reading is in the audit log. From the dashboard's session, it asks who it is. A page may be short, or empty, while `next_cursor` leads on.",
      tags: ["Connect"],
      security: needs("links:write"),
      request: { params, query: runListQuerySchema },
      responses: { 200: answer(runLinkPageSchema, "A page of links"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "links:write");
      demandConfirmed(ports, caller);
      const run = await findAccountRun(ports, caller, context.req.valid("param").id);
      if (run.action !== "reauthorization_links") {
        throw new DomainError("not_found", { detail: "This run makes no links." });
      }
      if (run.createdBy !== caller.id && run.resumedBy !== caller.id) {
        throw new DomainError("forbidden", {
          detail:
            "Links are shown to whoever began the run or had it go on, and to nobody else. Make links of your own.",
        });
      }
      const { limit, cursor } = context.req.valid("query");
      const idOf = (accountId: string): string => runLink(ports.digests, run.id, accountId).id;
      const { links, lastPlace } = await ports.accountRuns.links(run, idOf, decodePlace(cursor), limit);
      await ports.audit.append([
        {
          environmentId: caller.environmentId,
          actor: caller.id,
          action: "account_run.links_read",
          target: run.id,
          detail: { links: links.length },
        },
      ]);
      const environment = await ports.environments.findById(caller.environmentId);
      const origin = environment?.connectUrl ?? ports.publicUrl;
      context.header("cache-control", "no-store");
      return context.json(
        {
          data: links.map(({ accountId, tenantId, expiresAt }) => ({
            integrated_account_id: accountId,
            tenant_id: tenantId,
            url: `${origin}/connect/${tokenOfLink(runLink(ports.digests, run.id, accountId).secret)}`,
            expires_at: expiresAt.toISOString(),
          })),
          next_cursor: lastPlace === null ? null : encodePlace(lastPlace),
        },
        200,
      );
    },
  );
}

type Given = {
  readonly filter?: z.infer<typeof accountFilterSchema> | undefined;
  readonly ids?: readonly string[] | undefined;
};

/** One of both is there: the schema sees to it. */
function toSelection({ filter, ids }: Given): Selection {
  return ids === undefined ? { kind: "filter", filter: toAccountFilter(filter ?? {}) } : { kind: "ids", ids };
}

function encodePlace(place: number): string {
  return Buffer.from(JSON.stringify({ place })).toString("base64url");
}

/** @throws DomainError invalid_request */
function decodePlace(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    const place = typeof value === "object" && value !== null && "place" in value ? value.place : null;
    if (typeof place === "number" && Number.isInteger(place) && place > 0 && place < 2_000_000) return place;
  } catch {
    // Falls through to the one answer for every broken cursor.
  }
  throw brokenCursor();
}
