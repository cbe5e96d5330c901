import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longestResetSeconds, untoldRateLimit, type RateLimit } from "./rate-limit.ts";
import { readRateLimit } from "./read-rate-limit.ts";

const now = new Date("2026-11-20T10:00:00Z");
const epoch = now.getTime() / 1000;

function read(headers: Readonly<Record<string, string>>): RateLimit {
  return readRateLimit((name) => headers[name] ?? null, now);
}

const told = (values: Partial<RateLimit>): RateLimit => ({ ...untoldRateLimit, ...values });
const triple = told({ limit: 100, remaining: 50, resetSeconds: 30 });

describe("a provider's limit is read from whichever headers it sends (R73)", () => {
  it.each<[string, Record<string, string>, RateLimit]>([
    ["nothing at all", {}, untoldRateLimit],
    ["ratelimit-*", { "ratelimit-limit": "100", "ratelimit-remaining": "50", "ratelimit-reset": "30" }, triple],
    ["x-ratelimit-*", { "x-ratelimit-limit": "100", "x-ratelimit-remaining": "50", "x-ratelimit-reset": "30" }, triple],
    [
      "x-rate-limit-*",
      { "x-rate-limit-limit": "100", "x-rate-limit-remaining": "50", "x-rate-limit-reset": "30" },
      triple,
    ],
    [
      "the structured fields",
      { ratelimit: '"default";r=50;t=30', "ratelimit-policy": '"default";q=100;w=60' },
      { ...triple, windowSeconds: 60 },
    ],
    [
      "the structured fields with spaces, and parameters that nobody asked for",
      { ratelimit: '"default"; r=50; t=30; pk=:cGs=:', "ratelimit-policy": '"default"; q=100; w=60; qu="requests"' },
      { ...triple, windowSeconds: 60 },
    ],
    ["a limit without a policy", { ratelimit: '"default";r=50' }, told({ remaining: 50 })],
    ["a policy without a limit", { "ratelimit-policy": '"default";q=100' }, told({ limit: 100 })],
    [
      "several policies: the one of which least is left",
      {
        ratelimit: '"hour";r=900;t=3000, "minute";r=2;t=30',
        "ratelimit-policy": '"hour";q=1000;w=3600, "minute";q=20;w=60',
      },
      { limit: 20, remaining: 2, resetSeconds: 30, windowSeconds: 60 },
    ],
    [
      "several policies that are used up: the one that lasts longest",
      {
        ratelimit: '"minute";r=0;t=30, "hour";r=0;t=3000',
        "ratelimit-policy": '"hour";q=1000;w=3600, "minute";q=20;w=60',
      },
      { limit: 1000, remaining: 0, resetSeconds: 3000, windowSeconds: 3600 },
    ],
    [
      "several policies of which none is named by the limit",
      { ratelimit: '"day";r=1;t=5', "ratelimit-policy": '"hour";q=1000;w=3600, "minute";q=20;w=60' },
      told({ remaining: 1, resetSeconds: 5 }),
    ],
    [
      "a name with separators in it",
      { ratelimit: '"a, b; \\"c\\"";r=5;t=6', "ratelimit-policy": '"x";q=1;w=1, "a, b; \\"c\\"";q=10;w=60' },
      { limit: 10, remaining: 5, resetSeconds: 6, windowSeconds: 60 },
    ],
    [
      "the structured fields of an earlier draft",
      { ratelimit: "limit=100, remaining=50, reset=30", "ratelimit-policy": "100;w=60" },
      { ...triple, windowSeconds: 60 },
    ],
    [
      "policies behind the limit, as the first drafts had them",
      { "ratelimit-limit": "100, 100;w=60, 1000;w=3600", "ratelimit-remaining": "50", "ratelimit-reset": "30" },
      triple,
    ],
    [
      "one name sent twice: the first counts",
      { "x-ratelimit-limit": "100, 200", "x-ratelimit-remaining": "50, 7", "x-ratelimit-reset": "30, 60" },
      triple,
    ],
    [
      "two families: the standard one is believed, value by value",
      {
        "ratelimit-remaining": "50",
        "x-ratelimit-limit": "100",
        "x-ratelimit-remaining": "7",
        "x-rate-limit-reset": "30",
      },
      triple,
    ],
    [
      "the structured fields before all others",
      {
        ratelimit: '"default";r=50;t=30',
        "ratelimit-limit": "100",
        "ratelimit-remaining": "7",
        "ratelimit-reset": "8",
      },
      triple,
    ],
    ["nothing left", { "x-ratelimit-remaining": "0" }, told({ remaining: 0 })],
    [
      "a fraction",
      { "x-ratelimit-limit": "100.0", "x-ratelimit-remaining": "0.4" },
      told({ limit: 100, remaining: 0 }),
    ],
  ])("%s", (_name, headers, expected) => {
    expect(read(headers)).toEqual(expected);
  });

  it.each(["", " ", "-1", "+5", "many", "1e3", "0x10", "unlimited", "NaN", "1".repeat(16), '";;;"', "50%"])(
    "ignores the count %j",
    (garbage) => {
      const headers = { "x-ratelimit-limit": garbage, "ratelimit-remaining": garbage, ratelimit: `"a";r=${garbage}` };
      expect(read(headers)).toEqual(untoldRateLimit);
    },
  );
});

