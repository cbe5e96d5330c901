import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Caller } from "#core/domain/access/permission";
import { mostCallerPolicies, patchAnomalyPolicy } from "#core/domain/anomaly/anomaly-policy";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed } from "../auth/demand-confirmed.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { decodeCursor, pageOf } from "../cursor.ts";
import { createRoute } from "../openapi/create-route.ts";
import {
  anomalyListSchema,
  anomalyPolicyPatchSchema,
  anomalyPolicySchema,
  anomalySchema,
  kindQuerySchema,
  stoppableKeySchema,
  type AnomalyView,
} from "../schemas/anomaly.ts";
import { cursorSchema, nothingSchema, pageLimitSchema } from "../schemas/primitives.ts";
import { answer, needs, problems } from "../schemas/problem.ts";
import { toAnomalyPolicyPatch, toAnomalyPolicyView, toAnomalyView, toStoppableKeyView } from "../views/anomaly-view.ts";

// A malformed id is one that does not exist.
const params = z.object({
  id: z.string().max(100).openapi({ description: "The anomaly's id.", example: "ano_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});
const keyParams = z.object({
  id: z.string().max(100).openapi({ description: "The API key's id.", example: "key_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});
const nothing = z.strictObject({});
const noBody = { required: false, content: { "application/json": { schema: nothingSchema } } } as const;
const tags = ["Anomalies"];

const stops = [
  {
    path: "stop",
    operationId: "stopApiKey",
    permission: "settings:write",
    summary: "Stop an API key for now",
    description:
      "Every process refuses it within a second, as if it were revoked; an owner can start it again. Stopped already: nothing changes.",
  },
  {
    path: "restart",
    operationId: "restartApiKey",
    permission: "keys:write",
    summary: "Start a stopped API key again",
    description: "For owners alone (`keys:write`): who could set an alarm's stop aside at once need not fear it.",
  },
] as const;

/** What is unlike the past, and what people do about it (R46). */
export function anomalyRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  /** They are about everybody in the environment. */
  const admit = (caller: Caller, permission: "audit:read" | "settings:write" | "keys:write"): void => {
    demand(caller, permission);
    refuseLimited(caller, "Anomalies are", "tenants and integrations");
  };

  const view = async (caller: Caller, id: string): Promise<AnomalyView> => {
    const found = await ports.anomalies.find(caller.environmentId, id);
    if (found === null) throw new DomainError("not_found", { detail: "There is no such anomaly." });
    return toAnomalyView(found);
  };

  app.openapi(
    createRoute({
      method: "get",
      path: "/anomalies",
      operationId: "listAnomalies",
      summary: "What is unlike the past",
      description:
        "Callers that opened more credentials than they ever do, or of more tenants; keys from new networks, or after a long rest; openings that no part of Evergrant makes; integrations whose customers leave. Newest first. Each began with one event.",
      tags,
      security: needs("audit:read"),
      request: {
        query: z.strictObject({
          state: z.enum(["unacknowledged", "all"]).default("unacknowledged").openapi({
            description:
              "`unacknowledged`: those that go on or ended within a week, and that nobody acknowledged. `all`: also the rest, for 400 days.",
          }),
          kind: kindQuerySchema,
          limit: pageLimitSchema,
          cursor: cursorSchema.optional(),
        }),
      },
      responses: { 200: answer(anomalyListSchema, "A page of anomalies"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      admit(caller, "audit:read");
      const { state, kind, limit, cursor } = context.req.valid("query");
      const filter = { state, kind: kind ?? null, limit, before: decodeCursor(cursor) };
      const rows = await ports.anomalies.list(caller.environmentId, filter);
      const { page, next } = pageOf(rows, limit, (row) => ({ at: row.startedAt, id: row.id }));
      return context.json({ data: page.map(toAnomalyView), next_cursor: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/anomalies/{id}",
      operationId: "getAnomaly",
      summary: "One anomaly",
      description: "With what is known of its caller now.",
      tags,
      security: needs("audit:read"),
      request: { params, query: nothing },
      responses: { 200: answer(anomalySchema, "The anomaly"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      admit(caller, "audit:read");
      return context.json(await view(caller, context.req.valid("param").id), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/anomalies/{id}/acknowledge",
      operationId: "acknowledgeAnomaly",
      summary: "Say that you saw an anomaly",
      description:
        "It leaves the dashboard. It goes on where it does, and stops nothing; the next one of its kind rings anew. Pressed again, nothing changes.",
      tags,
      security: needs("settings:write"),
      request: { params, query: nothing, body: noBody },
      responses: { 200: answer(anomalySchema, "The anomaly"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      admit(caller, "settings:write");
      const { id } = context.req.valid("param");
      await ports.anomalies.acknowledge(caller.environmentId, id, caller.id);
      return context.json(await view(caller, id), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/anomaly-policy",
      operationId: "getAnomalyPolicy",
      summary: "When alarms ring, and what they stop",
      description: "As it is in force: the defaults, and over them what was changed.",
      tags,
      security: needs("audit:read"),
      request: { query: nothing },
      responses: { 200: answer(anomalyPolicySchema, "The policy"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      admit(caller, "audit:read");
      return context.json(toAnomalyPolicyView(await ports.anomalies.policy(caller.environmentId)), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/anomaly-policy",
      operationId: "updateAnomalyPolicy",
      summary: "Change when alarms ring, and what they stop",
      description:
        "What is absent stays; null is the default again. In force with the next look, within a second or two.",
      tags,
      security: needs("settings:write"),
      request: {
        query: nothing,
        body: { required: true, content: { "application/json": { schema: anomalyPolicyPatchSchema } } },
      },
      responses: { 200: answer(anomalyPolicySchema, "The policy as it is in force now"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      admit(caller, "settings:write");
      // Whoever means to take much makes the alarms deaf first.
      demandConfirmed(ports, caller);
      const patch = toAnomalyPolicyPatch(context.req.valid("json"));
      const policy = await ports.anomalies.changePolicy(caller.environmentId, caller.id, (before) => {
        const after = patchAnomalyPolicy(before, patch);
        if (Object.keys(after.callers ?? {}).length > mostCallerPolicies) throw tooManyCallers();
        return after;
      });
      return context.json(toAnomalyPolicyView(policy), 200);
    },
  );

  for (const { path, operationId, permission, summary, description } of stops) {
    app.openapi(
      createRoute({
        method: "post",
        path: `/api-keys/{id}/${path}`,
        operationId,
        summary,
        description,
        tags,
        security: needs(permission),
        request: { params: keyParams, query: nothing, body: noBody },
        responses: { 200: answer(stoppableKeySchema, "The key"), ...problems(404, 422) },
      }),
      async (context) => {
        const caller = context.get("caller");
        admit(caller, permission);
        demandConfirmed(ports, caller);
        const { environmentId, id: actor } = caller;
        const { id } = context.req.valid("param");
        await (path === "stop"
          ? ports.keyStops.stop(environmentId, id, actor, null)
          : ports.keyStops.restart(environmentId, id, actor));
        const key = await ports.keyStops.find(environmentId, id);
        if (key === null) throw new DomainError("not_found", { detail: "There is no such key, or it is revoked." });
        return context.json(toStoppableKeyView(key), 200);
      },
    );
  }
}

function tooManyCallers(): DomainError {
  return new DomainError("invalid_request", {
    detail: `At most ${mostCallerPolicies} callers have settings of their own. Take some away first, by null.`,
    errors: [{ pointer: "/callers", detail: `at most ${mostCallerPolicies} callers` }],
  });
}
