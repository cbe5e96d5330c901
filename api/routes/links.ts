import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { createLink } from "#core/usecases/create-link";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { linkTokenRequestSchema, linkTokenSchema } from "../schemas/link-token.ts";
import { answer, body, problems, secured } from "../schemas/problem.ts";
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
}
