import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import { noDelivery, redeliver } from "#core/usecases/administer-webhooks";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { createRoute } from "../openapi/create-route.ts";
import { decodeCursor, pageOf } from "../cursor.ts";
import {
  deliveryListQuerySchema,
  deliveryPageSchema,
  deliverySchema,
  eventDetailSchema,
  eventListQuerySchema,
  eventPageSchema,
} from "../schemas/delivery.ts";
import { nothingSchema } from "../schemas/primitives.ts";
import { answer, needs, problems } from "../schemas/problem.ts";
import { toDeliveryView, toEventView } from "../views/webhook-view.ts";
import { demandWebhooks } from "./webhook-endpoints.ts";

// A malformed id is one that does not exist.
const idOf = (what: string, example: string) =>
  z.object({
    id: z
      .string()
      .max(100)
      .openapi({ description: `The ${what}'s id.`, example }),
  });
const eventParams = idOf("event", "evt_2f8k3mzq0v7w1x9y4t6r5p8n");
const deliveryParams = idOf("delivery", "dlv_2f8k3mzq0v7w1x9y4t6r5p8n");
const tags = ["Webhooks"];
const nothing = z.strictObject({});

const seenBy = ({ environmentId, tenantIds, integrationNames }: Caller) => ({
  environmentId,
  tenantIds,
  integrationNames,
});

export function webhookDeliveryRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/events",
      operationId: "listEvents",
      summary: "List what happened, newest first",
      description:
        "Events of the last 30 days, whether an endpoint subscribes to them or not. A key that is limited to tenants or integrations sees theirs.",
      tags,
      security: needs("webhooks:read"),
      request: { query: eventListQuerySchema },
      responses: { 200: answer(eventPageSchema, "A page of events"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "webhooks:read");
      const { event_type: eventType = null, account = null, cursor, limit } = context.req.valid("query");
      const filter = { ...seenBy(caller), eventType, accountId: account };
      const rows = await ports.webhooks.listEvents(filter, decodeCursor(cursor), limit + 1);
      const { page, next } = pageOf(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
      return context.json({ data: page.map((row) => toEventView(row, caller.environment)), next_cursor: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/events/{id}",
      operationId: "getEvent",
      summary: "One event with its deliveries",
      description: "Whether it arrived, and where not.",
      tags,
      security: needs("webhooks:read"),
      request: { params: eventParams, query: nothing },
      responses: { 200: answer(eventDetailSchema, "The event"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "webhooks:read");
      const event = await ports.webhooks.findEvent(seenBy(caller), context.req.valid("param").id);
      if (event === null) throw new DomainError("not_found", { detail: "There is no such event in this environment." });
      const deliveries = await ports.webhooks.deliveriesOf(event);
      return context.json(
        { ...toEventView(event, caller.environment), deliveries: deliveries.map(toDeliveryView) },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/webhook-deliveries",
      operationId: "listWebhookDeliveries",
      summary: "List deliveries with their attempts, by the newest event first",
      description: "What was sent where in the last 30 days, what came back, and what is tried next.",
      tags,
      security: needs("webhooks:read"),
      request: { query: deliveryListQuerySchema },
      responses: { 200: answer(deliveryPageSchema, "A page of deliveries"), ...problems(422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:read");
      const {
        endpoint = null,
        status = null,
        event_type: eventType = null,
        cursor,
        limit,
      } = context.req.valid("query");
      const filter = { environmentId: caller.environmentId, endpointId: endpoint, status, eventType };
      const rows = await ports.webhooks.listDeliveries(filter, decodeCursor(cursor), limit + 1);
      const { page, next } = pageOf(rows, limit, (row) => ({ at: row.eventCreatedAt, id: row.id }));
      return context.json({ data: page.map(toDeliveryView), next_cursor: next }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/webhook-deliveries/{id}",
      operationId: "getWebhookDelivery",
      summary: "One delivery with its attempts",
      description: "The event itself is at /events/{id}.",
      tags,
      security: needs("webhooks:read"),
      request: { params: deliveryParams, query: nothing },
      responses: { 200: answer(deliverySchema, "The delivery"), ...problems(404, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:read");
      const delivery = await ports.webhooks.findDelivery(caller.environmentId, context.req.valid("param").id);
      if (delivery === null) throw noDelivery();
      return context.json(toDeliveryView(delivery), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/webhook-deliveries/{id}/redeliver",
      operationId: "redeliverWebhook",
      summary: "Send an event to an endpoint once more",
      description:
        "At once, with the id that it had. What was delivered or given up begins its schedule anew; what is pending is tried now.",
      tags,
      security: needs("webhooks:write"),
      request: {
        params: deliveryParams,
        body: { required: false, content: { "application/json": { schema: nothingSchema } } },
      },
      responses: { 202: answer(deliverySchema, "It is on its way"), ...problems(404, 409, 422) },
    }),
    async (context) => {
      const caller = context.get("caller");
      demandWebhooks(caller, "webhooks:write");
      return context.json(toDeliveryView(await redeliver(ports, caller, context.req.valid("param").id)), 202);
    },
  );
}
