import { randomBytes } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { permissions, rolePermissions } from "#core/domain/access/permission";
import { createPagePass, permissionsOfPages } from "./page-pass.ts";

const pass = createPagePass("a".repeat(43));
const browser = randomBytes(32);

afterEach(() => vi.useRealTimers());

test("says whom a page is for, and nobody but api reads it", async () => {
  const both = await pass.issue({ sessionId: "ses_1", browser });
  expect(await pass.read(both)).toEqual({ sessionId: "ses_1", browser });
  expect(await pass.read(await pass.issue({ sessionId: null, browser }))).toEqual({ sessionId: null, browser });
  expect(await pass.read(await pass.issue({ sessionId: "ses_1", browser: null }))).toEqual({
    sessionId: "ses_1",
    browser: null,
  });
  expect(Buffer.from(both.split(".").join(""), "base64url").toString("latin1")).not.toContain("ses_1");
});

test("is over after a minute, but for what clocks may differ by", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-12-01T12:00:00Z") });
  const one = await pass.issue({ sessionId: "ses_1", browser: null });
  vi.setSystemTime(new Date("2026-12-01T12:00:59Z"));
  expect(await pass.read(one)).not.toBeNull();
  vi.setSystemTime(new Date("2026-12-01T12:01:16Z"));
  expect(await pass.read(one)).toBeNull();
});

test("of another installation, changed, or made of nothing is none", async () => {
  const foreign = await createPagePass("b".repeat(43)).issue({ sessionId: "ses_1", browser: null });
  const own = await pass.issue({ sessionId: "ses_1", browser: null });
  const parts = own.split(".");
  const cut = [...parts.slice(0, 3), (parts[3] ?? "").slice(4), parts[4]].join(".");
  for (const one of [foreign, cut, `${own}x`, own.slice(1), "", "ses_1", undefined]) {
    expect(await pass.read(one), String(one)).toBeNull();
  }
});

test("has of a role what pages show: no token, no call with one, no change, no export", () => {
  const reads = [
    "accounts:read",
    "approvals:read",
    "audit:read",
    "integrations:read",
    "keys:read",
    "users:read",
    "webhooks:read",
  ];
  expect([...permissionsOfPages(rolePermissions.owner)].toSorted()).toEqual(reads);
  expect(permissionsOfPages(rolePermissions.support)).toEqual(new Set(rolePermissions.support));
  // A permission that only reads, and is new, is named there or is a token's.
  expect(permissions.filter((one) => one.endsWith(":read") && !reads.includes(one))).toEqual(["tokens:read"]);
});
