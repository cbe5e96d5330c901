import { expect, it } from "vitest";
import { createSteppedClock } from "#test/fakes/stepped-clock";
import { createProbeMemory } from "./probe-memory.ts";

function createBench() {
  const clock = createSteppedClock();
  const memory = createProbeMemory<number>(clock);
  let runs = 0;
  return { clock, run: (key = "one") => memory.run(key, async () => (runs += 1)) };
}

it("runs once for all who ask within thirty seconds, also after it has ended", async () => {
  const { clock, run } = createBench();
  expect(await Promise.all([run(), run()])).toEqual([1, 1]);
  clock.advance(29_999);
  expect(await run()).toBe(1);
  clock.advance(1);
  expect(await run()).toBe(2);
});

it("keeps keys apart, and forgets each in its own time", async () => {
  const { clock, run } = createBench();
  expect(await run("one")).toBe(1);
  clock.advance(20_000);
  expect(await run("other")).toBe(2);
  clock.advance(10_000);
  expect(await run("other")).toBe(2);
  expect(await run("one")).toBe(3);
});

it("does not keep what could not be tried", async () => {
  const memory = createProbeMemory<number>(createSteppedClock());
  await expect(memory.run("one", () => Promise.reject(new Error("no key")))).rejects.toThrow("no key");
  expect(await memory.run("one", async () => 7)).toBe(7);
});
