import { describe, expect, it } from "vitest";
import { permissions, personPermissions, rolePermissions, type Role } from "#core/domain/access/permission";
import { isPermitted } from "./permitted.ts";

describe("what a role is offered", () => {
  it.each(Object.keys(rolePermissions) as Role[])("is what the API lets it do: %s", (role) => {
    for (const permission of [...permissions, ...personPermissions]) {
      expect(isPermitted(role, permission), permission).toBe(rolePermissions[role].includes(permission));
    }
  });

  it.each(["", "guest", "constructor"])("is nothing for a role that is not known: %j", (role) => {
    expect(isPermitted(role, "webhooks:read")).toBe(false);
  });
});
