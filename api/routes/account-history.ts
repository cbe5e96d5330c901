import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { isVisible } from "#core/domain/access/permission";
import { notFound } from "#core/usecases/account-problem";
import { readLifelines } from "#adapters/postgres/account-history/read-lifelines";
import { readTimeline, timelineKinds, type TimelineKind } from "#adapters/postgres/account-history/read-timeline";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { decodeCursor, pageOf } from "../cursor.ts";
import { createRoute } from "../openapi/create-route.ts";
import {
  lifelineListSchema,
  lifelineQuerySchema,
  timelinePageSchema,
  timelineQuerySchema,
} from "../schemas/account-history.ts";
import { answer, needs, problems } from "../schemas/problem.ts";
import { toLifelineView, toTimelineEntryView } from "../views/account-history-view.ts";

const params = z.object({
  id: z.string().max(100).openapi({ description: "The account's id.", example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});
const tags = ["Accounts"];

/** What happened to accounts. Before the routes of one account: `lifelines` would be its id. */
export function accountHistoryRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/integrated-accounts/lifelines",
      operationId: "listLifelines",
      summary: "The latest attempts of several accounts, in short",
      description:
        "For pictures of their lives beside each other. What is not there is left out; GET …/refresh-attempts has everything about one account's.",
      tags,
      security: needs("accounts:read"),
      request: { query: lifelineQuerySchema },
      responses: { 200: answer(lifelineListSchema, "One lifeline for each account"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const { ids, hours, each } = context.req.valid("query");
      const since = new Date(ports.clock.now().getTime() - hours * 3_600_000);
      const lifelines = await readLifelines(ports.pool, caller, ids, since, each);
      return context.json({ data: lifelines.map(toLifelineView) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrated-accounts/{id}/timeline",
      operationId: "listAccountTimeline",
      summary: "What happened to an account, newest first",
      description:
        "Attempts, changes of its status, what somebody changed, and the events that were told, with their deliveries. Events are there for who has `webhooks:read`, for 30 days.",
      tags,
      security: needs("accounts:read"),
      request: { params, query: timelineQuerySchema },
      responses: { 200: answer(timelinePageSchema, "A page of its history"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const account = await ports.accounts.find(caller.environmentId, context.req.valid("param").id);
      if (account === null || !isVisible(caller, account)) throw notFound();
      const { kind, limit, cursor } = context.req.valid("query");
      const wanted: readonly TimelineKind[] = kind === undefined ? timelineKinds : [kind];
      const kinds = wanted.filter((one) => one !== "event" || caller.permissions.has("webhooks:read"));
      const entries = await readTimeline(ports, account, kinds, decodeCursor(cursor), limit + 1);
      const { page, next } = pageOf(entries, limit, (entry) => ({ at: entry.at, id: entry.id }));
      return context.json({ data: page.map(toTimelineEntryView), next_cursor: next }, 200);
    },
  );
}
