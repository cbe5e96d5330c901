import { expect, test } from "vitest";
import { moveOf } from "./whose-move.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const well = {
  status: "active",
  hold: null,
  last_error: null,
  expires_at: at(40),
  refresh_due_at: at(38),
  reauth_required_at: null,
} as const;
const error = (code: string) => ({ code, message: "no", at: at(-1) });

test.each([
  ["an account that is well", {}, "nobody"],
  ["a provider that fails", { last_error: error("transient") }, "evergrant"],
  ["a provider that fails, and no token is left", { last_error: error("transient"), expires_at: at(-1) }, "evergrant"],
  ["a failure that nobody tries to mend", { last_error: error("transient"), refresh_due_at: null }, "you"],
  ["our own client, rejected", { last_error: error("client_misconfigured") }, "you"],
  ["a link that was clicked", { status: "connecting" }, "customer"],
  ["a dead grant", { status: "needs_reauth" }, "customer"],
  ["a hold", { hold: { reason: "mass_failure", at: at(-1) } }, "you"],
  ["the end", { status: "disconnected" }, "nobody"],
] as const)("%s", (_, facts, who) => {
  expect(moveOf({ ...well, ...facts }, now).who).toBe(who);
});
