import { describe, expect, it } from "vitest";
import { createSealingKeys } from "#core/usecases/sealing-keys";
import { createWrapCounter } from "#core/usecases/wrap-counter";
import { createInMemorySealingStore } from "#test/fakes/in-memory-sealing-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSeededRandomness } from "#test/fakes/seeded-randomness";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { describeKms, environmentName, type NamedKeys } from "#test/kms/kms.contract";
import type { Randomness } from "#core/ports/randomness";
import { systemRandomness } from "../system/system-randomness.ts";
import { createLocalKeyring, type Keyring } from "./local-keyring.ts";

function keyring(shared: Keyring, staging?: Keyring, random: Randomness = systemRandomness) {
  return createLocalKeyring({
    keyrings: { shared, perEnvironment: new Map(staging === undefined ? [] : [["staging", staging]]) },
    environmentName,
    random,
  });
}

describeKms("the local keyring", [], async () => {
  const named = (keys: NamedKeys): Keyring =>
    keys.map(([id, key]) => ({ id, key: new Uint8Array(32).fill(key + 1) })) as unknown as Keyring;
  return {
    create: ({ shared, staging }) => keyring(named(shared), staging === undefined ? undefined : named(staging)),
    setFault: async () => {},
    rotation: null,
    secrets: [],
    close: async () => {},
  };
});

describe("the local keyring", () => {
  const seven = { id: "k-2026", key: new Uint8Array(32).fill(7) };

  it("wraps and opens data keys byte for byte as its first version did", async () => {
    let next = 32;
    const random = { bytes: (count: number) => Uint8Array.from({ length: count }, () => next++), fraction: () => 0 };
    const key = Uint8Array.from({ length: 32 }, (_, index) => index);
    const kms = createLocalKeyring({
      keyrings: { shared: [seven], perEnvironment: new Map() },
      environmentName: async () => "production",
      random,
    });
    const context = { environmentId: "env_01", purpose: "data_key" } as const;
    const { kid, wrapped } = await kms.wrap(context, key);
    // Made by the version before the keyring had purposes.
    const first =
      "202122232425262728292a2b2c2d2e2f303132333435363738393a3bdc43de648c11383b69e80e002ba04e0e75c48f7d915afb1a91a0d6c88489adb6cb176ead0430fa96421945913464dab6";
    expect(Buffer.from(wrapped).toString("hex")).toBe(first);
    const opened = await kms.unwrap(context, { kid, wrapped: Buffer.from(first, "hex") });
    expect(opened === null ? null : Uint8Array.from(opened)).toEqual(key);
  });

  it("takes a key of its own for each wrap, so that the bound on IVs of one key is out of reach", async () => {
    const kms = keyring([seven], undefined, createSeededRandomness());
    const all = await Promise.all(
      Array.from({ length: 200 }, () =>
        kms.wrap({ environmentId: "env_prod", purpose: "data_key" }, new Uint8Array(32)),
      ),
    );
    expect(all[0]?.wrapped).toHaveLength(16 + 12 + 48);
    expect(new Set(all.map(({ wrapped }) => Buffer.from(wrapped).subarray(0, 28).toString("hex"))).size).toBe(200);
  });
});

describe("data keys that the keyring wraps itself, under the policy direct", () => {
  const keysOf = (...shared: Keyring) => {
    const store = createInMemorySealingStore();
    const wraps = createWrapCounter({ store, log: createRecordingLog() });
    const kms = keyring(shared);
    return createSealingKeys({ kms, store, clock: createSteppedClock(), random: systemRandomness, wraps });
  };
  const k1 = { id: "k1", key: new Uint8Array(32).fill(1) };
  const keys = keysOf({ id: "k2", key: new Uint8Array(32).fill(2) }, k1);

  it("are fresh, wrapped under the current key, and open again", async () => {
    const made = await Promise.all(Array.from({ length: 50 }, () => keys.generateDataKey("env_prod")));
    expect(new Set(made.map((one) => Buffer.from(one.key).toString("hex"))).size).toBe(50);
    for (const { kid, key, wrapped } of made) {
      expect(kid).toBe("k2");
      const opened = await keys.unwrap("env_prod", kid, wrapped);
      expect(opened === null ? null : Buffer.from(opened)).toEqual(Buffer.from(key));
      expect(await keys.unwrap("env_prod2", kid, wrapped)).toBeNull();
    }
  });

  it("are wrapped anew as the keyring does it", async () => {
    const before = keysOf(k1);
    const { kid, key, wrapped } = await before.generateDataKey("env_prod");
    const rewrapped = await keys.rewrap("env_prod", kid, wrapped);
    if (rewrapped === null) throw new Error("it did not open");
    const opened = await keys.unwrap("env_prod", rewrapped.kid, rewrapped.wrapped);
    expect([rewrapped.kid, opened === null ? null : Buffer.from(opened)]).toEqual(["k2", Buffer.from(key)]);
  });
});
