import { z } from "@hono/zod-openapi";
import { instantSchema, nullableInstantSchema } from "./primitives.ts";

export const clientProofsSchema = z.object({
  /** Where the provider can read the client's public keys; null where it signs nothing. */
  jwks_uri: z.url().nullable(),
  /** Newest first. Public: to be registered at the provider. */
  client_keys: z.array(
    z.object({
      jwk: z.record(z.string(), z.string()),
      created_at: instantSchema,
      /** Null: the newest, which has no end. */
      accepted_until: nullableInstantSchema,
    }),
  ),
  /** What the client shows in the TLS handshake; null: none was set. Its key is never shown. */
  client_certificate: z.object({ subject: z.string(), sha256: z.string(), not_after: instantSchema }).nullable(),
});
export type ClientProofsView = z.infer<typeof clientProofsSchema>;
