import { describe, expect, it } from "vitest";
import type { RateLimitNames } from "../integration/api-schema.ts";
import { untoldRateLimit } from "./rate-limit.ts";
import { readNamedRateLimit, readNamedRetryAfter } from "./read-named-rate-limit.ts";

const now = new Date("2026-11-20T10:00:00Z");
const inAMinute = now.getTime() + 60_000;
type Unit = NonNullable<RateLimitNames["reset"]>["unit"];

const reading = (names: RateLimitNames | undefined, headers: Readonly<Record<string, string>>) =>
  readNamedRateLimit(names, (name) => headers[name] ?? null, now);

describe("a limit by the names of a definition (R73)", () => {
  it("is read from them", () => {
    const names = { limit: "x-quota", remaining: "x-left", reset: { header: "x-again", unit: "seconds" as const } };
    expect(reading(names, { "x-quota": "100", "x-left": "7", "x-again": "30" })).toEqual({
      ...untoldRateLimit,
      limit: 100,
      remaining: 7,
      resetSeconds: 30,
    });
  });

  it("is read from the standard families for what the definition does not name, or the answer does not bring", () => {
    const standard = { "x-ratelimit-limit": "100", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "30" };
    const told = { ...untoldRateLimit, limit: 100, remaining: 7, resetSeconds: 30 };
    expect(reading(undefined, standard)).toEqual(told);
    expect(reading({ limit: "x-quota" }, standard)).toEqual(told);
    expect(reading({ limit: "x-quota" }, { ...standard, "x-quota": "5" })).toEqual({ ...told, limit: 5 });
  });

  it.each<[Unit, string]>([
    ["seconds", "60"],
    ["seconds", "59.2"],
    ["milliseconds", "60000"],
    ["epoch_seconds", String(inAMinute / 1000)],
    ["epoch_milliseconds", String(inAMinute)],
    ["http_date", new Date(inAMinute).toUTCString()],
    ["iso", new Date(inAMinute).toISOString()],
  ])("knows a reset in %s", (unit, value) => {
    expect(reading({ reset: { header: "x-again", unit } }, { "x-again": value }).resetSeconds).toBe(60);
    const wait = readNamedRetryAfter({ retryAfter: { header: "x-again", unit } }, () => value, now);
    expect(wait).toBe(60);
  });

  it.each(["", "soon", "-1", "NaN"])("takes %o for not told, and does not guess", (value) => {
    const names = { limit: "x-quota", reset: { header: "x-again", unit: "seconds" as const } };
    expect(reading(names, { "x-quota": value, "x-again": value })).toEqual(untoldRateLimit);
  });

  it("believes nobody for longer than a day, and no instant that has passed", () => {
    const names = { reset: { header: "x-again", unit: "epoch_seconds" as const } };
    expect(reading(names, { "x-again": "9999999999" }).resetSeconds).toBe(86_400);
    expect(reading(names, { "x-again": "1000000000" }).resetSeconds).toBe(0);
  });
});
