import { z } from "@hono/zod-openapi";
import { eventFilters } from "#core/domain/webhook/event-filter";
import { eventTypes, type EventType } from "#core/domain/webhook/event-type";
import { instantSchema, nullableInstantSchema } from "./primitives.ts";

const types = Object.keys(eventTypes) as [EventType, ...EventType[]];

export const eventTypeSchema = z.enum(types).openapi({
  description: Object.entries(eventTypes)
    .map(([type, text]) => `\`${type}\`: ${text}`)
    .join(" "),
  example: "integrated_account:authentication_error",
});

const filterSchema = z
  .array(z.enum(eventFilters as unknown as [string, ...string[]]))
  .min(1)
  .max(50)
  .openapi({
    description: "Types of events, groups of them such as `integrated_account:*`, or `*` for all.",
    example: ["integrated_account:*"],
  });

const urlSchema = z.string().min(1).max(2000).openapi({
  description:
    "Where events are sent: an https address without credentials in it, at most 2,000 characters; or, for mails, `mailto:` and one address. Plain http, and ports other than 443, are for hosts in a range of EVERGRANT_EGRESS_ALLOW alone.",
  example: "https://app.example.com/webhooks/evergrant",
});

const descriptionSchema = z
  .string()
  .max(500)
  .nullable()
  .openapi({ description: "Your own words about it; null: none.", example: "Production backend" });

const formatSchema = z.enum(["standard", "chat", "email"]).openapi({
  description:
    '`standard`: the event as JSON, signed (Standard Webhooks). `chat`: `{"text": "…"}` in plain words, as incoming webhooks of chats take it. `email`: the same words as a mail.',
  example: "standard",
});

const statusSchema = z.enum(["enabled", "disabled"]).openapi({
  description: "`disabled`: nothing is sent, and events that come meanwhile are kept for a replay.",
  example: "enabled",
});

export const endpointRequestSchema = z
  .strictObject({
    url: urlSchema,
    events: filterSchema.optional().openapi({ description: "What is sent; `*` by default.", example: ["*"] }),
    format: formatSchema.optional().openapi({
      description: "By default `email` for a `mailto:` address, and `standard` for any other.",
      example: "standard",
    }),
    description: descriptionSchema.optional(),
  })
  .openapi("WebhookEndpointRequest", { description: "Where events are to be sent." });

export const endpointPatchSchema = z
  .strictObject({
    url: urlSchema.optional(),
    events: filterSchema.optional(),
    description: descriptionSchema.optional(),
    status: statusSchema.optional().openapi({
      description:
        "`enabled` takes a disabled endpoint into use again, its failures forgotten; `disabled` ends its deliveries as failed.",
      example: "enabled",
    }),
  })
  .openapi("WebhookEndpointPatch", { description: "What is absent stays; `events` is replaced as a whole." });

