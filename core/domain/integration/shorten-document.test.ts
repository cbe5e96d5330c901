import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fullDocuments } from "#test/fields/full-documents";
import { documentStructureSchema } from "./integration-document.ts";
import { leavesOf } from "./overrides.ts";
import { shortenDocument } from "./shorten-document.ts";

const folder = new URL("../../../integrations/", import.meta.url);
const catalogue = readdirSync(folder).filter((name) => name.endsWith(".json") && name !== "schema.json");

describe("a document without what goes without saying", () => {
  it.each(fullDocuments.map((document, index) => [index, document] as const))(
    "means the same: full document %i",
    (_, document) => {
      expect(documentStructureSchema.parse(shortenDocument(document))).toEqual(document);
    },
  );

  it("is about what its author wrote", () => {
    for (const name of catalogue) {
      const source = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Record<string, unknown>;
      const document = documentStructureSchema.parse(source);
      const short = shortenDocument(document);
      expect(documentStructureSchema.parse(short)).toEqual(document);
      // Never more than was written: what an author says without need is left out as well.
      const written = new Set(leavesOf(source).map(([pointer]) => pointer));
      expect(leavesOf(short).filter(([pointer]) => !written.has(pointer))).toEqual([]);
      expect([name, leavesOf(document).length > leavesOf(short).length]).toEqual([name, true]);
    }
  });
});
