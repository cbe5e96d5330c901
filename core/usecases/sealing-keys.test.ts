import { describe, expect, it } from "vitest";
import { createInMemorySealingStore } from "#test/fakes/in-memory-sealing-store";
import { createRecordingLog } from "#test/fakes/recording-log";
import { createSeededRandomness } from "#test/fakes/seeded-randomness";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { createSwitchableKms } from "#test/fakes/switchable-keys";
import { createSealingKeys } from "./sealing-keys.ts";
import { createWrapCounter } from "./wrap-counter.ts";

const env = "env_a";
const bytes = (value: Uint8Array | null): Uint8Array | null => (value === null ? null : Uint8Array.from(value));

function worldOf(policy: "direct" | "tenant" = "tenant") {
  const clock = createSteppedClock();
  const random = createSeededRandomness(1);
  const kms = createSwitchableKms(random);
  const calls: string[] = [];
  const counted = {
    ...kms,
    wrap: (...given: Parameters<typeof kms.wrap>) => (calls.push(`wrap ${given[0].purpose}`), kms.wrap(...given)),
    unwrap: (...given: Parameters<typeof kms.unwrap>) => (
      calls.push(`unwrap ${given[0].purpose}`),
      kms.unwrap(...given)
    ),
    rewrap: (...given: Parameters<typeof kms.rewrap>) => (
      calls.push(`rewrap ${given[0].purpose}`),
      kms.rewrap(...given)
    ),
  };
  const store = createInMemorySealingStore();
  store.policies.set(env, policy);
  const log = createRecordingLog();
  const start = () => {
    const wraps = createWrapCounter({ store, log });
    return { ...createSealingKeys({ kms: counted, store, clock, random, wraps }), flush: wraps.flush };
  };
  return { clock, kms, store, calls, start, keys: start() };
}

describe("the policy direct", () => {
  it("has the KMS wrap each data key, whoever's it is: one call to seal, one to open", async () => {
    const { keys, calls } = worldOf("direct");
    const made = await keys.generateDataKey(env, "tenant-1");
    expect(made.kid).toBe("k1");
    expect(bytes(await keys.unwrap(env, made.kid, made.wrapped))).toEqual(made.key);
    expect(calls).toEqual(["wrap data_key", "unwrap data_key"]);
  });
});

describe("the policy tenant", () => {
  it("asks the KMS for a tenant's key once in minutes, however much is sealed and opened", async () => {
    const { clock, keys, calls } = worldOf();
    const made = await Promise.all(Array.from({ length: 20 }, () => keys.generateDataKey(env, "tenant-1")));
    for (const { kid, key, wrapped } of made) expect(bytes(await keys.unwrap(env, kid, wrapped))).toEqual(key);
    expect(new Set(made.map(({ kid }) => kid)).size).toBe(1);
    expect(made[0]?.kid).toMatch(/^tk_/);
    expect(calls.filter((call) => call === "unwrap tenant_key")).toHaveLength(1);
    calls.splice(0);
    clock.advance(5 * 60_000);
    await keys.generateDataKey(env, "tenant-1");
    expect(calls).toEqual(["unwrap tenant_key"]);
  });

  it("gives each tenant a key of its own, and what belongs to no tenant one of the KMS", async () => {
    const { keys } = worldOf();
    const [one, two] = [await keys.generateDataKey(env, "tenant-1"), await keys.generateDataKey(env, "tenant-2")];
    expect(one.kid).not.toBe(two.kid);
    expect(await keys.unwrap(env, two.kid, one.wrapped)).toBeNull();
    expect((await keys.generateDataKey(env)).kid).toBe("k1");
  });

  it("opens nothing in the name of another environment", async () => {
    const { keys } = worldOf();
    const { kid, wrapped } = await keys.generateDataKey(env, "tenant-1");
    expect(await keys.unwrap("env_b", kid, wrapped)).toBeNull();
    expect(await keys.unwrap(env, "tk_unknown", wrapped)).toBeNull();
  });

  it("makes one key for two processes that need a tenant's first at once", async () => {
    const { keys, start, store } = worldOf();
    const other = start();
    const [a, b] = await Promise.all([keys.generateDataKey(env, "tenant-1"), other.generateDataKey(env, "tenant-1")]);
    expect(a.kid).toBe(b.kid);
    expect(store.tenantKeys.size).toBe(1);
    expect(bytes(await other.unwrap(env, a.kid, a.wrapped))).toEqual(a.key);
  });

  it("forgets a destroyed key within seconds in every process, opens nothing of it, and makes another for what comes", async () => {
    const { clock, keys, store } = worldOf();
    const { kid, wrapped } = await keys.generateDataKey(env, "tenant-1");
    store.destroy(kid);
    clock.advance(5_000);
    expect(await keys.unwrap(env, kid, wrapped)).toBeNull();
    const next = await keys.generateDataKey(env, "tenant-1");
    expect(next.kid).not.toBe(kid);
  });

  it("seals with the new version of a tenant's key within seconds in every process, and opens with both", async () => {
    const { clock, keys, start, store } = worldOf();
    const other = start();
    const before = await keys.generateDataKey(env, "tenant-1");
    expect((await other.generateDataKey(env, "tenant-1")).kid).toBe(before.kid);
    store.retire(before.kid);
    const next = await keys.newTenantKey(env, "tenant-1");
    store.tenantKeys.set(next.id, next);
    clock.advance(5_000);
    for (const process of [keys, other, start()]) {
      const made = await process.generateDataKey(env, "tenant-1");
      expect(made.kid).toBe(next.id);
      expect(bytes(await process.unwrap(env, before.kid, before.wrapped))).toEqual(before.key);
      expect(await process.rewrap(env, before.kid, before.wrapped, "tenant-1")).toMatchObject({ kid: next.id });
    }
  });

  it("works from memory while the database and the KMS are away, as far as it has the key", async () => {
    const { clock, kms, keys, store } = worldOf();
    const { kid, key, wrapped } = await keys.generateDataKey(env, "tenant-1");
    store.isAway = true;
    kms.setDown("unwrap");
    clock.advance(60_000);
    expect(bytes(await keys.unwrap(env, kid, wrapped))).toEqual(key);
    await expect(keys.generateDataKey(env, "tenant-2")).rejects.toMatchObject({ code: "database_unavailable" });
  });

  it("fails with kms_unavailable while the KMS is away, and keeps no half-made key", async () => {
    const { kms, keys, store } = worldOf();
    kms.setDown("wrap");
    await expect(keys.generateDataKey(env, "tenant-1")).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(store.tenantKeys.size).toBe(0);
  });
});

