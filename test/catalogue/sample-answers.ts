import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { catalogueFileSchema, type catalogueSampleSchema } from "../../cli/check/sample-schema.ts";
import { integrationDocumentSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";

export type Sample = z.infer<typeof catalogueSampleSchema>;
/** Of these a server is the author; a callback comes by way of a browser. */
export type Answer = Exclude<Sample, { readonly what: "callback" }>;
export type SampleFile = z.infer<typeof catalogueFileSchema>;

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
        answers: catalogueFileSchema.parse(read(`samples/${file}`)),
      };
    });
}
