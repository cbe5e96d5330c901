import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExpiresInUnit } from "./read-expires-in.ts";
import { findTokenExpiry, tokenExpiry, type ExpirySources } from "./token-expiry.ts";

const sentAt = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(sentAt.getTime() + seconds * 1000);
const epoch = sentAt.getTime() / 1000;
const day = 86_400;
const year = 365.25 * day;
const almostOne = 1 - Number.EPSILON;

function jwt(claims: unknown): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(claims)}.signature`;
}

const silent: ExpirySources = { expiresIn: undefined, tokenExpiryDuration: null, accessToken: "opaque" };

const expiry = (expiresIn: unknown, tokenExpiryDuration: number | null = null, accessToken = "opaque"): Date | null =>
  tokenExpiry({ expiresIn, tokenExpiryDuration, accessToken }, sentAt);

/** Seconds of life that an `expires_in` of an unknown unit is read as; null: it says nothing. */
function guessed(expiresIn: unknown, sources: Partial<ExpirySources> = {}): number | null {
  const found = findTokenExpiry({ ...silent, unit: "auto", ...sources, expiresIn }, sentAt);
  return found === null ? null : (found.at.getTime() - sentAt.getTime()) / 1000;
}

describe("the end of an access token (R17)", () => {
  it.each<[string, unknown, Date | null]>([
    ["seconds", 3600, at(3600)],
    ["a fraction", 0.5, at(0.5)],
    ["a numeric string", "3600", at(3600)],
    ["a numeric string with spaces and a fraction", " 60.5 ", at(60.5)],
    ["nothing", undefined, null],
    ["null", null, null],
    ["zero", 0, null],
    ["zero as text", "0", null],
    ["a negative number", -1, null],
    ["a negative string", "-1", null],
    ["words", "an hour", null],
    ["an empty string", "", null],
    ["NaN", Number.NaN, null],
    ["infinity", Number.POSITIVE_INFINITY, null],
    ["more digits than a number holds", "9".repeat(400), null],
    ["more than a hundred years", 1e12, null],
    ["an object", { seconds: 3 }, null],
    ["a list", [3600], null],
    ["true", true, null],
  ])("expires_in as %s", (_name, expiresIn, expected) => {
    expect(expiry(expiresIn)).toEqual(expected);
  });

  it("is told by the best source that speaks, which is named", () => {
    const all: ExpirySources = {
      expiresIn: 60,
      expiresAt: epoch + 120,
      tokenExpiryDuration: 7200,
      accessToken: jwt({ exp: epoch + 180 }),
      learnedLifetimeSeconds: 240,
    };
    const silenced: Partial<ExpirySources>[] = [
      {},
      { expiresIn: undefined },
      { expiresAt: undefined },
      { tokenExpiryDuration: null },
      { accessToken: "opaque" },
      { learnedLifetimeSeconds: null },
    ];
    const told = silenced.map((_, index) =>
      findTokenExpiry(Object.assign({ ...all }, ...silenced.slice(0, index + 1)), sentAt),
    );
    expect(told).toEqual([
      { at: at(60), source: "expires_in" },
      { at: at(120), source: "expires_at" },
      { at: at(7200), source: "duration" },
      { at: at(180), source: "jwt" },
      { at: at(240), source: "learned" },
      null,
    ]);
  });

  it.each([0, -5, "0", "soon", null, 1e18])(
    "falls back when expires_in says %s, so that it is neither expired nor for ever",
    (expiresIn) => {
      expect(expiry(expiresIn, 7200)).toEqual(at(7200));
      expect(guessed(expiresIn, { tokenExpiryDuration: 7200 })).toBe(7200);
    },
  );

  it.each<[string, unknown, Date | null]>([
    ["epoch seconds", epoch + 90, at(90)],
    ["epoch milliseconds", (epoch + 90) * 1000, at(90)],
    ["epoch seconds as text", String(epoch + 90), at(90)],
    ["ISO 8601 text", "2026-11-20T10:01:30Z", at(90)],
    ["a lifetime", 3600, null],
    ["an instant that has passed", epoch - 90, null],
    ["words", "tomorrow", null],
    ["a date too far away", "2056-01-01T00:00:00Z", null],
  ])("expires_at as %s", (_name, expiresAt, expected) => {
    expect(tokenExpiry({ ...silent, expiresAt }, sentAt)).toEqual(expected);
  });

  it.each([
    ["no JWT", "opaque"],
    ["two parts", "a.b"],
    ["parts that are no JSON", "a.b.c"],
    ["a payload that is no object", jwt(7)],
    ["a payload that is null", jwt(null)],
    ["no exp", jwt({ sub: "x" })],
    ["an exp in words", jwt({ exp: "soon" })],
    ["an exp of zero", jwt({ exp: 0 })],
    ["a payload too large to read", `a.${"b".repeat(20_000)}.c`],
  ])("is unknown for an access token with %s", (_name, accessToken) => {
    expect(expiry(undefined, null, accessToken)).toBeNull();
  });

  it("may have passed for a JWT: an import brings old tokens", () => {
    expect(expiry(undefined, null, jwt({ exp: epoch - 7200 }))).toEqual(at(-7200));
  });
});

describe("an expires_in whose unit is declared", () => {
  it.each<[ExpiresInUnit, unknown, number | null]>([
    ["seconds", 3_600_000, 3_600_000],
    ["seconds", 7_199_000, 7_199_000],
    ["milliseconds", 3_600_000, 3600],
    ["milliseconds", "60000", 60],
    ["milliseconds", 3600, 3.6],
    ["milliseconds", 0, null],
    ["seconds", "2026-11-20T11:00:00Z", 3600],
    ["milliseconds", "2026-11-20T11:00:00Z", 3600],
  ])("%s: %s is a life of %s s", (unit, expiresIn, seconds) => {
    expect(guessed(expiresIn, { unit })).toBe(seconds);
    // Nothing else that is known overrules a declaration.
    expect(guessed(expiresIn, { unit, tokenExpiryDuration: 3600 })).toBe(seconds ?? 3600);
  });
});

describe("an expires_in of an unknown unit", () => {
  it.each<[string, unknown, number | null]>([
    ["20 s", 20, 20],
    ["an hour", 3600, 3600],
    ["an hour as text", "3600", 3600],
    ["a day", day, day],
    ["three days", 3 * day, 3 * day],
    ["just below the bound", 299_999, 299_999],
    ["5 min in milliseconds", 300_000, 300],
    ["10 min in milliseconds", 600_000, 600],
    ["half an hour in milliseconds", 1_800_000, 1800],
    ["an hour in milliseconds", 3_600_000, 3600],
    ["an hour in milliseconds as text", "3600000", 3600],
    ["two hours in milliseconds, counted down", 7_199_317, 7199.317],
    ["6 h in milliseconds", 21_600_000, 21_600],
    ["12 h in milliseconds", 43_200_000, 43_200],
    ["18 h in milliseconds", 64_800_000, 64_800],
    ["a day in milliseconds", day * 1000, day],
    ["a week in milliseconds", 7 * day * 1000, 7 * day],
    ["14 days in milliseconds", 14 * day * 1000, 14 * day],
    ["21 days in milliseconds, also a midnight of 2027", 21 * day * 1000, 21 * day],
    ["28 days in milliseconds, also a midnight of 2046", 28 * day * 1000, 28 * day],
    ["30 days in milliseconds", 30 * day * 1000, 30 * day],
    ["60 days in milliseconds", 60 * day * 1000, 60 * day],
    ["a year in milliseconds", 365 * day * 1000, 365 * day],
    ["4 days", 4 * day, 4 * day],
    ["a week", 7 * day, 7 * day],
    ["10 days", 10 * day, 10 * day],
    ["30 days", 30 * day, 30 * day],
    ["31 days", 31 * day, 31 * day],
    ["45 days", 45 * day, 45 * day],
    ["60 days", 60 * day, 60 * day],
    ["60 days, counted down by a second", 60 * day - 1, 60 * day - 1],
    ["60 days, counted down by two minutes", 60 * day - 120, 60 * day - 120],
    ["60 days, counted down by more: milliseconds are the safe side", 60 * day - 121, (60 * day - 121) / 1000],
    ["a second more than 60 days: no number that people choose", 60 * day + 1, (60 * day + 1) / 1000],
    ["90 days", 90 * day, 90 * day],
    ["100 days", 100 * day, 100 * day],
    ["180 days", 180 * day, 180 * day],
    ["a year", 365 * day, 365 * day],
    ["ten years", 3650 * day, 3650 * day],
    ["33 days: no number that people choose", 33 * day, (33 * day) / 1000],
    ["nothing", 0, null],
    ["less than nothing", -3600, null],
    ["more than a hundred years in milliseconds", 1e16, null],
  ])("reads %s", (_name, expiresIn, seconds) => {
    expect(guessed(expiresIn)).toBe(seconds);
  });

  it.each<[string, unknown, number | null]>([
    ["epoch seconds", epoch + 3600, 3600],
    ["epoch seconds as text", String(epoch + 3600), 3600],
    ["epoch milliseconds", (epoch + 3600) * 1000, 3600],
    ["epoch seconds in 60 days", epoch + 60 * day, 60 * day],
    ["epoch seconds in 19 years", epoch + 19 * year, 19 * year],
    ["ISO 8601 text", "2026-11-20T11:00:00Z", 3600],
    ["ISO 8601 text with a fraction", "2026-11-20T11:00:00.500Z", 3600.5],
    ["ISO 8601 text with an offset", "2026-11-20T12:00:00+01:00", 3600],
    ["ISO 8601 text with an offset without colon", "2026-11-20T12:00:00+0100", 3600],
    ["ISO 8601 text without a zone: UTC", "2026-11-20 11:00:00", 3600],
    ["a date alone: its first moment in UTC", "2026-11-21", 14 * 3600],
    ["a date that does not exist", "2026-13-40T11:00:00Z", null],
    ["a date that has passed", "2026-11-20T09:00:00Z", null],
    ["epoch seconds that have passed", epoch - 3600, null],
    ["epoch milliseconds that have passed", (epoch - 3600) * 1000, null],
    ["a date too far away", "2060-01-01T00:00:00Z", null],
    ["a date in words", "Fri, 20 Nov 2026 11:00:00 GMT", null],
  ])("reads an absolute date: %s", (_name, expiresIn, seconds) => {
    expect(guessed(expiresIn)).toBe(seconds);
  });

  it.each<[string, unknown, Partial<ExpirySources>, number]>([
    ["the duration says hours: milliseconds", 7_200_000, { tokenExpiryDuration: 3600 }, 7200],
    ["the duration says months: seconds", 7_200_000, { tokenExpiryDuration: 90 * day }, 7_200_000],
    ["the duration says a minute: milliseconds below the bound", 60_000, { tokenExpiryDuration: 60 }, 60],
    ["the duration says minutes: a chosen number of days is milliseconds", 432_000, { tokenExpiryDuration: 600 }, 432],
    ["the JWT says an hour: milliseconds", 3_500_000, { accessToken: jwt({ exp: epoch + 3600 }) }, 3500],
    ["the JWT says 40 days: seconds", 40 * day, { accessToken: jwt({ exp: epoch + 40 * day }) }, 40 * day],
    [
      "the JWT knows better than the duration",
      3_600_000,
      { accessToken: jwt({ exp: epoch + 3600 }), tokenExpiryDuration: 60 * day },
      3600,
    ],
    [
      "a JWT that has ended corroborates nothing",
      3_600_000,
      { accessToken: jwt({ exp: epoch - 1 }), tokenExpiryDuration: 60 * day },
      3_600_000,
    ],
    ["an instant is one whatever the duration says", epoch + 60, { tokenExpiryDuration: 30 * day }, 60],
  ])("is corroborated: %s", (_name, expiresIn, sources, seconds) => {
    expect(guessed(expiresIn, sources)).toBe(seconds);
  });

  it("means the same life in seconds and in milliseconds, where something corroborates it", () => {
    const life = fc.integer({ min: 1, max: 20 * day });
    // Nearer than the square root of a thousand: the two readings are a thousand apart.
    const factor = fc.double({ min: 1 / 30, max: 30, noNaN: true });
    fc.assert(
      fc.property(life, factor, fc.boolean(), (seconds, by, isText) => {
        const sources = { tokenExpiryDuration: seconds * by };
        const write = (number: number): unknown => (isText ? String(number) : number);
        expect(guessed(write(seconds), sources)).toBe(seconds);
        expect(guessed(write(seconds * 1000), sources)).toBe(seconds);
      }),
    );
  });

  it("is never believed longer than it may be by the smaller unit, unless people choose such a life", () => {
    fc.assert(
      fc.property(fc.integer({ min: 300_000, max: 1_000_000_000 }), (number) => {
        const seconds = guessed(number) ?? Number.NaN;
        if (seconds !== number / 1000) expect(Math.ceil(number / day) * day - number).toBeLessThanOrEqual(120);
      }),
    );
  });
});

it("ends after now, within a hundred years, or is unknown, whatever the server sent", () => {
  const oneOf = fc.oneof(
    fc.anything(),
    fc.double(),
    fc.bigInt(),
    fc.double({ min: 0, max: almostOne }).map((part) => String(part * 1e14)),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.integer({ min: -2 * day, max: 30 * year }).map((seconds) => epoch + seconds),
    fc.integer({ min: -2 * day, max: 30 * year }).map((seconds) => (epoch + seconds) * 1000),
  );
  const unit = fc.constantFrom("seconds" as const, "milliseconds" as const, "auto" as const);
  const duration = fc.option(fc.double());
  fc.assert(
    fc.property(
      oneOf,
      oneOf,
      unit,
      duration,
      duration,
      fc.string(),
      (expiresIn, expiresAt, unit, life, seen, token) => {
        const sources = { expiresIn, expiresAt, unit, tokenExpiryDuration: life, learnedLifetimeSeconds: seen };
        const found = findTokenExpiry({ ...sources, accessToken: token }, sentAt);
        if (found === null) return;
        expect(found.at.getTime()).toBeGreaterThanOrEqual(sentAt.getTime());
        expect(found.at.getTime()).toBeLessThanOrEqual(sentAt.getTime() + 3_155_760_000_000);
      },
    ),
    { numRuns: 2000 },
  );
});
