import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Caller, Permission } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import { createApiKey, inspectApiKey, revokeApiKey } from "#core/usecases/administer-api-keys";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed } from "../auth/demand-confirmed.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createTokenBuckets } from "../auth/token-buckets.ts";
import { decodeCursor, pageOf } from "../cursor.ts";
import { createRoute } from "../openapi/create-route.ts";
import {
  apiKeyDetailSchema,
  apiKeyListSchema,
  apiKeyRequestSchema,
  apiKeySchema,
  keyParamsSchema,
  newApiKeySchema,
} from "../schemas/api-key.ts";
import { cursorSchema, pageLimitSchema } from "../schemas/primitives.ts";
import { answer, body, needs, problems } from "../schemas/problem.ts";
import { toActivityView, toApiKeyView } from "../views/api-key-view.ts";

const tags = ["API keys"];
const nothing = z.strictObject({});
/** People make a few, and a script that runs anew some dozens; what makes more is a loop, or somebody who should not. */
const makingLimit = { perSecond: 0.2, burst: 40 };

/** Who may call in this environment. Stopping one for a while is told with what rings (anomalies.ts). */
export function apiKeyRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  const making = createTokenBuckets(makingLimit);

  /** They reach the accounts of everybody in the environment. */
  const admit = (caller: Caller, permission: Permission): void => {
    demand(caller, permission);
    refuseLimited(caller, "API keys are administered", "tenants and integrations");
  };

  app.openapi(
    createRoute({
      method: "get",
      path: "/api-keys",
      operationId: "listApiKeys",
      summary: "The API keys of the environment",
      description:
        "Newest first, with what each may do, when it was used last and when it ends. Never the key itself. Asks for `audit:read`: the audit log tells the same of each.",
      tags,
      security: needs("audit:read"),
      request: {
        query: z.strictObject({
          state: z.enum(["in_force", "over", "all"]).default("in_force").openapi({
            description:
              "`in_force`: those that work, and those that are stopped and can be started again. `over`: revoked or expired. `all`.",
          }),
          limit: pageLimitSchema,
          cursor: cursorSchema.optional(),
        }),
      },
      responses: { 200: answer(apiKeyListSchema, "A page of API keys"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      admit(caller, "audit:read");
      const { state, limit, cursor } = context.req.valid("query");
      const rows = await ports.apiKeys.list(caller.environmentId, { state, limit, before: decodeCursor(cursor) });
      const { page, next } = pageOf(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
      const now = ports.clock.now();
      return context.json({ data: page.map((one) => toApiKeyView(one, now)), next_cursor: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/api-keys/{id}",
      operationId: "getApiKey",
      summary: "One API key, and what it was used for lately",
      description:
        "What stops when it is revoked: what it opened within a day, from which networks, and which keys were made with it.",
      tags,
      security: needs("audit:read"),
      request: { params: keyParamsSchema, query: nothing },
      responses: { 200: answer(apiKeyDetailSchema, "The key"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      admit(caller, "audit:read");
      const { apiKey, activity } = await inspectApiKey(ports, caller, context.req.valid("param").id);
      const view = { ...toApiKeyView(apiKey, ports.clock.now()), activity: toActivityView(activity) };
      return context.json(view, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/api-keys",
      operationId: "createApiKey",
      summary: "Make an API key",
      description:
        "The key itself is in this answer and nowhere else. It can't have a permission that you lack; one that is made with a key is bound to that key's addresses and end, too. What it may never changes: make another and revoke this one.",
      tags,
      security: needs("settings:write"),
      request: {
        body: body(apiKeyRequestSchema, {
          "A backend that reads tokens": {
            name: "Backend",
            permissions: ["accounts:read", "tokens:read", "links:write"],
            addresses: ["203.0.113.0/24"],
          },
          "For one customer, for 90 days": {
            name: "Acme's importer",
            permissions: ["accounts:read", "accounts:write"],
            tenant_ids: ["acme"],
            expires_in: 7_776_000,
          },
        }),
      },
      responses: { 201: answer(newApiKeySchema, "The key, once"), ...problems(409, 422, 429) },
    }),
    async (context) => {
      const caller = context.get("caller");
      admit(caller, "settings:write");
      // It outlasts the session that makes it.
      demandConfirmed(ports, caller);
      const seconds = making.take(caller.id);
      if (seconds > 0) throw tooMany(seconds);
      const input = context.req.valid("json");
      const once = context.get("once");
      const now = once?.since ?? ports.clock.now();
      const wish = {
        name: input.name,
        permissions: [...new Set(input.permissions)],
        tenantIds: [...new Set(input.tenant_ids)],
        integrationNames: [...new Set(input.integration_names)],
        addresses: [...new Set(input.addresses)],
        expiresAt: input.expires_in === undefined ? null : new Date(now.getTime() + input.expires_in * 1000),
      };
      const { apiKey, key } = await createApiKey(ports, caller, wish, once);
      return context.json({ ...toApiKeyView(apiKey, ports.clock.now()), key }, 201);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/api-keys/{id}",
      operationId: "revokeApiKey",
      summary: "Revoke an API key for good",
      description:
        "Every process refuses it within a second; what it has in hand is still answered. Keys that were made with it stay. To refuse it for a while, stop it.",
      tags,
      security: needs("settings:write"),
      request: { params: keyParamsSchema, query: nothing },
      responses: { 200: answer(apiKeySchema, "The key as it stands now"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      admit(caller, "settings:write");
      demandConfirmed(ports, caller);
      const apiKey = await revokeApiKey(ports, caller, context.req.valid("param").id);
      return context.json(toApiKeyView(apiKey, ports.clock.now()), 200);
    },
  );
}

function tooMany(seconds: number): DomainError {
  return new DomainError("rate_limited", {
    detail: "Too many API keys were made one after the other. Wait, then send it again.",
    retryAfterSeconds: seconds,
    rateLimit: {
      limit: makingLimit.burst,
      remaining: 0,
      resetSeconds: seconds,
      windowSeconds: makingLimit.burst / makingLimit.perSecond,
    },
    extensions: { source: "evergrant" },
  });
}
