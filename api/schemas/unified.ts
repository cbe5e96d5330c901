import { z } from "@hono/zod-openapi";
import { recordSchema, writeSchema, type Describe, type Model, type ModelFilter } from "#core/domain/unified/model";
import { longestCursor } from "#core/domain/unified/unified-cursor";
import { accountIdSchema } from "./primitives.ts";

/** The schemas of core with what the API's documentation has besides. */
const describe: Describe = (schema, { description, example }) =>
  schema.openapi({ description, ...(example === null ? {} : { example }) });

export interface UnifiedSchemas {
  readonly list: z.ZodObject;
  readonly one: z.ZodObject;
  readonly write: z.ZodObject;
  readonly listQuery: z.ZodObject;
}

export const unifiedAccountQuery = {
  integrated_account_id: accountIdSchema.openapi({
    description: "The account whose provider is asked.",
    example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n",
  }),
};

const rawQuery = {
  raw: z
    .enum(["true", "false"])
    .default("false")
    .openapi({ description: "Whether the provider's own record is wanted beside each, as `raw`." }),
};

export const oneQuery = z.strictObject({ ...unifiedAccountQuery, ...rawQuery });
export const deleteQuery = z.strictObject(unifiedAccountQuery);

export const recordIdSchema = z
  .string()
  .min(1)
  .max(255)
  .refine((id) => !/^\.{1,2}$/.test(id), "can't be the id of a record")
  .openapi({ description: "The provider's id of the record.", example: "151" });

export function unifiedSchemas(model: Model): UnifiedSchemas {
  const title = `${capital(model.category)}${capital(model.singular)}`;
  const record = recordSchema(model, describe).openapi(title, { description: model.description });
  const write = writeSchema(model, describe).openapi(`${title}Write`, {
    description: `What may be written of a ${model.singular}; null clears a field. Which of it a provider can hold, its capabilities tell.`,
  });
  return {
    write: write,
    listQuery: listQueryOf(model),
    list: z
      .object({
        result: z
          .array(record)
          .openapi({ description: "A page of them, in the provider's order or the one asked for." }),
        next_cursor: z
          .string()
          .nullable()
          .openapi({ description: "Asks for the next page as `cursor`; null: this is the last one.", example: null }),
        raw: z.array(z.unknown()).optional().openapi({
          description: "The provider's own records, each at the place of its own in `result`; on request.",
        }),
      })
      .openapi(`${title}List`, { description: `A page of ${model.name}.` }),
    one: z
      .object({
        result: record,
        next_cursor: z.null().openapi({ description: "Of lists alone.", example: null }),
        raw: z.unknown().optional().openapi({ description: "The provider's own record; on request." }),
      })
      .openapi(`${title}Answer`, { description: `One of the ${model.name}.` }),
  };
}

export const deletedSchema = z
  .object({
    result: z.null().openapi({ description: "It is not there any more.", example: null }),
    next_cursor: z.null().openapi({ description: "Of lists alone.", example: null }),
  })
  .openapi("UnifiedDeleted", { description: "A record was removed." });

const fieldCapabilitySchema = z
  .object({
    read: z
      .boolean()
      .openapi({ description: "Whether records can have it; where not, it is always null.", example: true }),
    create: z.boolean().openapi({ description: "Whether it can be given when a record is made.", example: true }),
    update: z.boolean().openapi({ description: "Whether it can be changed.", example: false }),
  })
  .openapi("UnifiedFieldCapability", { description: "What can be done with a field at a provider." });

export const modelCapabilitiesSchema = z
  .object({
    category: z.string().openapi({ description: "Of the path.", example: "crm" }),
    model: z.string().openapi({ description: "Of the path.", example: "contacts" }),
    operations: z
      .array(z.enum(["list", "get", "create", "update", "delete"]))
      .openapi({ description: "What can be done.", example: ["list", "get"] }),
    fields: z.record(z.string(), fieldCapabilitySchema).openapi({
      description: "Every field of the model, by its name.",
      example: { first_name: fieldExample() },
    }),
    custom_fields: z.record(z.string(), fieldCapabilitySchema).openapi({
      description: "Further ones of the mapping, by their names.",
      example: { plan: fieldExample() },
    }),
    filters: z
      .array(z.string())
      .openapi({ description: "What a list can be narrowed by, each by itself at least.", example: ["email"] }),
    sorts: z.array(z.string()).openapi({ description: "What a list can be sorted by.", example: ["updated_at"] }),
    max_limit: z
      .number()
      .int()
      .nullable()
      .openapi({ description: "The most records of a page; null: there is no list.", example: 100 }),
  })
  .openapi("UnifiedModelCapabilities", { description: "What can be done with a model at one provider." });
export type ModelCapabilitiesView = z.infer<typeof modelCapabilitiesSchema>;

export const capabilitiesSchema = z
  .object({
    integration_name: z.string().openapi({ description: "The account's integration.", example: "acme-crm" }),
    models: z
      .array(modelCapabilitiesSchema)
      .openapi({ description: "One entry for each model that the integration maps." }),
  })
  .openapi("UnifiedCapabilities", { description: "What the unified API can do for an account." });

function fieldExample() {
  return { read: true, create: true, update: false };
}

function listQueryOf({ filters, sorts }: Model): z.ZodObject {
  const own = Object.entries(filters).map(([name, filter]) => [name, filterSchema(filter).optional()]);
  const orders = sorts.flatMap((one) => [one, `-${one}`]) as [string, ...string[]];
  return z.strictObject({
    ...unifiedAccountQuery,
    ...Object.fromEntries(own),
    sort: z
      .enum(orders)
      .optional()
      .openapi({ description: "Sorts by a field, with a minus in front from the last to the first." }),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(200)
      .default(50)
      .openapi({ description: "Records of a page, 1 to 200; no more than the provider allows (`max_limit`)." }),
    cursor: z
      .string()
      .max(longestCursor)
      .optional()
      .openapi({ description: "The `next_cursor` of the page before, with the same filters and sort." }),
    ...rawQuery,
  });
}

function filterSchema({ kind, description, example, choices = [] }: ModelFilter): z.ZodType {
  const schema =
    kind === "timestamp"
      ? z.iso.datetime({ offset: true })
      : kind === "choice"
        ? z.enum(choices as [string, ...string[]])
        : z.string().min(1).max(255);
  return (schema as z.ZodType).openapi({ description, example });
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
