import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { approve, findApproval, refuseApproval, withdrawApproval } from "#core/usecases/answer-approval";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed } from "../auth/demand-confirmed.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import { decodeCursor, pageOf } from "../cursor.ts";
import { approvalListSchema, approvalSchema } from "../schemas/approval.ts";
import { cursorSchema, nothingSchema, pageLimitSchema } from "../schemas/primitives.ts";
import { answer, bySession, needs, problems } from "../schemas/problem.ts";
import { toApprovalView, toApprovalViews } from "../views/approval-view.ts";

// A malformed id is one that does not exist.
const params = z.object({
  id: z.string().max(100).openapi({ description: "The request's id.", example: "apr_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});
const tags = ["Approvals"];

const answers = [
  {
    path: "approve",
    operationId: "approveRequest",
    summary: "Approve what another administrator asked for, and carry it out",
    description:
      "Not by whoever asked, unless it waited for them (`mode` `waiting`), and not by an administrator who is one only since shortly before. It is carried out at once: `status` says `executed`, `failed`, or still `approved` where it could not be done yet and is tried again each minute. Pressed again, it is tried again.",
    run: approve,
  },
  {
    path: "refuse",
    operationId: "refuseRequest",
    summary: "Refuse what another administrator asked for",
    description: "Also what is approved and not carried out yet.",
    run: refuseApproval,
  },
  {
    path: "withdraw",
    operationId: "withdrawRequest",
    summary: "Take back what you asked for",
    description: "Also what is approved and not carried out yet.",
    run: withdrawApproval,
  },
] as const;

/** What waits for a second person (R48). It is asked for by the routes that would do it. */
export function approvalRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/approvals",
      operationId: "listApprovals",
      summary: "Requests that need a second person",
      description: "Those that are open, or those that are over, newest first.",
      tags,
      security: needs("approvals:read"),
      request: {
        query: z.strictObject({
          state: z
            .enum(["open", "over"])
            .default("open")
            .openapi({ description: "`open`: nobody has decided, or it is being carried out. `over`: the rest." }),
          limit: pageLimitSchema,
          cursor: cursorSchema.optional(),
        }),
      },
      responses: { 200: answer(approvalListSchema, "A page of requests"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "approvals:read");
      refuseLimited(caller, "Requests for approval are", "tenants and integrations");
      const { state, limit, cursor } = context.req.valid("query");
      const before = decodeCursor(cursor);
      const rows = await ports.approvals.list(caller.environmentId, { open: state === "open", limit, before });
      const { page, next } = pageOf(rows, limit, (row) => ({ at: row.requestedAt, id: row.id }));
      return context.json({ data: await toApprovalViews(ports, caller, page), next_cursor: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/approvals/{id}",
      operationId: "getApproval",
      summary: "One request: who asks for what, and what you may do about it",
      description:
        "What it would change stands there as it was when it was asked; where that has changed since, it can't be approved.",
      tags,
      security: needs("approvals:read"),
      request: { params, query: z.strictObject({}) },
      responses: { 200: answer(approvalSchema, "The request"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "approvals:read");
      refuseLimited(caller, "Requests for approval are", "tenants and integrations");
      const approval = await findApproval(ports, caller, context.req.valid("param").id);
      return context.json(await toApprovalView(ports, caller, approval), 200);
    },
  );

  for (const { path, operationId, summary, description, run } of answers) {
    app.openapi(
      createRoute({
        method: "post",
        path: `/approvals/{id}/${path}`,
        operationId,
        summary,
        description,
        tags,
        // A person decides, and a key is none.
        security: bySession,
        request: {
          params,
          query: z.strictObject({}),
          body: { required: false, content: { "application/json": { schema: nothingSchema } } },
        },
        responses: { 200: answer(approvalSchema, "As it is now"), ...problems(404, 409, 422) },
      }),
      async (context) => {
        const caller = context.get("caller");
        demandConfirmed(ports, caller);
        const approval = await run(ports, caller, context.req.valid("param").id);
        return context.json(await toApprovalView(ports, caller, approval), 200);
      },
    );
  }
}
