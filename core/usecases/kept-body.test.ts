import { expect, it } from "vitest";
import { createByteBudget } from "./byte-budget.ts";
import { createKeptBody } from "./kept-body.ts";

function source(...sizes: number[]) {
  const taken: number[] = [];
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const [index, size] of sizes.entries()) {
      taken.push(index);
      yield new Uint8Array(size).fill(index);
    }
  }
  return { taken, chunks: chunks() };
}

async function all(body: AsyncIterable<Uint8Array>): Promise<number[]> {
  const sizes: number[] = [];
  for await (const chunk of body) sizes.push(chunk.length);
  return sizes;
}

async function some(body: AsyncIterable<Uint8Array>, count: number): Promise<number[]> {
  const sizes: number[] = [];
  for await (const chunk of body) if (sizes.push(chunk.length) === count) break;
  return sizes;
}

it("is read once from its source, and as often as wanted from memory", async () => {
  const { taken, chunks } = source(3, 4);
  const body = createKeptBody(chunks, 10);
  expect(await all(body.read())).toEqual([3, 4]);
  expect(body.isWhole()).toBe(true);
  expect(await all(body.read())).toEqual([3, 4]);
  expect(taken).toEqual([0, 1]);
});

it("reads nothing before it is asked to, and no further", async () => {
  const { taken, chunks } = source(3, 4, 5);
  const body = createKeptBody(chunks, 100);
  expect(taken).toEqual([]);
  expect(await some(body.read(), 1)).toEqual([3]);
  expect(taken).toEqual([0]);
});

it("a second reading takes up the rest where the first one left", async () => {
  const body = createKeptBody(source(3, 4, 5).chunks, 100);
  await some(body.read(), 2);
  expect(await all(body.read())).toEqual([3, 4, 5]);
});

it("a reader that left while it waited has not taken the chunk along", async () => {
  let give: (chunk: IteratorResult<Uint8Array>) => void = () => {};
  const results = [new Promise<IteratorResult<Uint8Array>>((resolve) => (give = resolve))];
  const end: IteratorResult<Uint8Array> = { done: true, value: undefined };
  const body = createKeptBody({ next: async () => await (results.shift() ?? Promise.resolve(end)) }, 100);
  const first = body.read()[Symbol.asyncIterator]();
  const waiting = first.next();
  void first.return?.();
  const second = all(body.read());
  give({ done: false, value: new Uint8Array(7) });
  await expect(waiting).rejects.toThrow("read anew");
  expect(await second).toEqual([7]);
});

/** A source whose chunks come when the test gives them. */
function handed() {
  const results: PromiseWithResolvers<IteratorResult<Uint8Array>>[] = [];
  let [asked, given] = [0, 0];
  const at = (index: number) => (results[index] ??= Promise.withResolvers<IteratorResult<Uint8Array>>());
  return {
    chunks: { next: () => at(asked++).promise },
    give: (size: number) => at(given++).resolve({ done: false, value: new Uint8Array(size).fill(size) }),
    end: () => at(given++).resolve({ done: true, value: undefined }),
    asked: () => asked,
  };
}

it("a chunk that makes it too many while it is read again takes none of the others along", async () => {
  const { chunks, give, end } = handed();
  const body = createKeptBody(chunks, 10);
  const first = body.read()[Symbol.asyncIterator]();
  for (const size of [3, 4]) {
    give(size);
    await first.next();
  }
  // The provider answers here, and the first reader still waits for what the caller sends next.
  const waiting = first.next().catch(() => {});
  const second = body.read()[Symbol.asyncIterator]();
  const read = [(await second.next()).value?.length];
  give(9);
  await waiting;
  end();
  for (let next = await second.next(); next.done !== true; next = await second.next()) read.push(next.value.length);
  expect(read).toEqual([3, 4, 9]);
  expect(body.isWhole()).toBe(false);
});

it("what is held stays whole, whatever comes meanwhile, until it is read again", async () => {
  const { chunks, give, end, asked } = handed();
  const body = createKeptBody(chunks, 10);
  const first = body.read()[Symbol.asyncIterator]();
  give(3);
  await first.next();
  const waiting = first.next().catch((error: Error) => error.message);
  body.hold();
  give(9);
  await new Promise((resolve) => setImmediate(resolve));
  expect([body.isWhole(), asked()]).toEqual([true, 2]);
  end();
  expect(await all(body.read())).toEqual([3, 9]);
  expect(await waiting).toBe("the body is read anew");
});

it("what is held and released goes on where it was", async () => {
  const { chunks, give, end } = handed();
  const body = createKeptBody(chunks, 10);
  const first = body.read()[Symbol.asyncIterator]();
  give(3);
  await first.next();
  body.hold();
  const waiting = first.next();
  give(9);
  end();
  body.release();
  expect((await waiting).value?.length).toBe(9);
  expect((await first.next()).done).toBe(true);
});

it.each([
  [[10], true],
  [[11], false],
  [[5, 5], true],
  [[5, 6], false],
  [[], true],
] as [number[], boolean][])("of chunks of %j all is kept: %s", async (sizes, isWhole) => {
  const body = createKeptBody(source(...sizes).chunks, 10);
  expect(await all(body.read())).toEqual(sizes);
  expect(body.isWhole()).toBe(isWhole);
});

it("what all of them together may not hold is not kept, and streams by", async () => {
  const budget = createByteBudget(10);
  const first = createKeptBody(source(4, 4).chunks, 100, budget);
  expect(await all(first.read())).toEqual([4, 4]);
  const second = createKeptBody(source(2, 1, 3).chunks, 100, budget);
  expect(await all(second.read())).toEqual([2, 1, 3]);
  expect([first.isWhole(), second.isWhole()]).toEqual([true, false]);
  // It has given back what it had, and the first does when its call is over.
  expect([budget.take(3), budget.take(2)]).toEqual([false, true]);
  first.drop();
  first.drop();
  expect([budget.take(9), budget.take(8), budget.take(1)]).toEqual([false, true, false]);
});

it("what nobody will read again still comes to its end for whoever reads it", async () => {
  const body = createKeptBody(source(3, 4, 5).chunks, 100);
  await some(body.read(), 2);
  const second = body.read()[Symbol.asyncIterator]();
  const sizes = [(await second.next()).value?.length];
  body.drop();
  for (let next = await second.next(); next.done !== true; next = await second.next()) sizes.push(next.value.length);
  expect(sizes).toEqual([3, 4, 5]);
  expect(body.isWhole()).toBe(false);
});

it("a chunk that comes when the call is over takes nothing of what all may hold", async () => {
  const { chunks, give } = handed();
  const budget = createByteBudget(10);
  const body = createKeptBody(chunks, 100, budget);
  const waiting = body.read()[Symbol.asyncIterator]().next();
  body.drop();
  give(7);
  await waiting;
  expect(budget.take(10)).toBe(true);
});

it("what was not kept is not sent in part", async () => {
  const body = createKeptBody(source(8, 8).chunks, 10);
  await all(body.read());
  await expect(all(body.read())).rejects.toThrow("not kept");
});

it("a source that breaks breaks every reading", async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1);
    throw new Error("gone");
  }
  const body = createKeptBody(broken(), 10);
  await expect(all(body.read())).rejects.toThrow("gone");
  await expect(all(body.read())).rejects.toThrow("gone");
});
