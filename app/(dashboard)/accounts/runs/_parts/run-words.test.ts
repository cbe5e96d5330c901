import { expect, test } from "vitest";
import type { AccountRunView } from "#api/schemas/account-run";
import { lookOfRun, wordResult, wordRun } from "./run-words.ts";

const run: AccountRunView = {
  id: "run_1",
  action: "refresh",
  state: "running",
  reason: null,
  filter: null,
  total: 412,
  done: 100,
  failed: 2,
  skipped: 10,
  pace: 10,
  rate: 5,
  seconds_left: 60,
  last_error: null,
  created_by: "usr_1",
  resumed_by: null,
  created_at: "2026-11-20T10:00:00.000Z",
  finished_at: null,
};

test("a run says how long it takes, or how much is left", () => {
  expect(wordRun(run)).toBe("1 min left");
  expect(wordRun({ ...run, seconds_left: null })).toBe("300 left");
  expect(wordRun({ ...run, state: "paused" })).toBe("300 left");
  expect(wordRun({ ...run, state: "paused", last_error: "who began it is gone" })).toBe("who began it is gone");
  expect(wordRun({ ...run, state: "cancelled" })).toBe("300 accounts left alone");
  expect(wordRun({ ...run, state: "done", done: 400 })).toBe("2 failed");
  expect(wordRun({ ...run, state: "done", done: 402, failed: 0 })).toBe(null);
});

test("a run that failed at some accounts is done, and does not look well", () => {
  expect(lookOfRun({ state: "done", failed: 0 }).tone).toBe("good");
  expect(lookOfRun({ state: "done", failed: 1 })).toMatchObject({ tone: "warn", label: "Done" });
});

test("an account's result says what more there is to say", () => {
  const result = {
    integrated_account_id: "ia_1",
    tenant_id: "acme",
    integration_name: "acme-crm",
    external_account: null,
    outcome: "done",
    code: null,
    detail: null,
    finished_at: null,
  } as const;
  expect(wordResult(result)).toBe(null);
  expect(wordResult({ ...result, code: "not_supported" })).toContain("no way to revoke");
  expect(wordResult({ ...result, outcome: "failed", code: "needs_reauth", detail: "The grant is dead." })).toBe(
    "The grant is dead.",
  );
});
