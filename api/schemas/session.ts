import { z } from "@hono/zod-openapi";

const sessionUserSchema = z
  .object({
    id: z.string().openapi({ description: "The administrator's id.", example: "usr_2f8k3mzq0v7w1x9y4t6r5p8n" }),
    email: z.string().openapi({ description: "Their address.", example: "ada@example.com" }),
    name: z.string().openapi({ description: "Their name.", example: "Ada" }),
    role: z.string().openapi({ description: "owner, operator, support or auditor.", example: "operator" }),
  })
  .openapi("SessionUser", { description: "An administrator." });

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
  })
  .openapi("Session", { description: "Who is signed in to the dashboard." });

export type SessionView = z.infer<typeof sessionSchema>;
