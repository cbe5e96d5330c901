import { describe, expect, it } from "vitest";
import { fullDocuments } from "#test/fields/full-documents";
import { documentStructureSchema } from "./integration-document.ts";
import { listOverridable } from "./list-overridable.ts";
import { overridableFields } from "./overridable-fields.ts";

const oauth = fullDocuments.find(({ credentials }) => credentials.format === "oauth2");
const typed = documentStructureSchema.parse({ name: "keys", credentials: { format: "api_key" } });
if (oauth === undefined) throw new Error("there is no full document of the format oauth2");

const pointers = (fields: ReturnType<typeof listOverridable>) => fields.map(({ pointer }) => pointer);

describe("what can be overridden of a definition", () => {
  it("is all of the list but mappings where the definition has all parts, with what it says and what a value must be", () => {
    const fields = listOverridable(oauth, "environment");
    const listed = Object.keys(overridableFields).filter((pointer) => !pointer.startsWith("/unified/"));
    expect(listed.length).toBeGreaterThan(20);
    expect(pointers(fields)).toEqual(listed);
    const buffer = fields.find(({ pointer }) => pointer === "/credentials/config/refresh/bufferSeconds");
    expect(buffer?.schema).toMatchObject({ type: "integer", minimum: expect.any(Number) });
    expect(buffer?.defined).toEqual(expect.any(Number));
    for (const { schema } of fields) expect(schema).not.toHaveProperty("$schema");
  });

  it("is no more than what its format has: nothing is refreshed where people type credentials", () => {
    expect(pointers(listOverridable(typed, "environment"))).toEqual([]);
    const withApi = documentStructureSchema.parse({
      name: "keys",
      api: { baseUrl: "https://api.acme.example" },
      credentials: { format: "api_key" },
    });
    expect(pointers(listOverridable(withApi, "environment")).every((one) => one.startsWith("/api/"))).toBe(true);
    expect(listOverridable(withApi, "environment")).not.toEqual([]);
  });

  it("is less for an account, which shares the client's budget", () => {
    const fields = pointers(listOverridable(oauth, "account"));
    expect(fields).toContain("/credentials/config/scope");
    expect(fields).not.toContain("/credentials/config/refresh/perMinute");
  });
});
