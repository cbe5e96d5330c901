import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "./password.ts";

const password = "correct horse battery staple";
const stored = await hashPassword(password);

describe("a password hash", () => {
  it("says yes to its password alone", async () => {
    expect(await verifyPassword(password, stored)).toBe(true);
    expect(await verifyPassword(`${password} `, stored)).toBe(false);
    expect(await verifyPassword("", stored)).toBe(false);
  });

  it("holds neither the password nor the same salt twice, and names its cost", async () => {
    expect(stored).toMatch(/^scrypt\$131072\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await hashPassword(password)).not.toBe(stored);
  });

  it("says yes however the keyboard composes an accent", async () => {
    const composed = await hashPassword("caf\u00e9 caf\u00e9 caf\u00e9");
    expect(await verifyPassword("cafe\u0301 cafe\u0301 cafe\u0301", composed)).toBe(true);
  });

  it.each([
    ["no account", null],
    ["an empty hash", ""],
    ["another scheme", "bcrypt$1$2$3$4$5"],
    ["a part missing", stored.split("$").slice(0, 5).join("$")],
    ["an empty hash part", [...stored.split("$").slice(0, 5), ""].join("$")],
  ])("says no for %s", async (_name, hash) => {
    expect(await verifyPassword(password, hash)).toBe(false);
  });
});
