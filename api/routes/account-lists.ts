import type { OpenAPIHono } from "@hono/zod-openapi";
import { countAccounts, type BoundedCount } from "#adapters/postgres/account-list/count-accounts";
import { listAccounts } from "#adapters/postgres/account-list/list-accounts";
import { decodeAccountCursor, encodeAccountCursor, orderOf } from "../account-cursor.ts";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { createRoute } from "../openapi/create-route.ts";
import {
  accountCountQuerySchema,
  accountCountsSchema,
  accountListQuerySchema,
  accountPageSchema,
  toAccountFilter,
} from "../schemas/account-list.ts";
import { answer, needs, problems } from "../schemas/problem.ts";
import { toAccountView } from "../views/account-view.ts";

const tags = ["Accounts"];

/** Before the routes of one account: `counts` would be its id. */
export function accountListRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/integrated-accounts",
      operationId: "listAccounts",
      summary: "List accounts, newest first, or search for them",
      description:
        "Filters add up: an account must match all of them. What is added meanwhile does not shift the pages. However many accounts there are, a page reads a bounded number of them.",
      tags,
      security: needs("accounts:read"),
      request: { query: accountListQuerySchema },
      responses: { 200: answer(accountPageSchema, "A page of accounts"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const query = context.req.valid("query");
      const order = orderOf(query.sort);
      const { accounts, next } = await listAccounts(ports.pool, {
        caller,
        filter: toAccountFilter(query),
        order,
        after: decodeAccountCursor(order, query.cursor),
        limit: query.limit,
      });
      return context.json(
        {
          data: accounts.map((account) => toAccountView(account, caller.environment)),
          next_cursor: next === null ? null : encodeAccountCursor(order, next),
        },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/integrated-accounts/counts",
      operationId: "countAccounts",
      summary: "How many accounts match, by status",
      description:
        "Counted up to 1,000 each, so that the answer takes no longer with a million accounts; GET /stats/health has exact numbers by integration.",
      tags,
      security: needs("accounts:read"),
      request: { query: accountCountQuerySchema },
      responses: { 200: answer(accountCountsSchema, "The numbers"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "accounts:read");
      const filter = toAccountFilter(context.req.valid("query"));
      const counts = await countAccounts(ports.pool, { caller, filter });
      return context.json(
        {
          total: toView(counts.total),
          connecting: toView(counts.connecting),
          active: toView(counts.active),
          needs_reauth: toView(counts.needs_reauth),
          disconnected: toView(counts.disconnected),
          held: toView(counts.held),
          refresh_failing: toView(counts.failing),
        },
        200,
      );
    },
  );
}

function toView({ count, isExact }: BoundedCount): { count: number; is_exact: boolean } {
  return { count, is_exact: isExact };
}
