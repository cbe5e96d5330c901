import { readFile, readdir } from "node:fs/promises";
import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { readDocumentText } from "#core/domain/integration/read-document-text";

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
      const read = readDocumentText(await readFile(new URL(name, directory), "utf8"));
      if (read.kind === "faulty") {
        const lines = read.errors.map(
          ({ line, column, pointer, detail }) => `  integrations/${name}:${line}:${column}  ${pointer}  ${detail}`,
        );
        throw new Error(`integrations/${name} is not valid:\n${lines.join("\n")}`);
      }
      if (`${read.document.name}.json` !== name)
        throw new Error(`integrations/${name} must be named ${read.document.name}.json`);
      return read.document;
    }),
  );
  return new Map(documents.map((document) => [document.name, document]));
}
