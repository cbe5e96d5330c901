import { z } from "@hono/zod-openapi";

/** Who is signed in to the dashboard, and which environment the requests of this browser are about. */
export const sessionSchema = z
  .object({
    user: z.object({ id: z.string(), email: z.string(), name: z.string(), role: z.string() }),
    environment: z.string(),
    environments: z.array(z.string()),
  })
  .openapi("Session");

export type SessionView = z.infer<typeof sessionSchema>;
