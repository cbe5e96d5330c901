import { describe, expect, test } from "vitest";
import type { AttemptView } from "#api/schemas/attempt";
import { buildLifeline, buildSharedLifeline } from "./build-lifeline.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const minute = 60_000;
const at = (minutes: number) => new Date(now + minutes * minute).toISOString();

const account = {
  status: "active" as const,
  created_at: at(-600),
  updated_at: at(-10),
  refreshed_at: at(-10),
  expires_at: at(50),
  refresh_due_at: at(48),
  reauth_required_at: null,
};

function attempt(minutes: number, outcome: AttemptView["outcome"], facts: Partial<AttemptView> = {}): AttemptView {
  return {
    id: `att_${-minutes}`,
    reason: "alarm",
    started_at: at(minutes),
    finished_at: at(minutes),
    waiters: 0,
    outcome,
    http_status: 200,
    error: null,
    rule: null,
    next_attempt_at: null,
    explanation: null,
    ...facts,
  };
}

describe("tokens", () => {
  test("each lasts from its refresh to the next, the last to its expiry", () => {
    const { tokens } = buildLifeline(account, [attempt(-10, "refreshed"), attempt(-70, "refreshed")], true, now);
    expect(tokens.map(({ from, to, end }) => [(from - now) / minute, (to - now) / minute, end])).toEqual([
      [-70, -10, "refreshed"],
      [-10, 50, "expires"],
    ]);
  });

  test("the alarm window of the current token begins where the account says", () => {
    const { tokens } = buildLifeline(account, [attempt(-10, "refreshed")], true, now);
    expect(tokens.at(-1)?.alarmFrom).toBe(now + 48 * minute);
  });

  test("a next try behind the expiry is no alarm window: the first alarm stays", () => {
    const failing = { ...account, refresh_due_at: at(180) };
    const attempts = [attempt(-2, "transient"), attempt(-10, "refreshed", { next_attempt_at: at(-3) })];
    expect(buildLifeline(failing, attempts, true, now).tokens.at(-1)?.alarmFrom).toBe(now - 3 * minute);
  });

  test("an account without attempts has the token it came with", () => {
    const { tokens } = buildLifeline({ ...account, expires_at: null }, [], false, now);
    expect(tokens).toMatchObject([{ from: now - 600 * minute, to: Number.POSITIVE_INFINITY, end: "open" }]);
  });

  test("an account that waits for its customer has none", () => {
    expect(buildLifeline({ ...account, status: "connecting" }, [], false, now)).toMatchObject({ tokens: [], gaps: [] });
  });
});

describe("gaps", () => {
  test("a revocation stays red until a re-authorization closes it", () => {
    const attempts = [
      attempt(-10, "refreshed", { reason: "reauthorized" }),
      attempt(-40, "reauthorize"),
      attempt(-70, "refreshed"),
    ];
    const { gaps, tokens } = buildLifeline(account, attempts, true, now);
    expect(gaps).toEqual([{ from: now - 40 * minute, to: now - 10 * minute, kind: "needs_reauth", isOpen: false }]);
    expect(tokens[0]).toMatchObject({ to: now - 40 * minute, end: "ended" });
  });

  test("a revocation that nobody repaired lasts until now", () => {
    const dead = { ...account, status: "needs_reauth" as const, reauth_required_at: at(-5) };
    expect(buildLifeline(dead, [attempt(-10, "refreshed")], true, now).gaps).toEqual([
      { from: now - 5 * minute, to: now, kind: "needs_reauth", isOpen: true },
    ]);
  });

  test("an expired token leaves a gap while its account is active", () => {
    const { gaps } = buildLifeline({ ...account, expires_at: at(-4) }, [attempt(-64, "refreshed")], true, now);
    expect(gaps).toEqual([{ from: now - 4 * minute, to: now, kind: "expired", isOpen: true }]);
  });

  test("a disconnected account has ended", () => {
    const ended = { ...account, status: "disconnected" as const, updated_at: at(-3), expires_at: null };
    expect(buildLifeline(ended, [attempt(-10, "refreshed")], true, now).gaps).toMatchObject([
      { kind: "disconnected", isOpen: true },
    ]);
  });
});

describe("the span", () => {
  test("is the shortest that shows several attempts", () => {
    const attempts = Array.from({ length: 40 }, (_, index) => attempt(-index * 5, "refreshed"));
    const { span } = buildLifeline(account, attempts, true, now);
    expect(now - span.from).toBe(60 * minute);
  });

  test("never hides now, and has few ticks", () => {
    for (const rangeSeconds of [900, 3600, 86_400, 2_592_000]) {
      const { span } = buildLifeline(account, [attempt(-10, "refreshed")], false, now, rangeSeconds);
      expect(span.from).toBeLessThan(now);
      expect(span.to).toBeGreaterThan(now);
      expect(span.ticks.length).toBeLessThanOrEqual(6);
    }
  });
});

test("accounts beside each other share one axis, whatever their ages", () => {
  const axis = { backSeconds: 21_600, aheadSeconds: 7200 };
  const young = { ...account, created_at: at(-5), refreshed_at: null };
  const spans = [account, young].map(
    (one) => buildSharedLifeline(one, [attempt(-10, "refreshed")], false, now, axis).span,
  );
  expect(spans[0]).toEqual(spans[1]);
  expect(spans[0]).toMatchObject({ from: now - 360 * minute, to: now + 120 * minute });
});
