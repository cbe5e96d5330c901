import { z } from "@hono/zod-openapi";
import { roleSchema } from "./administrator.ts";
import { nullableInstantSchema } from "./primitives.ts";

const sessionUserSchema = z
  .object({
    id: z.string().openapi({ description: "The administrator's id.", example: "usr_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    email: z.string().openapi({ description: "Their address.", example: "ada@example.com" }),
    name: z.string().openapi({ description: "Their name.", example: "Ada" }),
    role: roleSchema,
  })
  .openapi("SessionUser", { description: "An administrator." });

const confirmWithSchema = z
  .array(z.enum(["password", "sso"]))
  .openapi({ description: "With what they can confirm that it is them.", example: ["password"] });

/** Who is signed in to the dashboard, and which environment the requests of this browser are about. */
export const sessionSchema = z
  .object({
    user: sessionUserSchema,
    environment: z
      .string()
      .openapi({ description: "The environment that this browser's requests are about.", example: "production" }),
    environments: z
      .array(z.string())
      .openapi({ description: "All environments, by name.", example: ["production", "staging"] }),
    session_id: z.string().openapi({ description: "This session.", example: "ses_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    confirmed_until: nullableInstantSchema.openapi({
      description: "Until then dangerous things are done without asking again who it is; null: the next one asks.",
    }),
    confirm_with: confirmWithSchema,
  })
  .openapi("Session", { description: "Who is signed in to the dashboard." });

export type SessionView = z.infer<typeof sessionSchema>;
