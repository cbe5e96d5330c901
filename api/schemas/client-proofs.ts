import { z } from "@hono/zod-openapi";
import { instantSchema, nullableInstantSchema } from "./primitives.ts";

const clientKeySchema = z
  .object({
    jwk: z.record(z.string(), z.string()).openapi({
      description: "The public key (RFC 7517).",
      example: { kty: "OKP", crv: "Ed25519", kid: "2026-11", x: "..." },
    }),
    created_at: instantSchema.openapi({ description: "When it was made." }),
    accepted_until: nullableInstantSchema.openapi({
      description: "Until when it is published; null: the newest, which has no end.",
      example: null,
    }),
  })
  .openapi("ClientKey", { description: "A public key with which the client proves itself." });

const clientCertificateSchema = z
  .object({
    subject: z.string().openapi({ description: "Its subject.", example: "CN=evergrant" }),
    sha256: z.string().openapi({ description: "Its fingerprint.", example: "..." }),
    not_after: instantSchema.openapi({ description: "When it ends." }),
  })
  .openapi("ClientCertificate", { description: "What the client shows in the TLS handshake; its key is never shown." });

export const clientProofsSchema = z.object({
  jwks_uri: z.url().nullable().openapi({
    description: "Where the provider can read the client's public keys; null where it signs nothing.",
    example: null,
  }),
  client_keys: z
    .array(clientKeySchema)
    .openapi({ description: "Newest first. Public: to be registered at the provider.", example: [] }),
  client_certificate: clientCertificateSchema
    .nullable()
    .openapi({ description: "What the client shows in the TLS handshake; null: none was set.", example: null }),
});
export type ClientProofsView = z.infer<typeof clientProofsSchema>;
