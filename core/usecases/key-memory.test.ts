import { describe, expect, it } from "vitest";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { createKeyMemory } from "./key-memory.ts";

const lifeMs = 60_000;
const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const zeroes = new Uint8Array(32);
const first = (bytes: Uint8Array): number | undefined => bytes[0];

function memoryOf(most = 10) {
  const clock = createSteppedClock();
  return { clock, memory: createKeyMemory(clock, { lifeMs, most }) };
}

describe("keys in memory", () => {
  it("are loaded once for all who ask at the same time, and then used from memory", async () => {
    const { memory } = memoryOf();
    let loads = 0;
    const load = async () => ((loads += 1), key(1));
    expect(await Promise.all([1, 2, 3].map(() => memory.use("a", load, first)))).toEqual([1, 1, 1]);
    expect(await memory.use("a", load, first)).toBe(1);
    expect(loads).toBe(1);
  });

  it("are wiped when their time is over, and loaded anew", async () => {
    const { clock, memory } = memoryOf();
    const loaded = [key(1), key(2)];
    const load = async () => loaded.find((one) => one.some((byte) => byte !== 0)) ?? null;
    expect(await memory.use("a", load, first)).toBe(1);
    clock.advance(lifeMs - 1);
    expect(memory.has("a")).toBe(true);
    clock.advance(1);
    expect(memory.has("a")).toBe(false);
    expect(loaded[0]).toEqual(zeroes);
    expect(await memory.use("a", load, first)).toBe(2);
  });

  it("are wiped when they are forgotten, and when the memory is cleared", async () => {
    const { memory } = memoryOf();
    const [a, b] = [key(1), key(2)];
    await memory.use("a", async () => a, first);
    await memory.use("b", async () => b, first);
    memory.forget("a");
    expect([a, b]).toEqual([zeroes, key(2)]);
    memory.clear();
    expect(b).toEqual(zeroes);
  });

  it("are used by nobody when they were forgotten while they were on their way", async () => {
    const { memory } = memoryOf();
    const a = key(1);
    let give: (bytes: Uint8Array) => void = () => {};
    const using = memory.use("a", () => new Promise<Uint8Array>((resolve) => (give = resolve)), first);
    memory.forget("a");
    give(a);
    expect(await using).toBeNull();
    expect(a).toEqual(zeroes);
    expect(await memory.use("a", async () => key(3), first)).toBe(3);
  });

  it("go in the order of their coming when there are too many", async () => {
    const { memory } = memoryOf(2);
    const keys = [key(1), key(2), key(3)];
    for (const [index, bytes] of keys.entries()) await memory.use(`k${index}`, async () => bytes, first);
    expect([memory.has("k0"), memory.has("k1"), memory.has("k2")]).toEqual([false, true, true]);
    expect(keys[0]).toEqual(zeroes);
  });

  it("are not remembered when there are none, or when they can't be had", async () => {
    const { memory } = memoryOf();
    expect(await memory.use("a", async () => null, first)).toBeNull();
    await expect(memory.use("a", () => Promise.reject(new Error("away")), first)).rejects.toThrow("away");
    expect(await memory.use("a", async () => key(4), first)).toBe(4);
  });
});
