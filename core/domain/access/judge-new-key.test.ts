import { describe, expect, test } from "vitest";
import { judgeNewKey, type KeyWish } from "./judge-new-key.ts";
import { permissions, rolePermissions } from "./permission.ts";

const wish: KeyWish = {
  name: "Backend",
  permissions: ["accounts:read"],
  tenantIds: [],
  integrationNames: [],
  addresses: [],
  expiresAt: null,
};
const everything = { permissions: new Set(permissions) };
const noon = new Date("2026-11-20T12:00:00Z");
const later = new Date("2026-11-21T12:00:00Z");

describe("a new key", () => {
  test("may be what its maker is", () => {
    expect(judgeNewKey(everything, null, { ...wish, permissions })).toEqual({ kind: "may_be_made" });
  });

  test("grants no permission that its maker lacks, and says which", () => {
    const operator = { permissions: new Set(rolePermissions.operator) };
    expect(judgeNewKey(operator, null, { ...wish, permissions: ["accounts:read", "export"] })).toEqual({
      kind: "grants_more",
      permission: "export",
    });
    for (const one of permissions) {
      const without = { permissions: new Set(permissions.filter((other) => other !== one)) };
      expect(judgeNewKey(without, null, { ...wish, permissions })).toEqual({ kind: "grants_more", permission: one });
    }
  });

  test("is for no address that its maker is not for", () => {
    const maker = { ...everything, addresses: ["203.0.113.0/24", "2001:db8::/32"] };
    const judge = (addresses: string[]) => judgeNewKey(maker, null, { ...wish, addresses });
    expect(judge(["2001:db8::/32"])).toEqual({ kind: "may_be_made" });
    expect(judge([])).toMatchObject({ errors: [{ pointer: "/addresses" }] });
    expect(judge(["203.0.113.0/24", "0.0.0.0/0"])).toMatchObject({
      kind: "outlasts_its_maker",
      errors: [{ pointer: "/addresses/1" }],
    });
  });

  test("does not outlast a maker that ends", () => {
    const judge = (expiresAt: Date | null) => judgeNewKey(everything, noon, { ...wish, expiresAt });
    expect(judge(noon)).toEqual({ kind: "may_be_made" });
    for (const end of [later, null]) {
      expect(judge(end)).toMatchObject({ kind: "outlasts_its_maker", errors: [{ pointer: "/expires_in" }] });
    }
    expect(judgeNewKey(everything, null, { ...wish, expiresAt: later })).toEqual({ kind: "may_be_made" });
  });
});
