import { describe, expect, it } from "vitest";
import { passwords } from "./passwords.ts";

const about = ["ada@lovelace.example", "Ada Lovelace"];

describe("a new password", () => {
  it.each(["short", "twelve chars"])("of fewer than twelve characters, or too easy, does not do: %j", (password) => {
    expect(passwords.faultOf(password.slice(0, 11), about)).toContain("at least 12");
  });

  it.each(["password1234", "qwertyuiop12", "aaaaaaaaaaaa", "trustno1trustno1", "Passw0rd!2026", "evergrant2026!"])(
    "that others would guess does not do: %s",
    (password) => expect(passwords.faultOf(password, about)).toContain("easily guessed"),
  );

  it("that is made of a name or an address does not do", () => {
    expect(passwords.faultOf("lovelacelovelace", about)).toContain("easily guessed");
    expect(passwords.faultOf("ada@lovelace1", about)).toContain("easily guessed");
  });

  it.each(["seven lanterns behind the mill", "x7Kq9#mP2$vL", "tk3-Vq8s-Lm2p", "Grüße an den Müller von nebenan"])(
    "like %s does",
    (password) => expect(passwords.faultOf(password, about)).toBeNull(),
  );

  it("has an end, and is judged in time however long it is", () => {
    expect(passwords.faultOf("x7Kq9#mP2$vL".repeat(100), about)).toContain("longer than 200");
    expect(passwords.faultOf("seven lanterns behind the mill ".repeat(6), about)).toBeNull();
  });
});

describe("a hash", () => {
  it("is outdated when its costs are not those of a new one, and only with the right password", async () => {
    const stored = await passwords.hash("seven lanterns");
    expect(await passwords.verify("seven lanterns", stored)).toEqual({ isRight: true, isOutdated: false });
    const { scryptSync } = await import("node:crypto");
    const salt = Buffer.alloc(16, 7);
    const weak = scryptSync("seven lanterns", salt, 32, { N: 16_384, r: 8, p: 1 });
    const old = `scrypt$16384$8$1$${salt.toString("base64url")}$${weak.toString("base64url")}`;
    expect(await passwords.verify("seven lanterns", old)).toEqual({ isRight: true, isOutdated: true });
    expect(await passwords.verify("other lanterns", old)).toEqual({ isRight: false, isOutdated: false });
    expect(await passwords.verify("seven lanterns", null)).toEqual({ isRight: false, isOutdated: false });
  });
});
