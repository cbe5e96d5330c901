import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import { wordIssue } from "./word-issue.ts";

function wordsFor(schema: z.ZodType, value: unknown): string {
  const parsed = schema.safeParse(value, { error: wordIssue });
  return parsed.success ? "fits" : (parsed.error.issues[0]?.message ?? "");
}

describe("a wrong field of a request", () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ["that is missing", z.string(), undefined, "is missing; expected a text"],
    ["of another type", z.string(), 5, "expected a text, found a number"],
    ["that is null", z.boolean(), null, "expected true or false, found null"],
    ["with half a number", z.number().int(), 1.5, "expected a whole number, found a number"],
    ["that is a list", z.strictObject({}), [], "expected an object, found a list"],
    ["outside of its values", z.enum(["a", "b"]), "c", "expected one of a, b"],
    ["that is empty", z.string().min(1), "", "expected at least 1 character"],
    ["that is too long", z.string().max(2), "abc", "expected at most 2 characters"],
    ["with too many entries", z.array(z.string()).max(1), ["a", "b"], "expected at most 1 entry"],
    ["beyond its range", z.number().max(100), 101, "expected at most 100"],
    ["that is no address", z.url(), "nowhere", "expected an address such as https://example.com/path"],
    [
      "of neither shape",
      z.union([z.string(), z.number()]),
      [],
      "expected another value; see the documentation of this field",
    ],
    ["with words of its own", z.string().regex(/^a/, "expected an a"), "b", "expected an a"],
  ])("%s is told in words for people", (_name, schema, value, words) => {
    expect(wordsFor(schema, value)).toBe(words);
  });
});
