import { z } from "@hono/zod-openapi";
import { unifiedCategories } from "#core/domain/unified/models";
import { nextCursorSchema } from "./primitives.ts";
import { modelCapabilitiesSchema } from "./unified.ts";

const endpointNames = ["list", "search", "get", "create", "update", "delete"] as const;

const modelFieldSchema = z
  .object({
    name: z.string().openapi({ description: "Of the model.", example: "first_name" }),
    kind: z
      .enum(["id", "text", "number", "timestamp", "date", "choice", "object", "texts", "objects"])
      .openapi({ description: "What it holds.", example: "text" }),
    description: z.string().openapi({ description: "What it means.", example: "Given name." }),
    choices: z
      .array(z.string())
      .nullable()
      .openapi({ description: "Of a `choice`: the words; null: it is none.", example: null }),
    read_only: z.boolean().openapi({ description: "The provider's alone: no mapping writes it.", example: false }),
  })
  .openapi("UnifiedModelField", { description: "A field of a model, the same for every provider." });

const integrationMappingSchema = z
  .object({
    category: z.string().openapi({ description: "Of the model.", example: "crm" }),
    model: z.string().openapi({ description: "Its name.", example: "contacts" }),
    description: z
      .string()
      .openapi({ description: "What the model is.", example: "People whom the customer deals with." }),
    fields: z.array(modelFieldSchema).openapi({ description: "Every field of the model." }),
    mapping: z
      .record(z.string(), z.unknown())
      .nullable()
      .openapi({
        description: "As the definition has it, with what goes without saying; null: it does not map this model.",
        example: { fields: { id: { read: "id" } }, endpoints: { get: { path: "/contacts/{id}" } } },
      }),
    capabilities: modelCapabilitiesSchema
      .nullable()
      .openapi({ description: "What it can do, with what this environment lays over it; null: it is not mapped." }),
    samples: z.record(z.string(), z.unknown()).openapi({
      description:
        "For each endpoint that answers records, an answer made up of the names that the mapping reads: to begin with.",
      example: { get: { id: "151" } },
    }),
  })
  .openapi("IntegrationMapping", { description: "How one model of the unified API is mapped." });
export type IntegrationMappingView = z.infer<typeof integrationMappingSchema>;

export const integrationMappingListSchema = z
  .object({
    data: z
      .array(integrationMappingSchema)
      .openapi({ description: "Every model of the unified API, those without a mapping too." }),
    next_cursor: nextCursorSchema.openapi({ description: "Always null: this list has one page.", example: null }),
  })
  .openapi("IntegrationMappingList", { description: "How a definition maps the unified API." });
export type IntegrationMappingListView = z.infer<typeof integrationMappingListSchema>;

const texts = z.record(z.string().max(100), z.string().max(10_000));

export const mappingTrialRequestSchema = z
  .strictObject({
    category: z.enum(unifiedCategories).openapi({ description: "Of the model.", example: "crm" }),
    model: z.string().max(64).openapi({ description: "Its name.", example: "contacts" }),
    mapping: z.unknown().openapi({
      description: "As it would stand in the definition under `unified.<category>.<model>`. It may be faulty.",
      example: { fields: { id: { read: "id" } }, endpoints: { get: { path: "/contacts/{id}" } } },
    }),
    endpoint: z.enum(endpointNames).openapi({ description: "Which of its endpoints is tried.", example: "get" }),
    answer: z
      .strictObject({
        status: z.number().int().min(100).max(599).default(200).openapi({ description: "Its status.", example: 200 }),
        headers: texts.default({}).openapi({ description: "Its headers.", example: {} }),
        body: z.unknown().openapi({ description: "Its body: JSON.", example: { id: "151" } }),
      })
      .optional()
      .openapi({ description: "What the provider answered. Absent: nothing is read." }),
    given: z
      .record(z.string(), z.unknown())
      .optional()
      .openapi({
        description:
          "What a caller asks for (`{limit, filters, sort: {field, descending}, cursor}`, or `{id}`; the cursor of linked pages is the address of the next one) or writes (fields of the record; of `update` with `id`, and as `current` what the provider holds of it where the endpoint has `readsFirst`). Absent: no request is made of it.",
        example: { id: "151" },
      }),
    inputs: texts.default({}).openapi({
      description: "What an account would have as `$inputs`. Absent: the examples of the definition's inputs.",
      example: {},
    }),
    fields: texts.default({}).openapi({ description: "What an account would have as `$fields`.", example: {} }),
  })
  .openapi("MappingTrialRequest", { description: "A mapping, and what it is tried on." });

