import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenExpiry } from "./token-expiry.ts";

const sentAt = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(sentAt.getTime() + seconds * 1000);

function jwt(claims: unknown): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(claims)}.signature`;
}

const expiry = (expiresIn: unknown, tokenExpiryDuration: number | null = null, accessToken = "opaque"): Date | null =>
  tokenExpiry({ expiresIn, tokenExpiryDuration, accessToken }, sentAt);

describe("the end of an access token (R17)", () => {
  it.each<[string, unknown, Date | null]>([
    ["seconds", 3600, at(3600)],
    ["a fraction", 0.5, at(0.5)],
    ["a numeric string", "3600", at(3600)],
    ["a numeric string with spaces and a fraction", " 60.5 ", at(60.5)],
    ["nothing", undefined, null],
    ["null", null, null],
    ["a negative number", -1, null],
    ["a negative string", "-1", null],
    ["words", "an hour", null],
    ["an empty string", "", null],
    ["NaN", Number.NaN, null],
    ["infinity", Number.POSITIVE_INFINITY, null],
    ["more than a hundred years", 1e12, null],
    ["an object", { seconds: 3 }, null],
    ["true", true, null],
  ])("expires_in as %s", (_name, expiresIn, expected) => {
    expect(expiry(expiresIn)).toEqual(expected);
  });

  it("is told by the response before the integration, and by the integration before the token", () => {
    const token = jwt({ exp: 1_795_168_800 });
    expect(expiry(60, 7200, token)).toEqual(at(60));
    expect(expiry(undefined, 7200, token)).toEqual(at(7200));
    expect(expiry(undefined, null, token)).toEqual(new Date(1_795_168_800_000));
  });

  it("falls back when expires_in can't be read, so a missing one is neither expired nor for ever", () => {
    expect(expiry(-5, 7200)).toEqual(at(7200));
  });

  it.each([
    ["no JWT", "opaque"],
    ["two parts", "a.b"],
    ["parts that are no JSON", "a.b.c"],
    ["a payload that is no object", jwt(7)],
    ["a payload that is null", jwt(null)],
    ["no exp", jwt({ sub: "x" })],
    ["an exp in words", jwt({ exp: "soon" })],
    ["a payload too large to read", `a.${"b".repeat(20_000)}.c`],
  ])("is unknown for an access token with %s", (_name, accessToken) => {
    expect(expiry(undefined, null, accessToken)).toBeNull();
  });

  it("is a valid instant or unknown, whatever the server sent", () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (expiresIn, accessToken) => {
        const end = expiry(expiresIn, null, accessToken);
        expect(end === null || !Number.isNaN(end.getTime())).toBe(true);
      }),
    );
  });
});
