import { expect, test } from "vitest";
import type { Account } from "../account/account.ts";
import type { RunAction } from "./account-run.ts";
import { decideStep } from "./decide-step.ts";

const hold = { reason: "mass_failure", at: new Date(0) } as const;
const fresh = { isTyped: false, isBegun: false };

test.each<[RunAction, Account["status"], boolean, string]>([
  ["refresh", "active", false, "act"],
  // R31: a refresh that works again brings it back.
  ["refresh", "needs_reauth", false, "act"],
  ["refresh", "active", true, "act"],
  ["refresh", "connecting", false, "not_connected"],
  ["refresh", "disconnected", false, "disconnected"],
  ["reauthorization_links", "active", false, "act"],
  ["reauthorization_links", "needs_reauth", false, "act"],
  ["reauthorization_links", "connecting", false, "not_connected"],
  ["reauthorization_links", "disconnected", false, "disconnected"],
  ["release", "active", true, "act"],
  ["release", "active", false, "not_held"],
  ["release", "needs_reauth", false, "not_held"],
  ["release", "disconnected", false, "disconnected"],
  ["disconnect", "active", false, "act"],
  ["disconnect", "active", true, "act"],
  ["disconnect", "needs_reauth", false, "act"],
  ["disconnect", "connecting", false, "act"],
  ["disconnect", "disconnected", false, "disconnected"],
])("%s, of an account that is %s (held: %s): %s", (action, status, isHeld, expected) => {
  const step = decideStep(action, { status, hold: isHeld ? hold : null }, fresh);
  expect(step.kind === "skip" ? step.code : step.kind).toBe(expected);
});

test("what this run has done before it died is done", () => {
  const again = { ...fresh, isBegun: true };
  expect(decideStep("disconnect", { status: "disconnected", hold: null }, again)).toEqual({ kind: "already" });
  expect(decideStep("release", { status: "active", hold: null }, again)).toEqual({ kind: "already" });
  // Nobody but the customer could have ended these.
  expect(decideStep("refresh", { status: "disconnected", hold: null }, again)).toEqual({
    kind: "skip",
    code: "disconnected",
  });
});

test("typed credentials have nothing to refresh, and everything else", () => {
  const typed = { ...fresh, isTyped: true };
  const account = { status: "active", hold: null } as const;
  expect(decideStep("refresh", account, typed)).toEqual({ kind: "skip", code: "not_refreshable" });
  expect(decideStep("reauthorization_links", account, typed)).toEqual({ kind: "act" });
  expect(decideStep("disconnect", account, typed)).toEqual({ kind: "act" });
});

test("an account that is gone is passed over", () => {
  expect(decideStep("disconnect", null, fresh)).toEqual({ kind: "skip", code: "gone" });
});
