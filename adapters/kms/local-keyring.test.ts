import { describe, expect, it } from "vitest";
import { createSeededRandomness } from "#test/fakes/seeded-randomness";
import { directKeys } from "./direct-keys.ts";
import { createLocalKeyring, type Keyring } from "./local-keyring.ts";

const key = (id: string, byte: number) => ({ id, key: new Uint8Array(32).fill(byte) });
const names = new Map([
  ["env_prod", "production"],
  ["env_prod2", "production-two"],
  ["env_stage", "staging"],
]);

function keyring(shared: Keyring, staging?: Keyring) {
  const random = createSeededRandomness();
  const kms = createLocalKeyring({
    keyrings: { shared, perEnvironment: new Map(staging === undefined ? [] : [["staging", staging]]) },
    environmentName: async (id) => names.get(id) ?? null,
    random,
  });
  return { ...directKeys(kms, random), kms };
}

const old = keyring([key("k1", 1)]);
const rotated = keyring([key("k2", 2), key("k1", 1)]);
const bytes = (value: Uint8Array | null | undefined) => (value == null ? null : Uint8Array.from(value));

describe("the local keyring", () => {
  it("opens what it wrapped", async () => {
    const { kid, key: dataKey, wrapped } = await old.generateDataKey("env_prod");
    expect(kid).toBe("k1");
    expect(bytes(await old.unwrap("env_prod", kid, wrapped))).toEqual(dataKey);
  });

  it("never hands out the same data key or wrapping twice (H3)", async () => {
    const made = await Promise.all(Array.from({ length: 200 }, () => old.generateDataKey("env_prod")));
    expect(new Set(made.map((one) => Buffer.from(one.key).toString("hex"))).size).toBe(200);
    expect(new Set(made.map((one) => Buffer.from(one.wrapped).subarray(0, 28).toString("hex"))).size).toBe(200);
  });

  it("seals with its first key and opens with all of them (R42)", async () => {
    const before = await old.generateDataKey("env_prod");
    expect((await rotated.generateDataKey("env_prod")).kid).toBe("k2");
    expect(bytes(await rotated.unwrap("env_prod", "k1", before.wrapped))).toEqual(before.key);
  });

  it("tries no key but the one that is named (H4)", async () => {
    const { wrapped } = await old.generateDataKey("env_prod");
    expect(await rotated.unwrap("env_prod", "k2", wrapped)).toBeNull();
    expect(await rotated.unwrap("env_prod", "unknown", wrapped)).toBeNull();
  });

  it("does not open one environment's data key as another's, under one shared keyring", async () => {
    const { kid, wrapped } = await old.generateDataKey("env_prod");
    expect(await old.unwrap("env_prod2", kid, wrapped)).toBeNull();
  });

  it("does not open another environment's keyring's keys under the same key id (R41)", async () => {
    const both = keyring([key("k1", 1)], [key("k1", 9)]);
    const production = await both.generateDataKey("env_prod");
    const staging = await both.generateDataKey("env_stage");
    expect(bytes(await both.unwrap("env_stage", "k1", staging.wrapped))).toEqual(staging.key);
    expect(await both.unwrap("env_stage", "k1", production.wrapped)).toBeNull();
    expect(await keyring([key("k1", 1)]).unwrap("env_stage", "k1", staging.wrapped)).toBeNull();
  });

  it("opens nothing that was altered, wherever a byte changed", async () => {
    const { kid, wrapped } = await old.generateDataKey("env_prod");
    expect(wrapped).toHaveLength(16 + 12 + 48);
    for (let at = 0; at < wrapped.length; at += 1) {
      const changed = Uint8Array.from(wrapped);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      expect(await old.unwrap("env_prod", kid, changed), `byte ${at}`).toBeNull();
    }
  });

  it.each([0, 1, 28, 59, 60, 75])("opens nothing that was cut to %i bytes", async (length) => {
    const { kid, wrapped } = await old.generateDataKey("env_prod");
    expect(await old.unwrap("env_prod", kid, wrapped.subarray(0, length))).toBeNull();
  });

  it("rewraps the same data key under the current key, so that the old one can go (R42)", async () => {
    const { kid, key: dataKey, wrapped } = await old.generateDataKey("env_prod");
    const rewrapped = await rotated.rewrap("env_prod", kid, wrapped);
    expect(rewrapped?.kid).toBe("k2");
    const withoutOld = keyring([key("k2", 2)]);
    expect(bytes(await withoutOld.unwrap("env_prod", "k2", rewrapped?.wrapped ?? new Uint8Array()))).toEqual(dataKey);
  });

  it("rewraps nothing that it can't open", async () => {
    const { wrapped } = await old.generateDataKey("env_prod");
    expect(await rotated.rewrap("env_prod", "k2", wrapped)).toBeNull();
    expect(await rotated.rewrap("env_prod2", "k1", wrapped)).toBeNull();
  });

  it("fails as a KMS that can't answer for an environment that it does not know (R43)", async () => {
    const unknown = { code: "kms_unavailable" };
    await expect(old.generateDataKey("env_nobody")).rejects.toMatchObject(unknown);
    await expect(old.unwrap("env_nobody", "k1", new Uint8Array(76))).rejects.toMatchObject(unknown);
    await expect(old.rewrap("env_nobody", "k1", new Uint8Array(76))).rejects.toMatchObject(unknown);
  });

  it("describes its keys without a byte of them", async () => {
    const described = await keyring([key("k2", 2), key("k1", 1)], [key("s1", 3)]).describe();
    expect(described).toEqual([
      { id: "k2", state: "current", environment: null },
      { id: "k1", state: "opens", environment: null },
      { id: "s1", state: "current", environment: "staging" },
    ]);
  });
});
