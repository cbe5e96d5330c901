import { describe, expect, it } from "vitest";
import { isPermission, permissions, personPermissions, rolePermissions } from "./permission.ts";

describe("roles", () => {
  it("let tokens out only to owners and operators (R44)", () => {
    const holders = Object.entries(rolePermissions).filter(([, granted]) => granted.includes("tokens:read"));
    expect(holders.map(([role]) => role)).toEqual(["owner", "operator"]);
  });

  it("let only an owner export", () => {
    expect(rolePermissions.owner).toContain("export");
    expect(rolePermissions.operator).not.toContain("export");
  });

  it.each(["support", "auditor"] as const)("give %s nothing that writes", (role) => {
    expect(rolePermissions[role].filter((one) => !one.endsWith(":read"))).toEqual([]);
  });
});

it("gives no key what only a person may", () => {
  expect(permissions.filter((one) => (personPermissions as readonly string[]).includes(one))).toEqual([]);
  expect(personPermissions.some(isPermission)).toBe(false);
  const holders = Object.entries(rolePermissions).filter(([, granted]) => granted.includes("users:write"));
  expect(holders.map(([role]) => role)).toEqual(["owner"]);
});

it("knows its own permissions and no others", () => {
  expect(permissions.every(isPermission)).toBe(true);
  expect(["", "all", "tokens", "tokens:READ", "constructor"].some(isPermission)).toBe(false);
});
