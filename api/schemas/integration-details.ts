import { z } from "@hono/zod-openapi";
import { instantSchema, nullableInstantSchema } from "./primitives.ts";

const nullableLimit = (description: string, example: number) =>
  z
    .number()
    .int()
    .nullable()
    .openapi({ description: `${description} Null: none is set.`, example });

const circuitSchema = z
  .object({
    endpoint: z
      .string()
      .openapi({ description: "The token endpoint.", example: "https://auth.acme.example/oauth/token" }),
    state: z.enum(["closed", "open"]).openapi({
      description: "`open`: five requests in a row failed; nobody asks but one probe, now and then.",
      example: "closed",
    }),
    cause: z.enum(["provider", "client", "rate_limit"]).nullable().openapi({
      description:
        "What failed last: the provider, the OAuth client, or it asked everybody to slow down; null: nothing.",
      example: null,
    }),
    failures: z.number().int().openapi({ description: "In a row, over all accounts.", example: 0 }),
    opened_at: nullableInstantSchema.openapi({ description: "Since when it is open; null: it is not." }),
    next_probe_at: nullableInstantSchema.openapi({ description: "When it is asked again; null: it is not open." }),
    probes: z.number().int().openapi({ description: "Probes since it opened.", example: 0 }),
    requests_under_way: z.number().int().openapi({
      description: "Right now, where a limit is set; 0 otherwise.",
      example: 2,
    }),
    per_minute: nullableLimit("The most requests in a minute.", 100),
    concurrency: nullableLimit("The most requests at a time.", 10),
    shared_with: z.array(z.string()).openapi({
      description: "Other integrations with the same client at this endpoint: they share breaker and budget.",
      example: [],
    }),
  })
  .openapi("Circuit", { description: "Breaker and budget of one OAuth client at one token endpoint." });

export const integrationStatusSchema = z
  .object({
    integration_name: z.string().openapi({ description: "The integration's name.", example: "acme-crm" }),
    in_catalogue: z.boolean().openapi({
      description: "Whether the catalogue has a definition of this name, in force or behind the environment's own.",
      example: true,
    }),
    defined_at: nullableInstantSchema.openapi({
      description: "When this environment put its own definition last; null: the catalogue's is in force.",
    }),
    circuits: z.array(circuitSchema).openapi({
      description: "Those in trouble first, at most 20. Empty: nothing failed yet, and no budget is set.",
    }),
    open_links: z.number().int().openapi({
      description: "Connect links for it that are good and that nobody used yet.",
      example: 3,
    }),
    open_links_complete: z.boolean().openapi({
      description: "False: the environment has more than 20,000 good links, and only the newest were looked at.",
      example: true,
    }),
    as_of: instantSchema.openapi({ description: "When this was read." }),
  })
  .openapi("IntegrationStatus", { description: "How an integration stands right now." });
export type IntegrationStatusView = z.infer<typeof integrationStatusSchema>;

export const overridableFieldListSchema = z
  .object({
    data: z
      .array(
        z
          .object({
            pointer: z.string().openapi({
              description: "A JSON Pointer into the document; `/*` at its end stands for any name.",
              example: "/credentials/config/refresh/bufferSeconds",
            }),
            schema: z
              .record(z.string(), z.unknown())
              .openapi({ description: "What a value must be: JSON Schema 2020-12.", example: { type: "integer" } }),
            defined: z.unknown().optional().openapi({
              description: "What the definition says beneath; absent: nothing, or there are names.",
              example: 30,
            }),
          })
          .openapi("OverridableField", { description: "A field that this environment may lay over the definition." }),
      )
      .openapi({ description: "In a fixed order." }),
    next_cursor: z.null().openapi({ description: "Always null: this list has one page.", example: null }),
  })
  .openapi("OverridableFieldList", { description: "What this environment may lay over a definition." });
export type OverridableFieldView = z.infer<typeof overridableFieldListSchema>["data"][number];
