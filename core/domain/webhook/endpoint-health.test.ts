import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterAttempts, batchFor, concurrencyAfter, unknownHealth, type EndpointHealth } from "./endpoint-health.ts";
import type { Verdict } from "./judge-answer.ts";

const start = Date.parse("2026-11-20T10:00:00Z");
const hour = 3_600_000;
const delivered: Verdict = { kind: "delivered" };
const failed: Verdict = { kind: "failed", error: "HTTP 500", retryAfterSeconds: null };
const gone: Verdict = { kind: "gone", error: "HTTP 410" };
const at = (hours: number): Date => new Date(start + hours * hour);

/** One attempt after the other, each with its consequence, until the endpoint is disabled. */
function live(
  attempts: readonly (readonly [hours: number, verdict: Verdict])[],
  before: EndpointHealth = unknownHealth,
) {
  let health = before;
  const told: [number, string][] = [];
  for (const [hours, verdict] of attempts) {
    const after = afterAttempts(health, [{ at: at(hours), verdict }]);
    health = after.health;
    const { consequence } = after;
    if (consequence.kind !== "none") {
      told.push([hours, consequence.kind === "disable" ? consequence.reason : consequence.kind]);
    }
    if (consequence.kind === "disable") break;
  }
  return { health, told };
}

const hourly = (from: number, to: number, verdict: Verdict): [number, Verdict][] =>
  Array.from({ length: to - from + 1 }, (_, index) => [from + index, verdict]);

describe("an endpoint that only fails", () => {
  it("is warned of after three days, once, and disabled after five", () => {
    expect(live(hourly(0, 200, failed)).told).toEqual([
      [72, "warn"],
      [120, "failing"],
    ]);
  });

  it("is disabled at the first failure after five days, however few there were; the warning comes no more then", () => {
    const { told } = live([
      [0, failed],
      [150, failed],
    ]);
    expect(told).toEqual([[150, "failing"]]);
  });

  it("is not disabled while nothing is sent to it", () => {
    expect(live([[0, failed]]).told).toEqual([]);
  });

  it("begins anew with one success, warning included", () => {
    const { told, health } = live([...hourly(0, 119, failed), [119.5, delivered], ...hourly(120, 191, failed)]);
    expect(told).toEqual([[72, "warn"]]);
    expect(health).toEqual({ failures: 72, failingSince: at(120), warnedAt: null, lastSuccessAt: at(119.5) });
    expect(live([[192, failed]], health).told).toEqual([[192, "warn"]]);
  });
});

describe("410 (RFC 9110 §15.5.11)", () => {
  it("disables at once", () => {
    expect(live([[0, gone]]).told).toEqual([[0, "gone"]]);
  });

  it("stands even where others of the same batch succeed after it", () => {
    const { consequence } = afterAttempts(unknownHealth, [
      { at: at(0), verdict: gone },
      { at: at(0), verdict: delivered },
      { at: at(0), verdict: failed },
    ]);
    expect(consequence).toEqual({ kind: "disable", reason: "gone" });
  });
});

it("does not disable for days of failures when the same batch ends with a success", () => {
  const failing = { ...unknownHealth, failures: 9, failingSince: at(-130), warnedAt: at(-50) };
  const after = afterAttempts(failing, [
    { at: at(0), verdict: failed },
    { at: at(0.1), verdict: delivered },
  ]);
  expect(after.consequence).toEqual({ kind: "none" });
  expect(after.health.failures).toBe(0);
});

it("a batch says the same as its attempts one by one", () => {
  const attempts = fc.array(fc.tuple(fc.nat(60), fc.constantFrom(delivered, failed)), { maxLength: 12 });
  fc.assert(
    fc.property(attempts, (steps) => {
      let hours = 0;
      const timed = steps.map(([pause, verdict]) => ({ at: at((hours += pause)), verdict }));
      let health = unknownHealth;
      for (const one of timed) health = afterAttempts(health, [one]).health;
      expect(afterAttempts(unknownHealth, timed).health).toEqual(health);
    }),
  );
});

describe("the pace", () => {
  const made = (count: number, tookMs: number, verdict: Verdict = delivered) =>
    Array.from({ length: count }, () => ({ tookMs, verdict }));
  const working = { failures: 0 };

  it("begins with sixteen, and doubles to 64 while as many are answered promptly", () => {
    expect(concurrencyAfter(null, working, [])).toBe(16);
    expect(concurrencyAfter(16, working, made(15, 20))).toBe(16);
    expect(concurrencyAfter(16, working, made(16, 20))).toBe(32);
    expect(concurrencyAfter(32, working, made(128, 20))).toBe(64);
    expect(concurrencyAfter(64, working, made(128, 20))).toBe(64);
  });

  it("begins anew after a failure, or an answer that takes long", () => {
    expect(concurrencyAfter(64, { failures: 1 }, [...made(63, 20), ...made(1, 20, failed)])).toBe(16);
    expect(concurrencyAfter(64, working, [...made(63, 20), ...made(1, 1_000)])).toBe(16);
  });

  it("is one at a time from the third failure in a row on, and sixteen again once one works", () => {
    expect(batchFor({ failures: 2 })).toBe(256);
    expect(batchFor({ failures: 3 })).toBe(1);
    expect(concurrencyAfter(null, { failures: 3 }, [])).toBe(1);
    expect(concurrencyAfter(16, { failures: 3 }, made(3, 20, failed))).toBe(1);
    expect(concurrencyAfter(1, working, made(1, 20))).toBe(16);
  });
});