describe("a reset is seconds from now, however it is written", () => {
  it.each<[string, string, number | null]>([
    ["seconds", "30", 30],
    ["none", "0", 0],
    ["a fraction, rounded up", "0.2", 1],
    ["more than a day", "90000", longestResetSeconds],
    ["the longest number of seconds", "999999999", longestResetSeconds],
    ["epoch seconds", String(epoch + 30), 30],
    ["epoch seconds with a fraction", `${epoch + 29}.25`, 30],
    ["epoch seconds that have passed", String(epoch - 30), 0],
    ["epoch seconds of next week", String(epoch + 7 * 86_400), longestResetSeconds],
    ["epoch milliseconds", String((epoch + 30) * 1000), 30],
    ["epoch milliseconds, rounded up", String((epoch + 29) * 1000 + 1), 30],
    ["epoch milliseconds that have passed", String((epoch - 30) * 1000), 0],
    ["epoch microseconds, which nobody means", String((epoch + 30) * 1_000_000), null],
    ["an HTTP date", "Fri, 20 Nov 2026 10:00:30 GMT", 30],
    ["an HTTP date of RFC 850", "Friday, 20-Nov-26 10:00:30 GMT", 30],
    ["an HTTP date of asctime, which is UTC", "Fri Nov 20 10:00:30 2026", 30],
    ["an HTTP date that has passed", "Fri, 20 Nov 2026 09:00:00 GMT", 0],
    ["an ISO instant", "2026-11-20T10:00:30Z", 30],
    ["an ISO instant of another zone", "2026-11-20T11:00:30.000+01:00", 30],
    ["an ISO instant without a zone", "2026-11-20 10:00:30", 30],
    ["an ISO instant in quotes", '"2026-11-20T10:00:30Z"', 30],
    ["an ISO instant of next year", "2027-11-20T10:00:00Z", longestResetSeconds],
    ["nothing", "", null],
    ["a negative number", "-30", null],
    ["a duration in words", "30s", null],
    ["words", "soon", null],
    ["no day of any month", "Fri, 99 Nov 2026 10:00:30 GMT", null],
  ])("%s", (_name, value, seconds) => {
    for (const name of ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"]) {
      expect(read({ [name]: value })).toEqual(told({ resetSeconds: seconds }));
    }
  });
});

describe("whatever a provider sends", () => {
  const names = ["ratelimit", "ratelimit-policy"].concat(
    ["ratelimit-", "x-ratelimit-", "x-rate-limit-"].flatMap((prefix) =>
      ["limit", "remaining", "reset"].map((name) => prefix + name),
    ),
  );
  const piece = fc.oneof(
    fc.constantFrom(
      '"default"',
      ";r=",
      ";t=",
      ";q=",
      ";w=",
      "limit=",
      "remaining=",
      ", ",
      ";",
      "=",
      '"',
      "\\",
      "-",
      ".",
    ),
    fc.nat().map(String),
    fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.string({ unit: "binary" }),
  );
  const value = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
  const anyHeaders = fc.dictionary(fc.constantFrom(...names), value);

  it("is read without a throw, into whole numbers that are not negative, and no reset beyond a day", () => {
    fc.assert(
      fc.property(anyHeaders, fc.date({ noInvalidDate: true }), (headers, at) => {
        const limit = readRateLimit((name) => headers[name] ?? null, at);
        for (const count of Object.values(limit)) {
          expect(count === null || (Number.isSafeInteger(count) && count >= 0)).toBe(true);
        }
        expect(limit.resetSeconds ?? 0).toBeLessThanOrEqual(longestResetSeconds);
      }),
      { numRuns: 2_000 },
    );
  });

  it("a reset means the same, whichever way it is written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: longestResetSeconds }), (seconds) => {
        const at = new Date(now.getTime() + seconds * 1000);
        const ways = [
          seconds,
          at.getTime() / 1000,
          at.getTime(),
          at.toUTCString(),
          at.toISOString(),
          `${at.toISOString().slice(0, 19)}+00:00`,
        ];
        for (const way of ways) expect(read({ "x-ratelimit-reset": String(way) }).resetSeconds).toBe(seconds);
        expect(read({ ratelimit: `"default";r=1;t=${seconds}` }).resetSeconds).toBe(seconds);
      }),
    );
  });

  it("counts come through every family unharmed", () => {
    const count = fc.nat(1_000_000_000);
    fc.assert(
      fc.property(count, count, fc.nat(longestResetSeconds), (limit, remaining, resetSeconds) => {
        const expected = told({ limit, remaining, resetSeconds });
        for (const prefix of ["ratelimit-", "x-ratelimit-", "x-rate-limit-"]) {
          const headers = {
            [`${prefix}limit`]: String(limit),
            [`${prefix}remaining`]: String(remaining),
            [`${prefix}reset`]: String(resetSeconds),
          };
          expect(read(headers)).toEqual(expected);
        }
        const structured = {
          ratelimit: `"default";r=${remaining};t=${resetSeconds}`,
          "ratelimit-policy": `"default";q=${limit}`,
        };
        expect(read(structured)).toEqual(expected);
      }),
    );
  });
});
