import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { DomainError } from "#core/domain/problem/domain-error";
import type { EnvironmentRecord } from "#core/ports/environment-store";
import type { KeyDescription } from "#core/ports/kms";
import type { EnvironmentCounts } from "#adapters/postgres/environment-store";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import { personOf } from "../auth/demand-confirmed.ts";
import { accentQuerySchema, accentViewSchema } from "../schemas/branding.ts";
import { environmentListSchema, environmentPatchSchema, environmentSchema } from "../schemas/integration.ts";
import { answer, body, bySession, needs, problems } from "../schemas/problem.ts";
import { toAccentView, toBrandingPatch, toBrandingView } from "../views/branding-view.ts";

export function environmentRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/environment",
      operationId: "getEnvironment",
      summary: "The settings of this key's environment",
      description: "A key belongs to one environment; everything that it sees and makes is there.",
      tags: ["Environment"],
      security: needs("integrations:read"),
      responses: { 200: answer(environmentSchema, "The settings"), ...problems(404) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "integrations:read");
      const environment = await ports.environments.findById(caller.environmentId);
      if (environment === null) throw gone();
      return context.json(toView(environment, ports.publicUrl), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/environment",
      operationId: "updateEnvironment",
      summary: "Change return URLs, allowed origins, branding and the address of links",
      description:
        "Lists and the branding are replaced as a whole; what is absent stays. A colour that can't be read is refused, with the ratio that it reaches and the nearest shade that passes.",
      tags: ["Environment"],
      security: needs("settings:write"),
      request: {
        body: body(environmentPatchSchema, {
          "Where customers come back to": { return_urls: ["https://app.example.com/settings"] },
          "What the connect pages show": {
            branding: {
              name: "Example",
              accent: { light: "#0f766e", dark: "#2dd4bf" },
              support: "help@example.com",
              privacy_url: "https://example.com/privacy",
            },
          },
        }),
      },
      responses: { 200: answer(environmentSchema, "The settings"), ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "settings:write");
      refuseLimited(caller, "These settings count", "tenants and integrations");
      const input = context.req.valid("json");
      const current = await ports.environments.findById(caller.environmentId);
      if (current === null) throw gone();
      const environment = await ports.environments.update(
        caller.environmentId,
        {
          ...(input.return_urls === undefined ? {} : { returnUrls: input.return_urls }),
          ...(input.allowed_origins === undefined ? {} : { allowedOrigins: input.allowed_origins }),
          ...(input.branding === undefined ? {} : toBrandingPatch(input.branding, current)),
          ...(input.connect_url === undefined ? {} : { connectUrl: checkedUrl(input.connect_url, ports.publicUrl) }),
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
      if (environment === null) throw gone();
      return context.json(toView(environment, ports.publicUrl), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/environment/accent",
      operationId: "judgeAccent",
      summary: "Whether a colour could be the accent of the connect pages",
      description:
        "How it would be read in each theme, with its contrast and the nearest shade that can be used. Changes nothing; `PATCH /environment` judges the same way.",
      tags: ["Environment"],
      security: needs("integrations:read"),
      request: { query: accentQuerySchema },
      responses: { 200: answer(accentViewSchema, "How it would be read"), ...problems(422) },
    }),
    (context) => {
      demand(context.get("caller"), "integrations:read");
      const { light, dark } = context.req.valid("query");
      return context.json({ light: toAccentView("light", light), dark: toAccentView("dark", dark) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/environments",
      operationId: "listEnvironments",
      summary: "All environments, and what each has",
      description: "For who is signed in: a session works in any of them, an API key in its own alone.",
      tags: ["Dashboard"],
      security: bySession,
      request: { query: z.strictObject({}) },
      responses: { 200: answer(environmentListSchema, "The environments"), ...problems(422) },
    }),
    async (context) => {
      personOf(context.get("caller"));
      const [environments, counts, keys] = await Promise.all([
        ports.environments.list(),
        ports.environments.counts(),
        // What can't be told now is no reason to show nothing.
        ports.kms.describe().catch(() => []),
      ]);
      return context.json({ data: environments.map((one) => toSummary(one, counts, keys)) }, 200);
    },
  );
}

/** Cookies of a page are as its scheme is, and the way leads over EVERGRANT_URL: both have the same. */
function checkedUrl(connectUrl: string | null, publicUrl: string): string | null {
  const { protocol, origin } = new URL(publicUrl);
  if (connectUrl === null || (connectUrl.startsWith(protocol) && connectUrl !== origin)) return connectUrl;
  const detail =
    connectUrl === origin
      ? "is Evergrant's public address; set null"
      : `expected an origin that begins with ${protocol}//, as Evergrant's public address does`;
  throw new DomainError("invalid_request", {
    detail: "The body is not valid.",
    errors: [{ pointer: "/connect_url", detail }],
  });
}

function gone(): DomainError {
  return new DomainError("not_found", { detail: "The environment is gone." });
}

function toSummary(
  environment: EnvironmentRecord,
  counts: readonly EnvironmentCounts[],
  keys: readonly KeyDescription[],
) {
  const count = counts.find(({ id }) => id === environment.id);
  // An environment with a keyring of its own is served by that alone; every other one by the shared keyring.
  const own = keys.filter((key) => key.environment === environment.name);
  const key = (own.length > 0 ? own : keys.filter((one) => one.environment === null)).find(
    ({ state }) => state === "current",
  );
  return {
    name: environment.name,
    connect_url: environment.connectUrl,
    api_keys: count?.apiKeys ?? 0,
    webhook_endpoints: count?.webhookEndpoints ?? 0,
    integrations: count?.integrations ?? 0,
    sealing_key: key === undefined ? null : { kid: key.id, own: own.length > 0 },
  };
}

function toView(environment: EnvironmentRecord, publicUrl: string) {
  return {
    name: environment.name,
    return_urls: [...environment.returnUrls],
    allowed_origins: [...environment.allowedOrigins],
    branding: toBrandingView(environment.branding, publicUrl),
    reauth_links_in_events: environment.reauthLinksInEvents,
    connect_url: environment.connectUrl,
  };
}
