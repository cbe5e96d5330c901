import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { confirmSession } from "#core/usecases/confirm-session";
import { createLink } from "#core/usecases/create-link";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { accountSchema } from "../schemas/account.ts";
import { connectConfirmationSchema, linkTokenRequestSchema, linkTokenSchema } from "../schemas/link-token.ts";
import { answer, body, problems, secured } from "../schemas/problem.ts";
import { toAccountView } from "../views/account-view.ts";
import { refuseOutOfScope } from "./accounts.ts";

export function linkRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/link-tokens",
      summary: "Make a link with which a customer connects or re-authorizes",
      tags: ["Connect"],
      security: secured,
      request: { body: body(linkTokenRequestSchema) },
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
      context.header("cache-control", "no-store");
      return context.json(
        { link_token: token, url: `${ports.publicUrl}/connect/${token}`, expires_at: expiresAt.toISOString() },
        201,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/connect-sessions/{id}/complete",
      summary: "Confirm who connected through a link with session_binding; only then is the code exchanged",
      tags: ["Connect"],
      security: secured,
      // A malformed id is one that does not exist.
      request: { params: z.object({ id: z.string().max(100) }), body: body(connectConfirmationSchema) },
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
