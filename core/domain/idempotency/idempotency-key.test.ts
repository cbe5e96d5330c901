import { describe, expect, it, test } from "vitest";
import { concludeRequest, readIdempotencyKey } from "./idempotency-key.ts";

describe("an idempotency key", () => {
  it.each([
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', "8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ["8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ['  "two words"  ', "two words"],
    [String.raw`"a \" and a \\"`, String.raw`a " and a \ `.trim()],
    ["order#7,retry", "order#7,retry"],
    ["x".repeat(255), "x".repeat(255)],
    [`"${"x".repeat(255)}"`, "x".repeat(255)],
  ])("reads %j", (header, key) => expect(readIdempotencyKey(header)).toBe(key));

  it.each([
    "",
    " ",
    '""',
    '"open',
    '"a", "b"',
    "a, b",
    "two words",
    '"a";p=1',
    String.raw`"a\b"`,
    "ümlaut",
    "tab\there",
    "x".repeat(256),
    `"${"x".repeat(256)}"`,
  ])("is not %j", (header) => expect(readIdempotencyKey(header)).toBeNull());
});

test.each([
  [200, "keep"],
  [201, "keep"],
  [202, "keep"],
  [400, "free"],
  [403, "free"],
  [404, "free"],
  [409, "free"],
  [422, "free"],
  [429, "again"],
  [500, "again"],
  [503, "again"],
  [504, "again"],
] as const)("an answer %i: %s", (status, conclusion) => expect(concludeRequest(status)).toBe(conclusion));
