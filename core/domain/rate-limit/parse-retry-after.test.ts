import { expect, it } from "vitest";
import { parseRetryAfter } from "./parse-retry-after.ts";

const now = new Date("2026-11-20T10:00:00Z");

it.each<[string, string | null, number | null]>([
  ["seconds", "120", 120],
  ["seconds with spaces", " 120 ", 120],
  ["zero", "0", 0],
  ["an HTTP-date", "Fri, 20 Nov 2026 10:02:00 GMT", 120],
  ["an HTTP-date of RFC 850", "Friday, 20-Nov-26 10:02:00 GMT", 120],
  ["an instant that has passed", "Fri, 20 Nov 2026 09:00:00 GMT", 0],
  ["nothing", null, null],
  ["an empty text", "", null],
  ["a negative number", "-5", null],
  ["a fraction", "1.5", null],
  ["more digits than any wait has", "1".repeat(20), null],
  ["words", "soon", null],
])("reads Retry-After (RFC 9110 §10.2.3) as %s", (_name, value, seconds) => {
  expect(parseRetryAfter(value, now)).toBe(seconds);
});

it("rounds an instant up: a second too early would be refused again", () => {
  expect(parseRetryAfter("Fri, 20 Nov 2026 10:00:01 GMT", new Date("2026-11-20T10:00:00.001Z"))).toBe(1);
});
