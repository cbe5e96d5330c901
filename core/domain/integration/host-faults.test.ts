import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleDocument, exampleSource, storedDocument } from "#test/fakes/in-memory-integration-store";
import { DomainError } from "../problem/domain-error.ts";
import { readDocument } from "./read-document.ts";
import { checkInputs, resolveIntegration } from "./resolve-integration.ts";

const options = (...values: string[]) => values.map((value) => ({ value, label: value }));
const free = (name: string) => ({ name, label: name });

function problems(tokenHost: string, inputs: readonly unknown[]): string[] {
  const read = readDocument(exampleSource({ inputs, config: { auth: { tokenHost } } }));
  return read.kind === "document" ? [] : read.errors.map(({ pointer, detail }) => `${pointer} ${detail}`);
}

describe("an input that people type never leads to a foreign host (invariant 12)", () => {
  it.each([
    ["https://{a}.{b}", [free("a"), free("b")]],
    ["https://accounts.acme.{b}", [free("b")]],
    ["https://{a}.example", [free("a")]],
    ["https://acme.{b}.example", [free("b")]],
    ["https://{a}", [free("a")]],
    ["https://{a}.acme-{b}.example", [free("a"), free("b")]],
    // 127.0.1 is 127.0.0.1.
    ["https://{a}.0.1", [free("a")]],
    ["https://{a}.acme.example.", [free("a")]],
    ["https://{a}.{b}", [free("a"), { ...free("b"), options: options("acme.example", "example") }]],
  ])("%s is refused, with words", (host, inputs) => {
    expect(problems(host, inputs)).toContainEqual(
      expect.stringMatching(
        /^\/credentials\/config\/auth\/tokenHost .*(?:could lead to anybody's host|a host and port)/,
      ),
    );
  });

  it.each([
    ["https://{a}.acme.example", [free("a")]],
    ["https://{a}-eu.{b}.acme.example", [free("a"), free("b")]],
    ["https://{a}.acme.example:8443", [free("a")]],
    ["https://{a}.{b}", [free("a"), { ...free("b"), options: options("us.acme.example", "acme.example") }]],
    ["https://accounts.acme.{b}", [{ ...free("b"), options: options("example", "co.example") }]],
    ["https://{b}", [{ ...free("b"), options: options("eu.acme.example", "us.acme.example") }]],
    ["{b}", [{ ...free("b"), options: options("https://eu.acme.example") }]],
  ])("%s is fine where the document itself ends the host", (host, inputs) => {
    expect(problems(host, inputs)).toEqual([]);
  });

  it("holds for whatever host a document may write, and whatever is typed", () => {
    const label = fc.constantFrom("acme", "{a}", "{b}", "{c}", "x-{a}", "{a}{b}", "{c}-1", "example", "0x7f", "1");
    const host = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => `https://${labels.join(".")}`);
    const value = fc.constantFrom(
      "evil",
      "2130706433",
      "0x7f000001",
      "127",
      "1",
      "com",
      "xn--80ak6aa92e",
      "xn--a",
      "a-b",
    );
    const inputs = [free("a"), free("b"), { ...free("c"), options: options("eu.acme.example", "acme.example") }];
    let accepted = 0;
    fc.assert(
      fc.property(host, value, value, (tokenHost, a, b) => {
        const source = exampleSource({ inputs, config: { auth: { tokenHost } } });
        const read = readDocument(source);
        if (read.kind !== "document" || !/\{[ab]\}/.test(tokenHost)) return;
        const given = accept(read.document, { a, b, c: "acme.example" });
        if (given === null) return;
        accepted += 1;
        const { hostname } = new URL(resolveIntegration(read.document, layer, given).tokenEndpoint);
        const written = tokenHost.replaceAll("{c}", "acme.example").split(".").slice(-2).join(".");
        expect(hostname.endsWith(`.${written}`)).toBe(true);
        expect(written).toMatch(/^[a-z0-9-]+\.[a-z][a-z0-9-]*$/);
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  it("is still kept from it where such a definition was stored before: its accounts go on, and nobody new comes", () => {
    const stored = storedDocument({
      inputs: [free("a"), free("b")],
      config: { auth: { tokenHost: "https://{a}.{b}" } },
    });
    expect(() => checkInputs(stored, { a: "login", b: "evil" })).toThrow(DomainError);
    expect(resolveIntegration(stored, layer, { a: "acme", b: "example" }).tokenHost).toBe("https://acme.example");
  });
});

describe("what a document offers for a host", () => {
  it.each([
    ["options", { options: options("eu", "eu west") }, "/inputs/0/options/1/value"],
    ["options with a path", { options: options("eu/x") }, "/inputs/0/options/0/value"],
    ["options with an empty label", { options: options("eu..acme") }, "/inputs/0/options/0/value"],
    ["a default of two labels", { default: "a.b" }, "/inputs/0/default"],
    ["a default that is no label", { default: "-a" }, "/inputs/0/default"],
  ])("is labels of one (%s)", (_name, changes, pointer) => {
    expect(problems("https://{a}.acme.example", [{ ...free("a"), ...changes }])).toEqual([
      expect.stringContaining(`${pointer} forms a host`),
    ]);
  });

  it("is an address where it is the whole of it", () => {
    for (const value of ["https://acme.example/x", "https://acme.example:99999", "https://", "https://{a}"]) {
      expect(problems("{a}", [{ ...free("a"), options: options(value) }]), value).toHaveLength(1);
    }
  });

  it("is a port that exists, of the API too", () => {
    for (const baseUrl of ["https://acme.example:99999", "https://[", "https://[/v2", "https://acme..example:x/v2"]) {
      const read = readDocument(exampleSource({ api: { baseUrl } }));
      expect(read, baseUrl).toMatchObject({
        kind: "faulty",
        errors: [{ pointer: "/api/baseUrl", detail: "expected an address whose host and port exist" }].map((one) =>
          expect.objectContaining(one),
        ),
      });
    }
  });

  it("may stand in the path of an issuer, which nobody calls", () => {
    const auth = { tokenHost: "https://login.acme.example", issuer: "https://login.acme.example/{tenant}/v2" };
    expect(() => exampleDocument({ inputs: [free("tenant")], config: { auth } })).not.toThrow();
  });
});

const layer = { clientId: "client-1", scopes: null };

function accept(document: Parameters<typeof checkInputs>[0], given: Record<string, string>) {
  try {
    return checkInputs(document, given);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}
