import { describe, expect, it } from "vitest";
import { parseKeyring } from "./parse-keyring.ts";

const one = Buffer.alloc(32, 1).toString("base64");
const two = Buffer.alloc(32, 2).toString("base64");

describe("a keyring in the environment", () => {
  it("seals with its first key and keeps the order of the rest", () => {
    const keyring = parseKeyring(` k2 : ${two} , k1:${one}`);
    expect(Array.isArray(keyring) ? keyring.map(({ id }) => id) : keyring).toEqual(["k2", "k1"]);
    expect(typeof keyring === "string" ? null : Buffer.from(keyring[0].key)).toEqual(Buffer.alloc(32, 2));
  });

  it.each([
    ["nothing", "", "entry 1 must begin with a key id"],
    ["no colon", one, "entry 1 must begin with a key id"],
    ["no key id", `:${one}`, "entry 1 must begin with a key id"],
    ["a key id with a space", `a b:${one}`, "entry 1 must begin with a key id"],
    ["a key id of 65 characters", `${"k".repeat(65)}:${one}`, "entry 1 must begin with a key id"],
    ["an empty second entry", `k1:${one},`, "entry 2 must begin with a key id"],
    ["a short key", `k1:${Buffer.alloc(16).toString("base64")}`, "the key k1 must be 32 bytes"],
    ["a long key", `k1:${Buffer.alloc(33).toString("base64")}`, "the key k1 must be 32 bytes"],
    ["a key that is no base64", `k1:${"-".repeat(44)}`, "the key k1 must be 32 bytes"],
    ["the same key id twice", `k1:${one},k1:${two}`, "the key id k1 stands twice"],
  ])("is refused with %s, in words", (_name, text, problem) => {
    expect(parseKeyring(text)).toContain(problem);
  });

  it("is refused without repeating a key", () => {
    expect(parseKeyring(`k1:${one},k1:${two}`)).not.toContain(two.slice(0, 20));
    const mangled = `${one.slice(0, -1)}!`;
    expect(parseKeyring(`k1:${mangled}`)).not.toContain(mangled.slice(0, 20));
  });
});
