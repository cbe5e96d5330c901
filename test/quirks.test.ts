import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import schema from "../integrations/schema.json" with { type: "json" };
import type { JsonSchema } from "./fields/schema-leaves.ts";

// docs/quirks.md says of every need that was counted among providers how a document says it, and which test shows that it works.

/** Of reference/quirks.md: the vocabulary of needs, and how refresh tokens behave. */
const needs = [
  "extra authorization parameters",
  "extra token parameters, different ones for code exchange and refresh",
  "inputs from the end user that form hosts and parameters",
  "PKCE off",
  "scope separator",
  "default scopes",
  "client authentication at the token endpoint",
  "fields copied from the token response to the account",
  "fields copied from the callback query",
  "body format of token requests",
  "separate refresh endpoint",
  "renamed parameters",
  "renamed code in the callback",
  "nested or renamed token fields",
  "success told in the body, not by the status",
  "lifetime missing, in milliseconds, as text, or as an absolute date",
  "refresh refused while the token is valid",
  "exchange of the user token for another one",
  "revocation by a declared call instead of RFC 7009",
  "who is connected",
  "fragments, unencoded or skipped empty parameters in the authorization URL",
  "extra token headers",
  "API host differs per account",
  "API rate-limit headers of their own",
  "API pagination",
  "rotates",
  "grace_seconds",
  "reuse_revokes_family",
  "old_access_token_dies",
  "idle_lifetime",
  "absolute_lifetime",
  "replay: free | once | never",
  "max_grants_per_user",
];

/** Said, stored, and read by nobody yet; everything else has a test. */
const withoutReader = ["max_grants_per_user"];

type Row = {
  readonly need: string;
  readonly fields: string[];
  readonly tests: { readonly name: string; readonly file: string }[];
  /** What is said besides. */
  readonly rest: string;
};

const rows = rowsOf(readFileSync("docs/quirks.md", "utf8"));
const sources = new Map<string, string>();

describe("the page of quirks", () => {
  test("has every need once, and no other", () => {
    expect(rows.map((row) => row.need)).toEqual(needs);
  });

  test("names a test for each, or says why there is none", () => {
    expect(rows.filter((row) => row.tests.length === 0).map((row) => row.need)).toEqual(withoutReader);
    expect(rows.filter((row) => row.tests.length === 0 && row.rest === "")).toEqual([]);
  });

  test.each(rows)("says $need with fields that the document has", ({ fields }) => {
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !isField(field))).toEqual([]);
  });

  test.each(rows.filter((row) => row.tests.length > 0))("shows $need by tests that are there", ({ tests }) => {
    expect(tests.filter(({ name, file }) => !hasTest(sourceOf(file), name))).toEqual([]);
  });
});

describe("the check has teeth", () => {
  const source = `
    describe("a token", () => {
      it("is kept", () => {});
      it.skip("is dropped", () => {});
      it.each<[string, number]>([
        ["an hour", 3600],
      ])("lives for %s: %i s", () => {});
    });
    describe("a code", () => {
      test("is spent", () => {});
    });`;

  test.each([
    ["a token > is kept", true],
    ["a code > is spent", true],
    ["a token > lives for an hour: 3600 s", true],
    ["a token > lives for %s: %i s", true],
    ["a token > is lost", false],
    ["a token > is dropped", false],
    ["a token > is spent", false],
    ["a code > is kept", false],
    ["a token > lives for a day: 3600 s", false],
    ["a key > is kept", false],
  ])("%s: %s", (name, isThere) => {
    expect(hasTest(source, name)).toBe(isThere);
  });

  test("a field is one of the document's, wherever it stands", () => {
    expect(["inputs.options", "fields.from", "pkce.method", "api.rateLimit.reset"].every(isField)).toBe(true);
    expect(["inputs.color", "tokenPath", "auth.tokenpath", "credentials", ""].some(isField)).toBe(false);
  });
});

function rowsOf(page: string): Row[] {
  return page.split("\n").flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const [, need = "", fields = "", shown = ""] = cells;
    if (cells.length !== 5 || need === "Need" || /^-+$/.test(need)) return [];
    const links = [...shown.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g)];
    return {
      need: need.replaceAll("\\|", "|"),
      fields: [...fields.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
      tests: links.map(([, name = "", file = ""]) => ({ name, file })),
      rest: links
        .reduce((rest, [link]) => rest.replace(link, ""), shown)
        .replaceAll("<br>", "")
        .trim(),
    };
  });
}

function sourceOf(file: string): string {
  const source = sources.get(file) ?? readFileSync(file, "utf8");
  sources.set(file, source);
  return source;
}

/**
 * Whether a test of that name, `describe > test`, runs. Titles of tables count as they are written, and with their cases: what a
 * placeholder stands for is a value that the file has.
 */
function hasTest(source: string, name: string): boolean {
  const [group = "", title = ""] = name.split(" > ");
  const literal = String.raw`"(?:[^"\\\n]|\\.)*"`;
  const groups = [...source.matchAll(new RegExp(String.raw`\bdescribe\(\s*(${literal})`, "g"))];
  const index = groups.findIndex(([, one = ""]) => textOf(one) === group);
  if (index === -1) return false;
  const within = source.slice(groups[index]?.index, groups[index + 1]?.index);
  const plain = [...within.matchAll(new RegExp(String.raw`\b(?:it|test)\(\s*(${literal})`, "g"))];
  if (plain.some(([, one = ""]) => textOf(one) === title)) return true;
  const tables = [...within.matchAll(new RegExp(String.raw`\)\(\s*(${literal}),\s*(?:async\s*)?\(`, "g"))];
  return tables.some(([, one = ""]) => textOf(one) === title || isCase(textOf(one), title, source));
}

function isCase(template: string, title: string, source: string): boolean {
  const parts = template.split(/%[sijodf]/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const values = new RegExp(`^${parts.join("(.+)")}$`).exec(title);
  return values !== null && values.slice(1).every((value) => isValue(value, source));
}

function isValue(value: string, source: string): boolean {
  return source.includes(JSON.stringify(value)) || (/^\d+$/.test(value) && new RegExp(`\\b${value}\\b`).test(source));
}

function textOf(literal: string): string {
  return JSON.parse(literal) as string;
}

/** Relative to `credentials.config`, or to the document itself. */
function isField(field: string): boolean {
  const names = field.split(".");
  const [first = ""] = names;
  const isOfDocument = first === "inputs" || first === "api";
  return has(schema, isOfDocument ? names : ["credentials", "config", ...names]);
}

function has(of: JsonSchema, [name, ...rest]: string[]): boolean {
  if (name === undefined) return true;
  const inner = of.properties?.[name];
  if (inner !== undefined && has(inner, rest)) return true;
  const others = [...(of.oneOf ?? []), ...(of.anyOf ?? []), ...(typeof of.items === "object" ? [of.items] : [])];
  return others.some((one) => has(one, [name, ...rest]));
}
