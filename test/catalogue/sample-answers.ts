import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { integrationDocumentSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";

/**
 * Answers as a provider's documentation shows them (integrations/samples/<name>.json), with the page that shows them, and what the
 * definition has to make of them.
 */
const answer = {
  source: z.url(),
  /** Where the page describes an answer rather than showing it. */
  note: z.string().optional(),
  status: z.number().int().min(100).max(599).default(200),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown(),
};
const fields = z.record(z.string(), z.string());
const tokens = z.strictObject({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  expires_in: z.number().optional(),
  scopes: z.array(z.string()).optional(),
  token_type: z.string().optional(),
  fields: fields.optional(),
});
const told = z.number().nullable().optional();
const rateLimit = z
  .strictObject({
    /** Whether the call was refused for a limit. Absent: the status says it. */
    refused: z.boolean().optional(),
    limit: told,
    remaining: told,
    reset_seconds: told,
    retry_after_seconds: told,
  })
  .refine((expects) => Object.keys(expects).length > 0, "a sample that expects nothing proves nothing");

const sampleSchema = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("token"), ...answer, expects: tokens }),
  z.strictObject({ what: z.literal("refresh"), ...answer, expects: tokens }),
  z.strictObject({
    what: z.literal("token_error"),
    ...answer,
    expects: z.strictObject({
      class: z.enum(["transient", "rate_limited", "reauthorize", "client_misconfigured", "in_doubt"]),
      error: z.string(),
    }),
  }),
  z.strictObject({
    what: z.literal("identity"),
    ...answer,
    expects: z.strictObject({ id: z.string(), label: z.string().nullable(), fields: fields.optional() }),
  }),
  /** The parameters with which a browser came back; no answer, so no status. */
  z.strictObject({
    what: z.literal("callback"),
    source: answer.source,
    note: answer.note,
    body: z.record(z.string(), z.string()),
    expects: z.strictObject({ fields }),
  }),
  z.strictObject({
    what: z.literal("api_error"),
    ...answer,
    expects: z.strictObject({ error: z.string().nullable() }),
  }),
  z.strictObject({
    what: z.literal("rate_limit"),
    ...answer,
    /** When it was answered, for instants in its headers. */
    at: z.iso.datetime().optional(),
    /** Null: it does not tell. */
    expects: rateLimit,
  }),
  z.strictObject({
    what: z.literal("page"),
    ...answer,
    expects: z.strictObject({ items: z.number().int(), next: z.string().nullable().optional() }),
  }),
]);

const fileSchema = z.strictObject({
  integration: z.string(),
  inputs: z.record(z.string(), z.string()).default({}),
  /** What no sample delivers itself. */
  fields: fields.default({}),
  samples: z.array(sampleSchema).min(1),
});

export type Sample = z.infer<typeof sampleSchema>;
/** Of these a server is the author; a callback comes by way of a browser. */
export type Answer = Exclude<Sample, { readonly what: "callback" }>;
export type SampleFile = z.infer<typeof fileSchema>;

const folder = new URL("../../integrations/", import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), "utf8"));

export interface CatalogueEntry {
  readonly name: string;
  readonly document: IntegrationDocument;
  /** As it is written, before anything that it leaves out is filled in. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly answers: SampleFile;
}

export function readCatalogueEntries(): readonly CatalogueEntry[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json") && file !== "schema.json")
    .toSorted()
    .map((file) => {
      const written = read(file);
      return {
        name: file.replace(/\.json$/, ""),
        document: integrationDocumentSchema.parse(written),
        written: z.record(z.string(), z.unknown()).parse(written),
        answers: fileSchema.parse(read(`samples/${file}`)),
      };
    });
}
