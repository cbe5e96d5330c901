import { describe, expect, test } from "vitest";
import type { AdminUser } from "./admin-user.ts";
import { decideFederatedSignIn, type FederatedPerson } from "./decide-federated-sign-in.ts";

const at = new Date("2026-11-20T10:00:00Z");
const identity = { issuer: "https://idp.example.com", subject: "s-1" };

const person = (over: Partial<FederatedPerson> = {}): FederatedPerson => ({
  identity,
  email: "ada@example.com",
  isEmailVerified: true,
  name: "Ada",
  mappedRole: "operator",
  ...over,
});

const user = (over: Partial<AdminUser> = {}): AdminUser => ({
  id: "usr_1",
  email: "ada@example.com",
  name: "Ada",
  role: "operator",
  roleSource: "idp",
  passwordHash: null,
  identity,
  disabledAt: null,
  disabledBy: null,
  lastSignInAt: null,
  createdAt: at,
  ...over,
});

const invitation = { email: "ada@example.com", role: "auditor" } as const;

describe("somebody new", () => {
  test("becomes an administrator by the role of their groups", () => {
    expect(decideFederatedSignIn(person(), null, null, null)).toEqual({
      kind: "create",
      email: "ada@example.com",
      role: "operator",
      roleSource: "idp",
    });
  });

  test("becomes one by an invitation to their address, with its role, whatever their groups are", () => {
    for (const mappedRole of [null, "owner"] as const) {
      expect(decideFederatedSignIn(person({ mappedRole }), null, null, invitation)).toMatchObject({
        kind: "create",
        role: "auditor",
        roleSource: "local",
      });
    }
  });

  test.each([
    ["no role", person({ mappedRole: null }), null, null, "no_role"],
    ["no address", person({ email: null }), null, null, "no_email"],
    ["an address that is not verified", person({ isEmailVerified: false }), null, null, "email_not_verified"],
    ["the address of another", person(), user({ id: "usr_2", identity: null }), null, "email_taken"],
    ["an invitation for another", person(), null, { ...invitation, email: "b@example.com" }, "invitation_for_another"],
    ["an invitation and the address of another", person(), user({ identity: null }), invitation, "email_taken"],
  ] as const)("with %s is refused", (_name, who, emailOwner, invited, why) => {
    expect(decideFederatedSignIn(who, null, emailOwner, invited)).toEqual({ kind: "refuse", why, user: null });
  });
});

describe("somebody known", () => {
  test("comes in as they are", () => {
    expect(decideFederatedSignIn(person(), user(), user(), null)).toEqual({
      kind: "admit",
      user: user(),
      role: null,
      isBack: false,
      email: null,
    });
  });

  test.each(["owner", "support"] as const)("gets the role %s that their groups give now", (mappedRole) => {
    expect(decideFederatedSignIn(person({ mappedRole }), user(), user(), null)).toMatchObject({ role: mappedRole });
  });

  test("keeps a role that was given here", () => {
    const local = user({ roleSource: "local", role: "support" });
    for (const mappedRole of [null, "owner"] as const) {
      expect(decideFederatedSignIn(person({ mappedRole }), local, local, null)).toMatchObject({
        kind: "admit",
        role: null,
      });
    }
  });

  test("is expelled when their groups give no role any more, the last owner too", () => {
    const owner = user({ role: "owner" });
    expect(decideFederatedSignIn(person({ mappedRole: null }), owner, owner, null)).toEqual({
      kind: "expel",
      user: owner,
    });
  });

  test("comes back when they give one again, and not when a person disabled them", () => {
    const expelled = user({ disabledAt: at, disabledBy: "idp" });
    expect(decideFederatedSignIn(person(), expelled, expelled, null)).toMatchObject({ kind: "admit", isBack: true });
    const disabled = user({ disabledAt: at, disabledBy: "person" });
    expect(decideFederatedSignIn(person(), disabled, disabled, null)).toMatchObject({ why: "disabled" });
  });

  test("takes a new address along, unless it is another's or not verified", () => {
    const moved = person({ email: "lovelace@example.com" });
    expect(decideFederatedSignIn(moved, user(), null, null)).toMatchObject({ email: "lovelace@example.com" });
    expect(decideFederatedSignIn(moved, user(), user({ id: "usr_2" }), null)).toMatchObject({ email: null });
    expect(decideFederatedSignIn({ ...moved, isEmailVerified: false }, user(), null, null)).toMatchObject({
      email: null,
    });
    expect(decideFederatedSignIn({ ...moved, email: null }, user(), null, null)).toMatchObject({ email: null });
  });

  test("does not spend an invitation", () => {
    expect(decideFederatedSignIn(person(), user(), user(), invitation)).toMatchObject({ why: "already_administrator" });
  });
});
