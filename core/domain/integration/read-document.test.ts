import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { integrationDocumentSchema } from "./integration-document.ts";
import { readDocument } from "./read-document.ts";

function pointersOf(source: unknown): string[] {
  const read = readDocument(source);
  return read.kind === "document" ? [] : read.errors.map((one) => one.pointer);
}

describe("a document is told everything that is wrong with it at once", () => {
  it("also below a kind that is misspelt", () => {
    const source = exampleSource({
      format: "oauth",
      config: { auth: { tokenHost: "nowhere" }, pcke: { method: "S256" } },
    });
    expect(pointersOf(source)).toEqual([
      "/credentials/format",
      "/credentials/config/auth/tokenHost",
      "/credentials/config/pcke",
    ]);
  });

  it("also what its parts may not say together, beside a part that is wrong by itself", () => {
    const auth = { tokenHost: "https://login.acme.example", tokenPath: "/{shop}" };
    const params = { authorize: { who: "{nobody}" } };
    const source = exampleSource({ config: { auth, pkce: { method: "plain" }, params } });
    expect(pointersOf(source)).toEqual([
      "/credentials/config/pkce/method",
      "/credentials/config/auth/tokenPath",
      "/credentials/config/params/authorize/who",
    ]);
  });

  it("but not what follows from one of its mistakes: a template that names a wrong input", () => {
    const auth = { tokenHost: "https://{shop}.acme.example" };
    const source = exampleSource({
      inputs: [
        { name: "shop", label: 5 },
        { name: "a b", label: "x" },
      ],
      config: { auth },
    });
    expect(pointersOf(source)).toEqual(["/inputs/0/label", "/inputs/1/name"]);
  });

  it("nor that something is missing where something wrong stands", () => {
    const source = { ...exampleSource({ format: "api_key", config: {} }), api: { probe: { path: "me" } } };
    expect(pointersOf(source)).toContain("/api/probe/path");
    expect(pointersOf(source)).not.toContain("/api/probe");
  });
});

it("is refused exactly where the schema refuses it, and never without an error", () => {
  const paths = [
    "/name",
    "/label",
    "/credentials",
    "/credentials/format",
    "/credentials/config",
    "/credentials/config/auth",
    "/credentials/config/refresh",
    "/credentials/config/scope",
    "/api",
    "/api/probe",
    "/inputs",
    "/authorization",
  ];
  const change = fc.tuple(
    fc.constantFrom(...paths),
    fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant({ format: "api_key" })),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), (changes) => {
      const source = exampleSource({ api: {} });
      for (const [pointer, value] of changes) put(source, pointer, value);
      const read = readDocument(source);
      // The schema doesn't see such a member: below.
      fc.pre(read.kind === "document" || !read.errors.some((one) => one.pointer.endsWith("__proto__")));
      expect(read.kind === "document").toBe(integrationDocumentSchema.safeParse(source).success);
      if (read.kind === "faulty") expect(read.errors.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

it("is refused for a member that parsers lose, wherever it stands", () => {
  const params = JSON.parse('{"token": {"__proto__": "x", "constructor": "y"}}') as unknown;
  const scopeDescriptions = JSON.parse('{"a": "b", "__proto__": "x"}') as unknown;
  expect(pointersOf(exampleSource({ config: { params, scopeDescriptions } }))).toEqual([
    "/credentials/config/params/token/__proto__",
    "/credentials/config/scopeDescriptions/__proto__",
  ]);
  const fields = JSON.parse('{"id": {"read": "id"}, "__proto__": {"read": "x"}}') as unknown;
  const api = { baseUrl: "https://api.acme.example" };
  expect(pointersOf({ ...exampleSource(), api, unified: { crm: { contacts: { fields } } } })).toEqual([
    "/unified/crm/contacts/fields/__proto__",
  ]);
});

it("may be anything at all without a crash", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void expect(readDocument(value).kind).toBe("faulty")));
});

it("leaves the value that it reads as it was", () => {
  const source = exampleSource({ config: { pcke: {}, pkce: { method: 5 } } });
  const before = structuredClone(source);
  readDocument(source);
  expect(source).toEqual(before);
});

function put(source: Record<string, unknown>, pointer: string, value: unknown): void {
  const keys = pointer.slice(1).split("/");
  let at: unknown = source;
  for (const key of keys.slice(0, -1)) at = (at as Record<string, unknown> | null)?.[key];
  if (typeof at === "object" && at !== null) (at as Record<string, unknown>)[keys.at(-1) ?? ""] = value;
}
