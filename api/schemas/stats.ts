import { z } from "@hono/zod-openapi";
import { integrationNameSchema } from "./primitives.ts";

const count = (description: string, example: number) => z.number().int().openapi({ description, example });

const accountCountsSchema = z
  .object({
    connecting: count("Waiting for the customer.", 2),
    active: count("With a grant.", 1130),
    needs_reauth: count("Whose grant is dead.", 4),
    disconnected: count("Ended.", 12),
  })
  .openapi("AccountCounts", { description: "Accounts by status." });

const latencySchema = z
  .object({
    p50: z.number().nullable().openapi({ description: "Half are faster, ms; null: no attempt.", example: 180 }),
    p95: z.number().nullable().openapi({ description: "19 of 20 are faster, ms; null: no attempt.", example: 420 }),
  })
  .openapi("Latency", { description: "How long token endpoints took, in milliseconds." });

const integrationHealthSchema = z
  .object({
    integration_name: integrationNameSchema,
    accounts: accountCountsSchema,
    refreshes: count("Attempts in the window.", 912),
    success_rate: z.number().min(0).max(1).nullable().openapi({
      description:
        "Of the attempts in the window that succeeded or failed, not of superseded ones, 0 to 1; null: there was none.",
      example: 0.998,
    }),
    latency_ms: latencySchema,
    failures: z
      .record(z.string(), z.number().int())
      .openapi({ description: "Failed attempts in the window, by outcome.", example: { transient: 2 } }),
  })
  .openapi("IntegrationHealth", { description: "How one integration does." });

export const healthSchema = z
  .object({
    integrations: z
      .array(integrationHealthSchema)
      .openapi({ description: "One entry for each integration with accounts." }),
  })
  .openapi("Health", { description: "How the integrations of this environment do." });
export type HealthView = z.infer<typeof healthSchema>;
