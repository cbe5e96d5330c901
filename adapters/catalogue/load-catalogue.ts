import { readFile, readdir } from "node:fs/promises";
import { integrationDocumentSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";

/** The platform's definitions, by name. */
export type Catalogue = ReadonlyMap<string, IntegrationDocument>;

/**
 * Reads integrations/*.json. A document that does not fit its schema stops the process: better than an integration that half
 * works.
 */
export async function loadCatalogue(
  directory: URL = new URL("../../integrations/", import.meta.url),
): Promise<Catalogue> {
  const names = (await readdir(directory))
    .filter((name) => name.endsWith(".json") && name !== "schema.json")
    .toSorted();
  const documents = await Promise.all(
    names.map(async (name) => {
      const parsed = integrationDocumentSchema.safeParse(JSON.parse(await readFile(new URL(name, directory), "utf8")));
      if (!parsed.success) throw new Error(`integrations/${name} is not valid: ${parsed.error.message}`);
      if (`${parsed.data.name}.json` !== name)
        throw new Error(`integrations/${name} must be named ${parsed.data.name}.json`);
      return parsed.data;
    }),
  );
  return new Map(documents.map((document) => [document.name, document]));
}
