import type { z } from "@hono/zod-openapi";

const nouns: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
  tuple: "a list",
  null: "null",
};

const formats: Readonly<Record<string, string>> = {
  url: "an address such as https://example.com/path",
  email: "an e-mail address",
  datetime: "an instant such as 2026-11-20T10:00:00Z",
};

/** What a parameter or field must be, in place of zod's own words, where its schema says nothing itself. No value is shown. */
export const wordIssue: z.core.$ZodErrorMap = (issue) => {
  const isMissing = issue.input === undefined;
  switch (issue.code) {
    case "invalid_type": {
      const expected = nouns[issue.expected] ?? "something else";
      return isMissing ? `is missing; expected ${expected}` : `expected ${expected}, found ${typeName(issue.input)}`;
    }
    case "invalid_value": {
      const values = issue.values.map(String);
      const expected = values.length === 1 ? String(values[0]) : `one of ${values.join(", ")}`;
      return isMissing ? `is missing; expected ${expected}` : `expected ${expected}`;
    }
    case "too_small":
      return `expected at least ${String(issue.minimum)}${unitOf(issue.origin, Number(issue.minimum))}`;
    case "too_big":
      return `expected at most ${String(issue.maximum)}${unitOf(issue.origin, Number(issue.maximum))}`;
    case "invalid_format":
      return `expected ${formats[issue.format] ?? "another form"}`;
    case "invalid_union":
      return isMissing ? "is missing" : "expected another value; see the documentation of this field";
    case "not_multiple_of":
      return `expected a multiple of ${String(issue.divisor)}`;
    case "unrecognized_keys":
      return "has a field that is not known";
    case "invalid_key":
      return "has a name that is not allowed";
    case "invalid_element":
    case "custom":
      return "expected another value";
  }
};

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return nouns[typeof value] ?? "something else";
}

function unitOf(origin: string, count: number): string {
  if (origin === "string") return count === 1 ? " character" : " characters";
  return origin === "array" ? (count === 1 ? " entry" : " entries") : "";
}