describe("a change of policy", () => {
  it("shows within seconds; what was sealed before opens, and re-wraps to where it belongs now, both ways", async () => {
    const { clock, keys, store } = worldOf("direct");
    const direct = await keys.generateDataKey(env, "tenant-1");
    store.policies.set(env, "tenant");
    clock.advance(5_000);
    expect(bytes(await keys.unwrap(env, direct.kid, direct.wrapped))).toEqual(direct.key);
    const moved = await keys.rewrap(env, direct.kid, direct.wrapped, "tenant-1");
    expect(moved?.kid).toMatch(/^tk_/);
    expect(bytes(await keys.unwrap(env, moved?.kid ?? "", moved?.wrapped ?? zero))).toEqual(direct.key);
    store.policies.set(env, "direct");
    clock.advance(5_000);
    const back = await keys.rewrap(env, moved?.kid ?? "", moved?.wrapped ?? zero, "tenant-1");
    expect(back?.kid).toBe("k1");
    expect(bytes(await keys.unwrap(env, "k1", back?.wrapped ?? zero))).toEqual(direct.key);
  });

  it("re-wraps inside the KMS where no tenant's key is needed: the data key does not come out", async () => {
    const { keys, calls } = worldOf("direct");
    const { kid, wrapped } = await keys.generateDataKey(env, "tenant-1");
    calls.splice(0);
    await keys.rewrap(env, kid, wrapped, "tenant-1");
    expect(calls).toEqual(["rewrap data_key"]);
  });
});

const zero = new Uint8Array();

describe("a disabled key", () => {
  it.each(["direct", "tenant"] as const)(
    "wraps and opens nothing under the policy %s, within seconds",
    async (policy) => {
      const { clock, keys, store } = worldOf(policy);
      const { kid, wrapped } = await keys.generateDataKey(env, "tenant-1");
      store.disabled.add(`${env} k1`);
      clock.advance(5_000);
      const refused = { code: "kms_unavailable", extensions: { reason: "key_disabled" } };
      await expect(keys.unwrap(env, kid, wrapped)).rejects.toMatchObject(refused);
      await expect(keys.generateDataKey(env, "tenant-1")).rejects.toMatchObject(refused);
      await expect(keys.generateDataKey(env)).rejects.toMatchObject(refused);
      store.disabled.clear();
      clock.advance(5_000);
      expect(await keys.unwrap(env, kid, wrapped)).not.toBeNull();
    },
  );

  it("may be a tenant's own, and leaves the other tenants alone", async () => {
    const { clock, keys, store } = worldOf();
    const [one, two] = [await keys.generateDataKey(env, "tenant-1"), await keys.generateDataKey(env, "tenant-2")];
    store.disabled.add(`${env} ${one.kid}`);
    clock.advance(5_000);
    await expect(keys.unwrap(env, one.kid, one.wrapped)).rejects.toMatchObject({ code: "kms_unavailable" });
    expect(await keys.unwrap(env, two.kid, two.wrapped)).not.toBeNull();
  });

  it("is one environment's affair", async () => {
    const { keys, store } = worldOf("direct");
    store.disabled.add("env_b k1");
    expect(await keys.generateDataKey(env)).toMatchObject({ kid: "k1" });
  });
});

it("counts what the KMS and what tenant keys wrap (H6)", async () => {
  const { keys, store } = worldOf();
  const { kid, wrapped } = await keys.generateDataKey(env, "tenant-1");
  await keys.generateDataKey(env);
  await keys.rewrap(env, kid, wrapped, "tenant-1");
  await keys.flush();
  expect(store.wraps.get("env_a k1")).toBe(2);
  expect(store.wraps.get(`env_a ${kid}`)).toBe(2);
});

it("says so once that the database must be there to begin with", async () => {
  const { keys, store } = worldOf();
  store.isAway = true;
  await expect(keys.generateDataKey(env)).rejects.toMatchObject({ code: "database_unavailable" });
  store.isAway = false;
  expect(await keys.generateDataKey(env)).toMatchObject({ kid: "k1" });
});
