import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Caller, Permission } from "#core/domain/access/permission";
import {
  createEndpoint,
  findEndpoint,
  pingEndpoint,
  removeEndpoint,
  replayEvents,
  rotateSecret,
  updateEndpoint,
} from "#core/usecases/administer-webhooks";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { refuseLimited } from "../auth/refuse-limited.ts";
import { createRoute } from "../openapi/create-route.ts";
import { nothingSchema } from "../schemas/primitives.ts";
import { answer, body, needs, problems } from "../schemas/problem.ts";
import {
  endpointListSchema,
  endpointPatchSchema,
  endpointRequestSchema,
  endpointSchema,
  newEndpointSchema,
  pingSchema,
  replayRequestSchema,
  replaySchema,
  rotatedSecretSchema,
} from "../schemas/webhook.ts";
import { toEndpointView } from "../views/webhook-view.ts";

// A malformed id is one that does not exist.
const params = z.object({
  id: z.string().max(100).openapi({ description: "The endpoint's id.", example: "whe_2f8k3mzq0v7w1x9y4t6r5p8n" }),
});
const tags = ["Webhooks"];
const noBody = { required: false, content: { "application/json": { schema: nothingSchema } } };

/** @throws DomainError forbidden: an endpoint gets the events of all tenants and integrations */
export function demandWebhooks(caller: Caller, permission: Permission): void {
  demand(caller, permission);
  refuseLimited(caller, "Webhook endpoints, and what is sent to them, are", "tenants and integrations");
}

export function webhookEndpointRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/webhook-endpoints",
      operationId: "createWebhookEndpoint",
      summary: "Have events sent to an address",
      description:
        "From now on each event that it subscribes to is delivered at least once: as a signed POST, as a message of a chat, or as a mail. The secret is shown once.",
      tags,
      security: needs("webhooks:write"),
      request: {
        body: body(endpointRequestSchema, {
          "Your backend": { url: "https://app.example.com/webhooks/evergrant", events: ["integrated_account:*"] },
          "A channel of a chat": {
            url: "https://chat.example.com/hooks/T0001",
            format: "chat",
            events: ["integration:mass_failure", "integration:client_error"],
          },
          "A mailbox": { url: "mailto:ops@example.com", events: ["integration:*", "security:*"] },
        }),
      },
      responses: { 201: answer(newEndpointSchema, "The endpoint and its secret"), ...problems(409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:write");
      const { url, format = null, events = ["*"], description = null } = context.req.valid("json");
      const { endpoint, secret } = await createEndpoint(
        ports,
        caller,
        { url, format, events: [...new Set(events)], description },
        context.get("once"),
      );
      return context.json({ ...toEndpointView(endpoint), secret }, 201);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/webhook-endpoints",
      operationId: "listWebhookEndpoints",
      summary: "List the endpoints of the environment",
      description: "Oldest first, each with how it does.",
      tags,
      security: needs("webhooks:read"),
      request: { query: z.strictObject({}) },
      responses: { 200: answer(endpointListSchema, "All endpoints"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:read");
      const endpoints = await ports.webhooks.listEndpoints(caller.environmentId);
      return context.json({ data: endpoints.map(toEndpointView) }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/webhook-endpoints/{id}",
      operationId: "getWebhookEndpoint",
      summary: "One endpoint, and how it does",
      description: "Without its secret, which is shown when it is made and never again.",
      tags,
      security: needs("webhooks:read"),
      request: { params, query: z.strictObject({}) },
      responses: { 200: answer(endpointSchema, "The endpoint"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:read");
      return context.json(toEndpointView(await findEndpoint(ports, caller, context.req.valid("param").id)), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/webhook-endpoints/{id}",
      operationId: "updateWebhookEndpoint",
      summary: "Change an endpoint, or take a disabled one into use again",
      description:
        "What is absent stays. What waits goes to the new address. Events of the time in which it was disabled come with a replay.",
      tags,
      security: needs("webhooks:write"),
      request: {
        params,
        body: body(endpointPatchSchema, {
          "Another address": { url: "https://app.example.com/webhooks/v2" },
          "Into use again": { status: "enabled" },
        }),
      },
      responses: { 200: answer(endpointSchema, "The endpoint"), ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:write");
      const { events, ...patch } = context.req.valid("json");
      const endpoint = await updateEndpoint(ports, caller, context.req.valid("param").id, {
        ...(patch as Omit<Parameters<typeof updateEndpoint>[3], "events">),
        ...(events === undefined ? {} : { events: [...new Set(events)] }),
      });
      return context.json(toEndpointView(endpoint), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/webhook-endpoints/{id}",
      operationId: "deleteWebhookEndpoint",
      summary: "Remove an endpoint, its secrets and its log",
      description: "What waits for it is not sent. To keep the log, disable it.",
      tags,
      security: needs("webhooks:write"),
      request: { params, query: z.strictObject({}) },
      responses: { 204: { description: "Removed" }, ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:write");
      await removeEndpoint(ports, caller, context.req.valid("param").id);
      return context.body(null, 204);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/webhook-endpoints/{id}/rotate-secret",
      operationId: "rotateWebhookSecret",
      summary: "Replace the signing secret, with both in use for a day",
      description:
        "For 24 hours each delivery carries two signatures, so that the receiver may change over whenever it likes. A secret that was replaced before goes at once.",
      tags,
      security: needs("webhooks:write"),
      request: { params, body: noBody },
      responses: { 200: answer(rotatedSecretSchema, "The new secret"), ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:write");
      const rotated = await rotateSecret(ports, caller, context.req.valid("param").id, context.get("once"));
      const until = rotated.previousUntil.toISOString();
      return context.json({ secret: rotated.secret, previous_accepted_until: until }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/webhook-endpoints/{id}/test",
      operationId: "testWebhookEndpoint",
      summary: "Send a test event to this endpoint alone",
      description: "A `webhook_endpoint:ping`, whatever it subscribes to, signed and retried like any other event.",
      tags,
      security: needs("webhooks:write"),
      request: { params, body: noBody },
      responses: { 202: answer(pingSchema, "It is on its way"), ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:write");
      const ping = await pingEndpoint(ports, caller, context.req.valid("param").id, context.get("once"));
      return context.json({ event_id: ping.eventId, delivery_id: ping.deliveryId }, 202);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/webhook-endpoints/{id}/replay",
      operationId: "replayWebhookEvents",
      summary: "Send the events of some time once more",
      description:
        "With the ids that they had, so that a receiver that has one already knows it. At most 100,000 at a time.",
      tags,
      security: needs("webhooks:write"),
      request: {
        params,
        body: body(replayRequestSchema, {
          "What did not arrive": { from: "2026-11-20T10:00:00.000Z" },
          "Everything of a day": {
            from: "2026-11-20T00:00:00.000Z",
            to: "2026-11-21T00:00:00.000Z",
            status: "all",
          },
        }),
      },
      responses: { 202: answer(replaySchema, "They are on their way"), ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:write");
      const { from, to, status, event_types: eventTypes } = context.req.valid("json");
      const deliveries = await replayEvents(ports, caller, context.req.valid("param").id, {
        from: new Date(from),
        to: to === undefined ? null : new Date(to),
        status,
        eventTypes: eventTypes ?? null,
      });
      return context.json({ deliveries }, 202);
    },
  );
}
