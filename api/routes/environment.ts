import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { DomainError } from "#core/domain/problem/domain-error";
import type { EnvironmentRecord } from "#core/ports/environment-store";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { environmentPatchSchema, environmentSchema } from "../schemas/integration.ts";
import { requestOf } from "../request-of.ts";
import { answer, body, problems, secured } from "../schemas/problem.ts";
import { sessionSchema } from "../schemas/session.ts";

export function environmentRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/environment",
      summary: "The settings of this key's environment",
      tags: ["Environment"],
      security: secured,
      responses: { 200: answer(environmentSchema, "The settings"), ...problems(404) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      const environment = await ports.environments.findById(caller.environmentId);
      if (environment === null) throw new DomainError("not_found", { detail: "The environment is gone." });
      return context.json(toView(environment), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/environment",
      summary: "Change return URLs, allowed origins and branding",
      tags: ["Environment"],
      security: secured,
      request: { body: body(environmentPatchSchema) },
      responses: { 200: answer(environmentSchema, "The settings"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "settings:write");
      refuseLimited(caller, "These settings count", "tenants and integrations");
      const input = context.req.valid("json");
      const environment = await ports.environments.update(
        caller.environmentId,
        {
          ...(input.return_urls === undefined ? {} : { returnUrls: input.return_urls }),
          ...(input.allowed_origins === undefined ? {} : { allowedOrigins: input.allowed_origins }),
          ...(input.branding === undefined ? {} : { branding: input.branding }),
          ...(input.reauth_links_in_events === undefined ? {} : { reauthLinksInEvents: input.reauth_links_in_events }),
        },
        {
          environmentId: caller.environmentId,
          actor: caller.id,
          action: "environment.updated",
          target: caller.environment,
          detail: { fields: Object.keys(input) },
        },
      );
      if (environment === null) throw new DomainError("not_found", { detail: "The environment is gone." });
      return context.json(toView(environment), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/session",
      summary: "Who is signed in to the dashboard",
      tags: ["Dashboard"],
      security: [{ session: [] }],
      responses: { 200: answer(sessionSchema, "The session"), ...problems() },
    }),
    async (context) => {
      const { user, caller } = await ports.authenticator.adminOf(requestOf(context));
      const environments = await ports.environments.list();
      return context.json(
        {
          user: { id: user.id, email: user.email, name: user.name, role: user.role },
          environment: caller.environment,
          environments: environments.map((one) => one.name),
        },
        200,
      );
    },
  );
}

function toView(environment: EnvironmentRecord) {
  return {
    name: environment.name,
    return_urls: [...environment.returnUrls],
    allowed_origins: [...environment.allowedOrigins],
    branding: environment.branding,
    reauth_links_in_events: environment.reauthLinksInEvents,
  };
}
