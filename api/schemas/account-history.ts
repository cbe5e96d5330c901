import { z } from "@hono/zod-openapi";
import { timelineKinds } from "#adapters/postgres/account-history/read-timeline";
import { attemptSchema } from "./attempt.ts";
import { deliveryStatusSchema } from "./delivery.ts";
import { eventTypeSchema } from "./webhook.ts";
import {
  accountIdSchema,
  cursorSchema,
  instantSchema,
  nextCursorSchema,
  nullableInstantSchema,
  pageLimitSchema,
} from "./primitives.ts";

const kindSchema = z.enum(timelineKinds).openapi({
  description:
    "`attempt`: a call of its token endpoint. `status`: its status changed, or it was made. `change`: somebody changed something of it, made a link for it, or a run acted on it. `event`: what was told to webhook endpoints.",
  example: "attempt",
});

const timelineDeliverySchema = z
  .object({
    id: z.string().openapi({ description: "The delivery's id.", example: "dlv_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    webhook_endpoint_id: z.string().openapi({ description: "Where it goes.", example: "whe_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    status: deliveryStatusSchema,
    attempts: z.number().int().openapi({ description: "How often it was tried.", example: 1 }),
    next_attempt_at: nullableInstantSchema.openapi({ description: "When it is tried next; null: it is not." }),
  })
  .openapi("TimelineDelivery", { description: "One event on its way to one endpoint, in short." });

export const timelineEntrySchema = z
  .object({
    id: z
      .string()
      .openapi({ description: "Of the attempt, the record or the event.", example: "att_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    at: instantSchema.openapi({ description: "When it was." }),
    kind: kindSchema,
    attempt: attemptSchema.nullable().openapi({ description: "Of an `attempt`; null: it is none." }),
    record: z
      .object({
        action: z.string().openapi({ description: "What was done.", example: "account.transitioned" }),
        actor: z.string().openapi({
          description: "Who did it: `key_…`, `usr_…`, `worker`, `connect`, `command_line`.",
          example: "worker",
        }),
        target: z.string().openapi({ description: "What it was done to.", example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n" }),
        detail: z.record(z.string(), z.unknown()).openapi({
          description: "More about it: ids, names and versions, and never a secret.",
          example: { from: "active", to: "needs_reauth" },
        }),
      })
      .openapi("TimelineRecord", { description: "What somebody, or the engine, did to an account." })
      .nullable()
      .openapi({ description: "Of a `status` or a `change`; null: it is none." }),
    event: z
      .object({
        event_type: eventTypeSchema,
        sequence: z.number().int().nullable().openapi({ description: "Counts the account's events.", example: 4 }),
        deliveries: z
          .array(timelineDeliverySchema)
          .openapi({ description: "To which endpoints, and what became of it." }),
      })
      .openapi("TimelineEvent", { description: "What was told about an account." })
      .nullable()
      .openapi({ description: "Of an `event`; null: it is none." }),
  })
  .openapi("TimelineEntry", { description: "One line of an account's history." });
export type TimelineEntryView = z.infer<typeof timelineEntrySchema>;

export const timelinePageSchema = z
  .object({
    data: z.array(timelineEntrySchema).openapi({ description: "What happened, newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("TimelinePage", { description: "A page of an account's history." });
export type TimelinePage = z.infer<typeof timelinePageSchema>;

export const timelineQuerySchema = z.strictObject({
  kind: kindSchema.optional().openapi({ description: "Lines of this kind alone." }),
  limit: pageLimitSchema,
  cursor: cursorSchema.optional(),
});

const mostLifelines = 100;

export const lifelineQuerySchema = z.strictObject({
  ids: z
    .string()
    .max(mostLifelines * 28)
    .transform((text) => text.split(","))
    .pipe(z.array(accountIdSchema).min(1).max(mostLifelines))
    .openapi({
      type: "string",
      description: `Accounts, ${mostLifelines} at most, with commas between them.`,
      example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n",
    }),
  hours: z.coerce
    .number()
    .int()
    .min(1)
    .max(720)
    .default(24)
    .openapi({ description: "Attempts of so many hours, 1 to 720." }),
  each: z.coerce
    .number()
    .int()
    .min(1)
    .max(50)
    .default(20)
    .openapi({ description: "So many of each account, 1 to 50: the latest." }),
});

export const lifelineAttemptSchema = z
  .object({
    id: z.string().openapi({ description: "The attempt's id.", example: "att_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    started_at: instantSchema.openapi({ description: "When it began." }),
    finished_at: nullableInstantSchema.openapi({ description: "When it ended; null: it runs." }),
    outcome: attemptSchema.shape.outcome,
    next_attempt_at: nullableInstantSchema.openapi({ description: "When it is tried next; null: not by itself." }),
  })
  .openapi("LifelineAttempt", { description: "A call of a token endpoint, in short." });

export const lifelineListSchema = z
  .object({
    data: z
      .array(
        z
          .object({
            integrated_account_id: accountIdSchema,
            attempts: z.array(lifelineAttemptSchema).openapi({ description: "Its latest attempts, newest first." }),
            has_earlier: z.boolean().openapi({
              description: "Whether there were more than these in that time.",
              example: false,
            }),
          })
          .openapi("Lifeline", { description: "The latest attempts of one account." }),
      )
      .openapi({ description: "One for each account that is there." }),
  })
  .openapi("LifelineList", { description: "The latest attempts of several accounts." });
export type LifelineList = z.infer<typeof lifelineListSchema>;
