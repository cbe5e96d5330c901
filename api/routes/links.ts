import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { confirmSession } from "#core/usecases/confirm-session";
import { createLink } from "#core/usecases/create-link";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { createRoute } from "../openapi/create-route.ts";
import { accountSchema } from "../schemas/account.ts";
import { connectConfirmationSchema, linkTokenRequestSchema, linkTokenSchema } from "../schemas/link-token.ts";
import { answer, body, needs, problems } from "../schemas/problem.ts";
import { toAccountView } from "../views/account-view.ts";
import { refuseOutOfScope } from "./accounts.ts";

export function linkRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/link-tokens",
      operationId: "createLinkToken",
      summary: "Make a link with which a customer connects or re-authorizes",
      description: "Opening the link consumes nothing; it ends when it was used or when its time is over.",
      tags: ["Connect"],
      security: needs("links:write"),
      request: {
        body: body(linkTokenRequestSchema, {
          "Connect a customer": {
            tenant_id: "acme",
            integration_name: "acme-crm",
            return_url: "https://app.example.com/settings",
          },
          "Re-authorize an account": { tenant_id: "acme", integrated_account_id: "ia_2f8k3mzq0v7w1x9y4t6r5p8n" },
        }),
      },
      responses: { 201: answer(linkTokenSchema, "The link; the token is shown once"), ...problems(404, 410, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "links:write");
      const input = context.req.valid("json");
      const named = input.integration_name === undefined ? [] : [input.integration_name];
      const names = [...new Set([...named, ...(input.integrations ?? [])])];
      refuseOutOfScope(caller, input.tenant_id, null);
      const once = context.get("once");
      const { token, expiresAt } = await createLink(ports, caller, {
        tenantId: input.tenant_id,
        userReference: input.user_reference ?? null,
        integrationNames: names.length === 0 ? null : names,
        integratedAccountId: input.integrated_account_id ?? null,
        returnUrl: input.return_url ?? null,
        scopes: input.scopes ?? [],
        sessionBinding: input.session_binding,
        expiresInSeconds: input.expires_in,
        locale: input.locale ?? null,
        metadata: input.metadata ?? {},
        ...(once === undefined ? {} : { made: { id: once.id("lnk"), secret: once.secret() } }),
      });
      const environment = await ports.environments.findById(caller.environmentId);
      const origin = environment?.connectUrl ?? ports.publicUrl;
      context.header("cache-control", "no-store");
      return context.json(
        { link_token: token, url: `${origin}/connect/${token}`, expires_at: expiresAt.toISOString() },
        201,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/connect-sessions/{id}/complete",
      operationId: "completeConnectSession",
      summary: "Confirm who connected through a link with session_binding",
      description:
        "The browser came back to `return_url` with `connect_session_id`. Name tenant and user from your own session; only then is the code exchanged.",
      tags: ["Connect"],
      security: needs("links:write"),
      // A malformed id is one that does not exist.
      request: {
        params: z.object({
          id: z.string().max(100).openapi({
            description: "The session's id, as it came with the browser.",
            example: "cs_2f8k3mzq0v7w1x9y4t6r5p8n",
          }),
        }),
        body: body(connectConfirmationSchema),
      },
      responses: { 200: answer(accountSchema, "The account, connected"), ...problems(404, 409, 422, 502, 504) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "links:write");
      const input = context.req.valid("json");
      const account = await confirmSession(ports, caller, {
        sessionId: context.req.valid("param").id,
        tenantId: input.tenant_id,
        userReference: input.user_reference,
      });
      return context.json(toAccountView(account, caller.environment), 200);
    },
  );
}
