import { z } from "@hono/zod-openapi";
import { cursorSchema, instantSchema, nextCursorSchema, nullableInstantSchema, pageLimitSchema } from "./primitives.ts";

export const attemptSchema = z
  .object({
    id: z.string().openapi({ description: "The attempt's id.", example: "att_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    reason: z.enum(["alarm", "on_demand", "forced", "rejected_token", "reauthorized"]).openapi({
      description:
        "`alarm`: scheduled. `on_demand`: a caller needed a token that lives longer. `forced`: asked for. `rejected_token`: the provider's API rejected the token. `reauthorized`: the customer authorized again.",
      example: "alarm",
    }),
    started_at: instantSchema.openapi({ description: "When it began." }),
    finished_at: nullableInstantSchema.openapi({ description: "When it ended; null: it runs." }),
    waiters: z.number().int().openapi({ description: "Callers who shared its result.", example: 0 }),
    outcome: z
      .enum([
        "refreshed",
        "transient",
        "rate_limited",
        "reauthorize",
        "held",
        "client_misconfigured",
        "in_doubt",
        "superseded",
      ])
      .nullable()
      .openapi({ description: "What came of it, by who must act; null: it runs.", example: "refreshed" }),
    http_status: z
      .number()
      .int()
      .nullable()
      .openapi({ description: "What the token endpoint sent; null: no answer came.", example: 200 }),
    error: z.string().nullable().openapi({ description: "The provider's own error; null: none.", example: null }),
    rule: z.string().nullable().openapi({ description: "The rule that decided; null: none had to.", example: null }),
    next_attempt_at: nullableInstantSchema.openapi({ description: "When it is tried next; null: not by itself." }),
    explanation: z
      .string()
      .nullable()
      .openapi({ description: "All of it in words, with what happens next.", example: "The token was refreshed." }),
  })
  .openapi("RefreshAttempt", { description: "One recorded call of a token endpoint." });

export type AttemptView = z.infer<typeof attemptSchema>;

export const attemptPageSchema = z
  .object({
    data: z.array(attemptSchema).openapi({ description: "The attempts of this page, newest first." }),
    next_cursor: nextCursorSchema,
  })
  .openapi("RefreshAttemptPage", { description: "A page of attempts." });
export type AttemptPage = z.infer<typeof attemptPageSchema>;

export const attemptListQuerySchema = z.strictObject({ limit: pageLimitSchema, cursor: cursorSchema.optional() });