export const endpointSchema = z
  .object({
    id: z.string().openapi({ description: "The endpoint's id.", example: "whe_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    url: urlSchema.openapi({
      description:
        "Where events are sent. Of the address of a chat, which lets whoever knows it write there, only the origin and the last four characters are shown, with … between them.",
      example: "https://app.example.com/webhooks/evergrant",
    }),
    format: formatSchema,
    events: filterSchema,
    description: descriptionSchema,
    status: statusSchema,
    disabled_reason: z.enum(["failing", "gone", "operator"]).nullable().openapi({
      description:
        "`failing`: only failures for five days. `gone`: it answered 410. `operator`: somebody did. null: it is enabled.",
      example: null,
    }),
    disabled_at: nullableInstantSchema.openapi({ description: "Since when; null: it is enabled.", example: null }),
    failures: z.number().int().min(0).openapi({ description: "Attempts that failed in a row.", example: 0 }),
    failing_since: nullableInstantSchema.openapi({
      description:
        "The first of them; null: the latest attempt worked, or there was none. After three days `webhook_endpoint:failing` warns, after five the endpoint is disabled.",
      example: null,
    }),
    last_success_at: nullableInstantSchema.openapi({ description: "The latest attempt that worked; null: none." }),
    waiting: z.number().int().min(0).openapi({
      description: "Deliveries that are not done, those between two attempts among them. 10000 stands for more.",
      example: 0,
    }),
    last_day: z
      .object({
        deliveries: z
          .number()
          .int()
          .min(0)
          .max(1_000)
          .openapi({ description: "Deliveries that were made.", example: 412 }),
        delivered: z.number().int().min(0).max(1_000).openapi({ description: "Those that arrived.", example: 409 }),
      })
      .openapi({
        description: "What became of the events of the last 24 hours; of more than 1,000, of the latest 1,000.",
        example: { deliveries: 412, delivered: 409 },
      }),
    previous_secret_accepted_until: nullableInstantSchema.openapi({
      description: "Until then every delivery is signed with the replaced secret too; null: with one secret.",
      example: null,
    }),
    created_at: instantSchema.openapi({ description: "When it was made." }),
    updated_at: instantSchema.openapi({ description: "When it was changed last." }),
  })
  .openapi("WebhookEndpoint", { description: "Where events are sent, and how it does." });
export type EndpointView = z.infer<typeof endpointSchema>;

const secretSchema = z.string().openapi({
  description: "Signs every delivery (HMAC-SHA-256). Shown once: keep it where your receiver finds it.",
  example: "whsec_...",
});

export const newEndpointSchema = endpointSchema
  .extend({
    secret: secretSchema.nullable().openapi({
      description: "Signs every delivery. Shown once; null: the format is not signed.",
      example: "whsec_...",
    }),
  })
  .openapi("NewWebhookEndpoint", { description: "An endpoint with its signing secret." });

export const endpointListSchema = z
  .object({ data: z.array(endpointSchema).openapi({ description: "All of them, oldest first." }) })
  .openapi("WebhookEndpointList", { description: "The endpoints of the environment; at most 50." });
export type EndpointList = z.infer<typeof endpointListSchema>;

export const rotatedSecretSchema = z
  .object({
    secret: secretSchema,
    previous_accepted_until: instantSchema.openapi({
      description: "Until then deliveries carry the signatures of both secrets.",
    }),
  })
  .openapi("RotatedSecret", { description: "A new signing secret." });

export const pingSchema = z
  .object({
    event_id: z.string().openapi({ description: "The ping.", example: "evt_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    delivery_id: z.string().openapi({
      description: "Its delivery; read it to see what came of it.",
      example: "dlv_2f8k3mzq0v7w1x9y4t6r5p8n",
    }),
  })
  .openapi("PingSent", { description: "A test event is on its way." });

export const replayRequestSchema = z
  .strictObject({
    from: instantSchema.openapi({
      description: "Events from then on; they are kept for 30 days.",
      example: "2026-11-20T10:00:00.000Z",
    }),
    to: instantSchema
      .optional()
      .openapi({ description: "And until then; now by default.", example: "2026-11-21T10:00:00.000Z" }),
    status: z.enum(["failed", "all"]).default("failed").openapi({
      description:
        "`failed`: what did not arrive, whether its delivery failed or the endpoint was not there or disabled. `all`: also what was delivered.",
      example: "failed",
    }),
    event_types: z
      .array(eventTypeSchema)
      .min(1)
      .max(50)
      .optional()
      .openapi({
        description: "Of these types alone, among those that the endpoint subscribes to; by default all of them.",
        example: ["integrated_account:authentication_error"],
      }),
  })
  .openapi("ReplayRequest", { description: "Which events are to be sent once more." });

export const replaySchema = z
  .object({
    deliveries: z.number().int().min(0).openapi({ description: "How many are on their way.", example: 12 }),
  })
  .openapi("Replay", { description: "What a replay sends." });
