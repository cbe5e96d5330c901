import { expect, test } from "vitest";
import { judge, totalsOf, troubleOf, type Totals } from "./wellness.ts";

const calm = { held: 0, resolving: 0, withoutToken: 0, failing: 0, integrations: 0, anomalies: 0, isPartial: false };
const row = (active: number, reauth: number, refreshes: number, rate: number | null) => ({
  integration_name: "acme",
  accounts: { connecting: 0, active, needs_reauth: reauth, disconnected: 0 },
  refreshes,
  success_rate: rate,
  latency_ms: { p50: 100, p95: 300 },
  failures: {},
});
const sentence = (totals: Totals, trouble = calm) => {
  const { lead, rest } = judge(totals, trouble);
  return `${lead} ${rest}`;
};

test("success is weighted by refreshes", () => {
  expect(totalsOf([row(1, 0, 900, 1), row(1, 0, 100, 0), row(1, 0, 0, null)]).successRate).toBeCloseTo(0.9);
});

test("all well names accounts and refreshes", () => {
  expect(sentence(totalsOf([row(12_408, 0, 50_000, 0.9998)]))).toBe(
    "All well: 12,408 accounts are active, and 99.98 % of 50,000 refreshes in the last 24 hours succeeded.",
  );
});

test("the worst comes first", () => {
  const totals = totalsOf([row(10, 3, 100, 0.5)]);
  expect(sentence(totals, { ...calm, held: 2, withoutToken: 1, isPartial: true })).toMatch(
    /^2 accounts are held and wait for your decision\./,
  );
  expect(sentence(totals, { ...calm, withoutToken: 1, failing: 5 })).toMatch(/^1 active account has no valid token\./);
  expect(sentence(totals, { ...calm, anomalies: 1, resolving: 7 })).toMatch(/^1 alarm rings\./);
  expect(sentence(totals, { ...calm, withoutToken: 1, anomalies: 2 })).toMatch(
    /^1 active account has no valid token\./,
  );
  expect(sentence(totals, { ...calm, resolving: 7 })).toMatch(/^7 held accounts are on the way\./);
  expect(sentence(totals, { ...calm, integrations: 1, failing: 5 })).toMatch(/^1 integration needs mending\./);
  expect(sentence(totals)).toBe("3 accounts need their customers to re-authorize. The other 10 accounts are active.");
});

test("does not claim to have counted what it did not look at", () => {
  expect(sentence(totalsOf([row(900, 0, 10, 1)]), { ...calm, failing: 4, isPartial: true })).toMatch(
    /^At least 4 refreshes/,
  );
});

test("counts what is held by the word of the guard, not among the accounts that were looked at", () => {
  const failure = {
    integration_name: "acme",
    started_at: "2026-11-20T10:00:00.000Z",
    likely_cause: "provider" as const,
    left: 20,
    decision: null,
    decided_by: null,
    decided_at: null,
  };
  const failures = [
    { ...failure, state: "declared" as const, held: 812 },
    { ...failure, state: "resolving" as const, started_at: null, held: 40 },
  ];
  expect(troubleOf([], failures, { integrations: 0, anomalies: 0, isPartial: true }, 0)).toMatchObject({
    held: 812,
    resolving: 40,
  });
});

test("nothing connected is not called well", () => {
  expect(judge(totalsOf([]), calm).tone).toBe("info");
});
