import { describe, expect, it, test } from "vitest";
import { mapRole, parseRoleMapping, type RoleMapping } from "./role-mapping.ts";

function mapping(text: string, claim = "groups"): RoleMapping {
  const values = parseRoleMapping(text);
  if (!("get" in values)) throw new Error(values.fault);
  return { claim, values };
}

describe("the mapping of groups to roles", () => {
  test("is read with several values of a role, equals signs inside a value, and commas as %2C", () => {
    expect([...mapping("owner=admins, operator=CN=sre%2COU=ops ,operator=on-call,").values]).toEqual([
      ["admins", "owner"],
      ["CN=sre,OU=ops", "operator"],
      ["on-call", "operator"],
    ]);
    expect(mapping("").values.size).toBe(0);
  });

  test.each(["admins", "=admins", "owner=", "root=admins", "Owner=admins", "constructor=x"])(
    "is refused as %s",
    (text) => {
      expect(parseRoleMapping(text)).toEqual({ fault: expect.stringContaining(text) });
    },
  );

  test("gives no value two roles", () => {
    expect(parseRoleMapping("owner=a,support=a")).toEqual({ fault: "gives a two roles, owner and support" });
    expect(parseRoleMapping("owner=a,owner=a")).toEqual(new Map([["a", "owner"]]));
  });
});

describe("the role of somebody", () => {
  const groups = mapping("support=staff,owner=admins,operator=sre,auditor=audit");

  it.each([
    [["staff", "sre"], "operator"],
    [["audit", "staff"], "support"],
    [["staff", "admins"], "owner"],
    ["audit", "auditor"],
    [["Admins"], null],
    [["other"], null],
    [[], null],
    [undefined, null],
    [null, null],
    [{ admins: true }, null],
    [[["admins"]], null],
    [true, null],
  ])("with the groups %j is %s", (given, role) => expect(mapRole({ groups: given }, groups)).toBe(role));

  it("is found under a claim's whole name first, and along a path through objects", () => {
    const url = mapping("owner=admins", "https://example.com/roles");
    expect(mapRole({ "https://example.com/roles": ["admins"] }, url)).toBe("owner");
    const path = mapping("owner=admins", "realm_access.roles");
    expect(mapRole({ realm_access: { roles: ["admins"] } }, path)).toBe("owner");
    expect(mapRole({ realm_access: { roles: ["admins"] }, "realm_access.roles": [] }, path)).toBeNull();
    expect(mapRole({ realm_access: "admins" }, path)).toBeNull();
  });

  it("does not come from what every object has", () => {
    expect(mapRole({}, mapping("owner=Object", "constructor.name"))).toBeNull();
  });

  it("is nobody's without a mapping", () => expect(mapRole({ groups: ["", "owner"] }, mapping(""))).toBeNull());
});
