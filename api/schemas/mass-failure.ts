import { z } from "@hono/zod-openapi";
import { integrationNameSchema, nullableInstantSchema } from "./primitives.ts";

/** How one integration's OAuth client stands with the mass-disconnect guard (R26). */
export const massFailureSchema = z
  .object({
    integration_name: integrationNameSchema,
    state: z.enum(["none", "declared", "resolving"]).openapi({
      description:
        "`none`: nothing is held. `declared`: accounts are held until somebody decides. `resolving`: it was decided, and the held accounts go their way in the background.",
      example: "declared",
    }),
    started_at: nullableInstantSchema.openapi({ description: "Since when accounts are held; null unless declared." }),
    likely_cause: z.enum(["customer", "client", "provider"]).nullable().openapi({
      description:
        "Where to look first; never acted upon. `customer`: all accounts that left are one tenant's. `client`: your OAuth client was changed within a day before. `provider`: neither.",
      example: "client",
    }),
    held: z
      .number()
      .int()
      .min(0)
      .openapi({ description: "Accounts that are held now. After a decision it counts down.", example: 412 }),
    left: z.number().int().min(0).openapi({
      description: "Accounts that became `needs_reauth` shortly before it was declared, or since; 0 unless declared.",
      example: 5,
    }),
    decision: z
      .enum(["release", "confirm"])
      .nullable()
      .openapi({ description: "The latest decision; null: none.", example: null }),
    decided_by: z.string().nullable().openapi({
      description: "Who decided: the id of a key or an administrator; null: nobody.",
      example: "usr_2f8k3mzq0v7w1x9y4t6r5p8n",
    }),
    decided_at: nullableInstantSchema.openapi({ description: "When; null: nobody did." }),
  })
  .openapi("MassFailure", { description: "How one integration stands with the mass-disconnect guard." });

export type MassFailureView = z.infer<typeof massFailureSchema>;

export const massFailureListSchema = z
  .object({ data: z.array(massFailureSchema).openapi({ description: "By integration name." }) })
  .openapi("MassFailureList", { description: "The mass failures that are not over." });
export type MassFailureList = z.infer<typeof massFailureListSchema>;
