import { expect, it } from "vitest";
import { createByteBudget } from "./byte-budget.ts";
import { holdBody } from "./hold-body.ts";

const never = new Promise<never>(() => {});

async function* chunks(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size).fill(size);
}

async function sizesOf(body: AsyncIterable<Uint8Array>): Promise<number[]> {
  const sizes: number[] = [];
  for await (const chunk of body) sizes.push(chunk.length);
  return sizes;
}

it.each<[number[], number | null]>([
  [[], 0],
  [[3, 4], 7],
  [[10], 10],
  [[11], null],
  [[5, 6, 7], null],
])("chunks of %j are held as %s bytes, and go on from the first", async (sizes, whole) => {
  const held = await holdBody(chunks(...sizes), never, 10);
  expect(held.whole?.length ?? null).toBe(whole);
  expect(await sizesOf(held.body)).toEqual(sizes);
});

it("what takes too long goes on from the first byte, with the chunk that was waited for", async () => {
  const more = Promise.withResolvers<void>();
  async function* slow(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1);
    await more.promise;
    yield new Uint8Array(2);
  }
  const over = Promise.withResolvers<void>();
  const holding = holdBody(slow(), over.promise, 10);
  over.resolve();
  const held = await holding;
  expect(held.whole).toBeNull();
  more.resolve();
  expect(await sizesOf(held.body)).toEqual([1, 2]);
});

it("what all of them together may not hold goes on unread, and gives back what it had", async () => {
  const budget = createByteBudget(10);
  const held = await holdBody(chunks(5, 6, 7), never, 100, budget);
  expect(held.whole).toBeNull();
  expect(await sizesOf(held.body)).toEqual([5, 6, 7]);
  expect((await holdBody(chunks(5, 5), never, 100, budget)).whole?.length).toBe(10);
  expect(budget.take(10)).toBe(true);
});

it("what breaks is left for whoever reads on", async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1);
    throw new Error("gone");
  }
  const held = await holdBody(broken(), never, 10);
  expect(held.whole).toBeNull();
  await expect(sizesOf(held.body)).rejects.toThrow("gone");
});

it("whoever stops reading ends the source", async () => {
  let isOver = false;
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(8);
    } finally {
      isOver = true;
    }
  }
  const { body } = await holdBody(watched(), never, 10);
  for await (const chunk of body) if (chunk.length > 0) break;
  expect(isOver).toBe(true);
});
