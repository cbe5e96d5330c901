import { z } from "@hono/zod-openapi";
import { cursorSchema, instantSchema, nextCursorSchema, nullableInstantSchema, pageLimitSchema } from "./primitives.ts";
import { eventTypeSchema } from "./webhook.ts";

const endpointIdSchema = z
  .string()
  .regex(/^whe_[0-9a-z]{24}$/, "expected an endpoint's id: whe_ and 24 characters")
  .openapi({ description: "The endpoint's id.", example: "whe_2f8k3mzq0v7w1x9y4t6r5p8n" });

const accountIdSchema = z.string().nullable().openapi({
  description: "The account that it is about; null: it is about none.",
  example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n",
});

export const deliveryAttemptSchema = z
  .object({
    at: instantSchema.openapi({ description: "When it began." }),
    http_status: z
      .number()
      .int()
      .nullable()
      .openapi({ description: "What the receiver answered; null: it did not, or it was a mail.", example: 503 }),
    latency_ms: z.number().int().min(0).openapi({ description: "How long it took, milliseconds.", example: 84 }),
    error: z
      .string()
      .nullable()
      .openapi({ description: "Why it does not count as delivered; null: it does.", example: "HTTP 503" }),
    response: z.string().nullable().openapi({
      description: "The beginning of the answer, at most 1 kB; links that it repeats are left out. null: nothing came.",
      example: "try later",
    }),
  })
  .openapi("DeliveryAttempt", { description: "One attempt to deliver an event." });

export const deliveryStatusSchema = z.enum(["pending", "delivered", "failed"]).openapi({
  description:
    "`pending`: an attempt is to come. `delivered`: the receiver took it. `failed`: given up, after ten attempts or since the endpoint was disabled; redeliver or replay it.",
  example: "pending",
});

export const deliverySchema = z
  .object({
    id: z.string().openapi({ description: "The delivery's id.", example: "dlv_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    event_id: z.string().openapi({
      description: "The event's id, which is the `webhook-id` of every attempt.",
      example: "evt_2f8k3mzq0v7w1x9y4t6r5p8n",
    }),
    event_type: eventTypeSchema,
    event_created_at: instantSchema.openapi({ description: "When the event happened." }),
    integrated_account_id: accountIdSchema,
    webhook_endpoint_id: endpointIdSchema,
    status: deliveryStatusSchema,
    attempts: z.array(deliveryAttemptSchema).openapi({ description: "What was tried, oldest first; the latest 50." }),
    next_attempt_at: nullableInstantSchema.openapi({ description: "When it is tried next; null: it is not." }),
    finished_at: nullableInstantSchema.openapi({
      description: "When it was delivered or given up; null: it is pending.",
    }),
  })
  .openapi("WebhookDelivery", { description: "One event on its way to one endpoint." });
export type DeliveryView = z.infer<typeof deliverySchema>;

export const deliveryPageSchema = z
  .object({
    data: z.array(deliverySchema).openapi({ description: "The deliveries of this page, newest event first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("WebhookDeliveryPage", { description: "A page of deliveries." });
export type DeliveryPage = z.infer<typeof deliveryPageSchema>;

export const deliveryListQuerySchema = z.strictObject({
  endpoint: endpointIdSchema.optional().openapi({ description: "Those to this endpoint." }),
  status: deliveryStatusSchema.optional().openapi({ description: "Those of this status." }),
  event_type: eventTypeSchema.optional().openapi({ description: "Those of events of this type." }),
  limit: pageLimitSchema,
  cursor: cursorSchema.optional(),
});

export const eventSchema = z
  .object({
    id: z.string().openapi({ description: "The event's id.", example: "evt_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    created_at: instantSchema.openapi({ description: "When it happened." }),
    environment: z.string().openapi({ description: "The environment's name.", example: "production" }),
    sequence: z.number().int().nullable().openapi({
      description: "Counts the events of one account, in the order in which they happened; null: it is about none.",
      example: 17,
    }),
    event_type: eventTypeSchema,
    payload: z.record(z.string(), z.unknown()).openapi({
      description: "Ids and states of what it is about; never a token.",
      example: {
        id: "ia_2f8k3mzq0v7w1x9y4t6r5p8n",
        integration_name: "acme-crm",
        tenant_id: "acme",
        status: "needs_reauth",
        last_error: "invalid_grant: expired refresh token",
      },
    }),
  })
  .openapi("Event", { description: "Something that happened; the body of a webhook has this form." });
export type EventView = z.infer<typeof eventSchema>;

export const eventDetailSchema = eventSchema
  .extend({
    deliveries: z.array(deliverySchema).openapi({ description: "One for each endpoint that it went to." }),
  })
  .openapi("EventDetail", { description: "An event with its deliveries." });

export const eventPageSchema = z
  .object({
    data: z.array(eventSchema).openapi({ description: "The events of this page, newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("EventPage", { description: "A page of events." });
export type EventPage = z.infer<typeof eventPageSchema>;

export const eventListQuerySchema = z.strictObject({
  event_type: eventTypeSchema.optional().openapi({ description: "Those of this type." }),
  account: z
    .string()
    .regex(/^ia_[0-9a-z]{24}$/, "expected an account id: ia_ and 24 characters")
    .optional()
    .openapi({ description: "Those of this account.", example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n" }),
  limit: pageLimitSchema,
  cursor: cursorSchema.optional(),
});
