import { describe, expect, test } from "vitest";
import type { AdminUser } from "./admin-user.ts";
import { decideUserChange } from "./decide-user-change.ts";

const at = new Date("2026-11-20T10:00:00Z");

const user = (id: string, over: Partial<AdminUser> = {}): AdminUser => ({
  id,
  email: `${id}@example.com`,
  name: id,
  role: "owner",
  roleSource: "local",
  passwordHash: "a hash",
  identity: null,
  disabledAt: null,
  disabledBy: null,
  lastSignInAt: null,
  createdAt: at,
  ...over,
});

const [ada, bob] = [user("ada"), user("bob")];

describe("an administrator", () => {
  test("gets another role, and loses their sessions with it", () => {
    expect(decideUserChange(bob, { role: "support" }, [ada, bob], "ada")).toEqual({
      kind: "change",
      set: { role: "support" },
      endsSessions: true,
    });
  });

  test("is disabled and enabled again; only disabling ends sessions", () => {
    expect(decideUserChange(bob, { isDisabled: true }, [ada, bob], "ada")).toMatchObject({ endsSessions: true });
    const disabled = user("bob", { disabledAt: at, disabledBy: "person" });
    expect(decideUserChange(disabled, { isDisabled: false }, [ada, disabled], "ada")).toMatchObject({
      set: { isDisabled: false },
      endsSessions: false,
    });
  });

  test("keeps their sessions with another name", () => {
    expect(decideUserChange(bob, { name: "Robert" }, [ada, bob], "ada")).toMatchObject({ endsSessions: false });
  });

  test("is not touched when nothing would be otherwise", () => {
    const same = { role: "owner", isDisabled: false, name: "bob" } as const;
    expect(decideUserChange(bob, same, [ada, bob], "ada")).toEqual({ kind: "unchanged" });
  });
});

describe("the last owner", () => {
  const others = [user("carl", { disabledAt: at, disabledBy: "person" }), user("dora", { role: "operator" })];

  test.each([{ role: "operator" as const }, { isDisabled: true }])("stays, whoever says %j", (change) => {
    for (const actor of ["carl", null]) {
      expect(decideUserChange(ada, change, [ada, ...others], actor)).toEqual({ kind: "refused", why: "last_owner" });
    }
    expect(decideUserChange(ada, change, [ada, bob, ...others], "bob")).toMatchObject({ kind: "change" });
  });

  test("is not somebody who may not sign in", () => {
    const disabled = user("carl", { disabledAt: at, disabledBy: "person" });
    expect(decideUserChange(disabled, { role: "support" }, [ada, disabled], "ada")).toMatchObject({ kind: "change" });
  });
});

test("nobody disables themselves", () => {
  expect(decideUserChange(ada, { isDisabled: true }, [ada, bob], "ada")).toEqual({ kind: "refused", why: "yourself" });
});

test("a role that the identity provider gives is changed there", () => {
  const federated = user("bob", { roleSource: "idp" });
  expect(decideUserChange(federated, { role: "support" }, [ada, federated], "ada")).toEqual({
    kind: "refused",
    why: "role_from_identity_provider",
  });
  expect(decideUserChange(federated, { isDisabled: true }, [ada, federated], "ada")).toMatchObject({ kind: "change" });
});
