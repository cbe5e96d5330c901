import { z } from "@hono/zod-openapi";

/** RFC 3339 in UTC, the only form in which an instant crosses the API. */
export const instantSchema = z.iso.datetime().openapi({ example: "2026-11-20T10:00:00.000Z" });
export const nullableInstantSchema = instantSchema.nullable();

export const accountIdSchema = z
  .string()
  .regex(/^ia_[0-9a-z]{24}$/, "expected an account id: ia_ and 24 characters")
  .openapi({ example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n" });

export const tenantIdSchema = z.string().min(1).max(200).openapi({ example: "acme" });

export const integrationNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected lower case letters, digits and hyphens, at most 63 characters")
  .openapi({ example: "acme-crm" });

/** The product's own small facts about an account: strings only, so that nothing of it needs interpreting. */
export const metadataSchema = z
  .record(z.string().min(1).max(64), z.string().max(1000))
  .refine((value) => Object.keys(value).length <= 50, "at most 50 entries");

export const scopeListSchema = z.array(z.string().min(1).max(500)).max(200);

export const pageLimitSchema = z.coerce.number().int().min(1).max(200).default(50);

/** A sparse piece of an integration document (R64); what may stand in it is the domain's to say. */
export const overridesPatchSchema = z.record(z.string().min(1).max(200), z.unknown()).openapi({
  description:
    "A sparse piece of the integration document, laid over what is there (RFC 7396): null takes an override away, and what is absent stays.",
  example: { credentials: { config: { refresh: { bufferSeconds: 120 } } } },
});

export const inputsSchema = z.record(z.string().min(1).max(64), z.string().max(500));