const faultSchema = z
  .object({
    part: z.enum(["mapping", "given"]).openapi({ description: "In which of the two it stands.", example: "mapping" }),
    pointer: z
      .string()
      .openapi({ description: "A JSON Pointer into it; empty: the whole.", example: "/fields/first_name/read" }),
    detail: z.string().openapi({ description: "What is wrong.", example: "failed: threw (T0412 at 4)" }),
  })
  .openapi("MappingFault", { description: "Something that is wrong with a mapping, or with what a caller gives it." });

const refusalSchema = z
  .object({
    code: z.string().openapi({ description: "Of the problem.", example: "provider_rejected" }),
    status: z.number().int().openapi({ description: "Its HTTP status.", example: 422 }),
    detail: z.string().openapi({
      description: "Its text.",
      example: "The provider refused what was sent. Nothing was written, as far as it says.",
    }),
    message: z
      .string()
      .nullable()
      .openapi({ description: "The provider's own words; null: none were found.", example: "email is not valid" }),
    errors: z
      .array(
        z.object({
          pointer: z.string().openapi({ description: "The field.", example: "email" }),
          detail: z.string().openapi({ description: "What is wrong with it.", example: "is not valid" }),
        }),
      )
      .openapi({ description: "Single fields." }),
  })
  .openapi("MappingRefusal", { description: "The problem that a caller would get." });

export const mappingTrialSchema = z
  .object({
    valid: z.boolean().openapi({ description: "Whether nothing is wrong.", example: true }),
    errors: z.array(faultSchema).openapi({ description: "All that is wrong, at once." }),
    capabilities: modelCapabilitiesSchema
      .nullable()
      .openapi({ description: "What the mapping can do; null: it is faulty." }),
    result: z
      .object({
        records: z.array(z.record(z.string(), z.unknown())).openapi({
          description: "In the model's schema; of a longer page the first ten.",
          example: [{ id: "151", first_name: null }],
        }),
        total: z.number().int().openapi({ description: "How many the answer holds.", example: 1 }),
        next: z
          .unknown()
          .openapi({ description: "What the next page would be asked with; null: there is none.", example: null }),
        id: z.string().nullable().openapi({
          description: "Of an answer that names the record alone: the id by which it would be read. Null: not so.",
          example: null,
        }),
      })
      .nullable()
      .openapi({ description: "What is read out of the answer; null: there was none, or it is none of success." }),
    refusal: refusalSchema.nullable().openapi({ description: "What a refusal becomes; null: it is none." }),
    request: z
      .object({
        method: z.string().openapi({ description: "Of the call.", example: "GET" }),
        path: z.string().openapi({ description: "Below api.baseUrl.", example: "/contacts/151" }),
        query: z.string().nullable().openapi({ description: "Without the question mark; null: none.", example: null }),
        body: z.unknown().openapi({ description: "JSON; null: none.", example: null }),
      })
      .nullable()
      .openapi({ description: "What would be sent; null: nothing was given, or it can't be." }),
  })
  .openapi("MappingTrial", { description: "A mapping at work on a sample. Nothing was sent, and nothing written." });
export type MappingTrialView = z.infer<typeof mappingTrialSchema>;
