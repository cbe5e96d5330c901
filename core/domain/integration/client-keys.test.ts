import { describe, expect, it } from "vitest";
import type { PrivateJwk } from "../jwk/jwk.ts";
import { decodeClientKeys, encodeClientKeys, isInUse, needsNewKey, publishKey, withNewKey } from "./client-keys.ts";

const now = new Date("2026-11-20T10:00:00Z");
const day = 86_400_000;
const jwk = (kid: string, alg = "ES256"): PrivateJwk => ({
  kty: "EC",
  crv: "P-256",
  x: "x",
  y: "y",
  d: "secret",
  kid,
  alg,
});
const first = withNewKey([], jwk("one"), now);

it.each([
  ["has none yet", [], { algorithm: "ES256", rotates: false }, true],
  ["has one", first, { algorithm: "ES256", rotates: false }, false],
  ["has one and wants another", first, { algorithm: "ES256", rotates: true }, true],
  ["has one for another algorithm", first, { algorithm: "RS256", rotates: false }, true],
] as const)("a client that %s", (_name, keys, wish, needs) => {
  expect(needsNewKey(keys.map(publishKey), wish)).toBe(needs);
});

describe("a rotation", () => {
  const second = withNewKey(first, jwk("two"), now);

  it("puts the new key first and keeps the old one for a week", () => {
    expect(second.map((one) => [one.jwk["kid"], one.acceptedUntil])).toEqual([
      ["two", null],
      ["one", new Date(now.getTime() + 7 * day)],
    ]);
    const inUse = (at: Date) => second.filter((one) => isInUse(one, at)).map((one) => one.jwk["kid"]);
    expect(inUse(new Date(now.getTime() + 7 * day - 1))).toEqual(["two", "one"]);
    expect(inUse(new Date(now.getTime() + 7 * day))).toEqual(["two"]);
  });

  it("ends the key before the last", () => {
    expect(withNewKey(second, jwk("three"), now).map((one) => one.jwk["kid"])).toEqual(["three", "two"]);
  });
});

it("comes back from its text as it was, and shows nothing private", () => {
  const keys = withNewKey(first, jwk("two", "RS256"), now);
  expect(decodeClientKeys(encodeClientKeys(keys))).toEqual(keys);
  expect(JSON.stringify(keys.map(publishKey))).not.toContain("secret");
});
