import { z } from "@hono/zod-openapi";

export const healthSchema = z
  .object({
    integrations: z.array(
      z.object({
        integration_name: z.string(),
        accounts: z.object({
          connecting: z.number().int(),
          active: z.number().int(),
          needs_reauth: z.number().int(),
          disconnected: z.number().int(),
        }),
        refreshes: z.number().int(),
        /** 0 to 1; null when there was no attempt in the window. */
        success_rate: z.number().nullable(),
        latency_ms: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
        failures: z.record(z.string(), z.number().int()),
      }),
    ),
  })
  .openapi("Health");
export type HealthView = z.infer<typeof healthSchema>;
