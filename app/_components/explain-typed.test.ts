import { expect, test } from "vitest";
import { kindOf } from "./credential-kind.ts";
import { explainTyped } from "./explain-typed.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const active = {
  status: "active" as const,
  hold: null,
  last_error: null,
  expires_at: null,
  refresh_due_at: null,
  reauth_required_at: null,
};

test("a key that works speaks of no refresh", () => {
  const { why, next } = explainTyped(active, now, "api_key");
  expect(why).toBe("The key does not end.");
  expect(next).not.toMatch(/refresh/i);
});

test("a held one is not told to be refreshed", () => {
  const held = { ...active, hold: { reason: "mass_failure", at: new Date(now).toISOString() } };
  expect(explainTyped(held, now, "basic").next).not.toMatch(/refresh/i);
});

test("a rejected one is the customer's to replace", () => {
  const last_error = { code: "reauthorize", message: "rejected (HTTP 401)", at: new Date(now).toISOString() };
  const { why, next } = explainTyped({ ...active, status: "needs_reauth", last_error }, now, "api_key");
  expect(why).toBe("Rejected (HTTP 401).");
  expect(next).toMatch(/Only the customer/);
});

test.each([
  ["oauth2", "token"],
  ["oauth2_client_credentials", "token"],
  [undefined, "token"],
  ["basic", "basic"],
])("accounts of the format %s hold: %s", (format, kind) => {
  expect(kindOf(format)).toBe(kind);
});
