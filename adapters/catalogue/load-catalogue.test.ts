import { readdir, readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { documentHosts, integrationDocumentSchema, oauthConfigOf } from "#core/domain/integration/integration-document";
import { integrationJsonSchema } from "#core/domain/integration/integration-json-schema";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { temporaryDirectory } from "#test/temporary-directory";
import { loadCatalogue } from "./load-catalogue.ts";

const integrations = new URL("../../integrations/", import.meta.url);
const names = (await readdir(integrations)).filter((name) => name.endsWith(".json") && name !== "schema.json");

describe("the catalogue (R63)", () => {
  it.each(names)("%s is valid, named after its file, and says where its facts come from", async (name) => {
    const source: unknown = JSON.parse(await readFile(new URL(name, integrations), "utf8"));
    const parsed = integrationDocumentSchema.safeParse(source);
    expect(parsed.error?.issues).toBeUndefined();
    expect(`${parsed.data?.name}.json`).toBe(name);
    expect(parsed.data?.sources?.length).toBeGreaterThan(0);
    if (parsed.data === undefined) return;
    const config = oauthConfigOf(parsed.data);
    for (const host of Object.values(documentHosts(parsed.data))) {
      // What comes with a grant may be a whole host, of those that its pattern names.
      const field = config?.fields.find((one) => `{${one.name.toLowerCase()}}` === host);
      expect(field?.pattern ?? host).toMatch(/^https:\/\//);
    }
    expect(config?.client).toBeUndefined();
  });

  it("loads every one of them", async () => {
    const catalogue = await loadCatalogue();
    expect([...catalogue.keys()].map((name) => `${name}.json`)).toEqual(names.toSorted());
  });

  it("has a schema file that is the one the engine makes", async () => {
    const written: unknown = JSON.parse(await readFile(new URL("schema.json", integrations), "utf8"));
    expect(written).toEqual(JSON.parse(JSON.stringify(integrationJsonSchema())));
  });
});

describe("a document that does not fit", () => {
  const folder = async (name: string, source: unknown): Promise<URL> => {
    const directory = temporaryDirectory();
    await writeFile(`${directory}/${name}`, JSON.stringify(source));
    return pathToFileURL(`${directory}/`);
  };

  it("stops the process and is named, each error with its line", async () => {
    const broken = await folder("acme-crm.json", { ...exampleSource(), lable: "x", label: undefined });
    await expect(loadCatalogue(broken)).rejects.toThrow(
      /^integrations\/acme-crm\.json is not valid:\n {2}integrations\/acme-crm\.json:1:\d+ {2}\/lable {2}is no field here; did you mean label\?$/,
    );
  });

  it("stops the process when its file has another name", async () => {
    await expect(loadCatalogue(await folder("other.json", exampleSource()))).rejects.toThrow(
      "must be named acme-crm.json",
    );
  });

  it("has teeth: the same document under its own name loads", async () => {
    expect((await loadCatalogue(await folder("acme-crm.json", exampleSource()))).size).toBe(1);
  });
});
