import { z } from "@hono/zod-openapi";

/** RFC 3339 in UTC, the only form in which an instant crosses the API. */
export const instantSchema = z.iso
  .datetime()
  .openapi({ description: "An instant, RFC 3339 in UTC.", example: "2026-11-20T10:00:00.000Z" });
export const nullableInstantSchema = instantSchema.nullable();

export const accountIdSchema = z
  .string()
  .regex(/^ia_[0-9a-z]{24}$/, "expected an account id: ia_ and 24 characters")
  .openapi({ description: "The account's id.", example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n" });

export const tenantIdSchema = z
  .string()
  .min(1)
  .max(200)
  .openapi({ description: "Your customer, by your product's own id.", example: "acme" });

export const integrationNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected lower case letters, digits and hyphens, at most 63 characters")
  .openapi({ description: "The integration's name.", example: "acme-crm" });

/** The product's own small facts about an account: strings only, so that nothing of it needs interpreting. */
export const metadataSchema = z
  .record(z.string().min(1).max(64), z.string().max(1000))
  .refine((value) => Object.keys(value).length <= 50, "at most 50 entries")
  .openapi({
    description:
      "Your own small facts, texts by name: at most 50 entries, names up to 64 characters, values up to 1,000. Never interpreted.",
    example: { plan: "team" },
  });

export const scopeListSchema = z
  .array(z.string().min(1).max(500))
  .max(200)
  .openapi({ description: "Scopes of the provider, at most 200.", example: ["contacts.read"] });

/** One page of a list that grows. */
export const pageLimitSchema = z.coerce
  .number()
  .int()
  .min(1)
  .max(200)
  .default(50)
  .openapi({ description: "Entries on a page, 1 to 200." });

export const cursorSchema = z
  .string()
  .max(500)
  .openapi({
    description: "The `next_cursor` of the page before, as it came. Without it, the first page.",
    param: { name: "cursor", in: "query" },
  });

export const nextCursorSchema = z.string().nullable().openapi({
  description: "Asks for the next page as `cursor`; null: this is the last one.",
  example: null,
});

/** A sparse piece of an integration document (R64); what may stand in it is the domain's to say. */
export const overridesPatchSchema = z.record(z.string().min(1).max(200), z.unknown()).openapi({
  description:
    "A sparse piece of the integration document, laid over what is there (RFC 7396): null takes an override away, and what is absent stays.",
  example: { credentials: { config: { refresh: { bufferSeconds: 120 } } } },
});

export const inputsSchema = z
  .record(z.string().min(1).max(64), z.string().max(500))
  .openapi({ description: "The integration's inputs by name, such as a subdomain.", example: { subdomain: "acme" } });

/** The body of a POST that needs none. */
export const nothingSchema = z
  .strictObject({})
  .openapi("Nothing", { description: "Nothing needs to be said; a body may be left out.", example: {} });
