import { describe, expect, it } from "vitest";
import {
  anewOf,
  batchSize,
  commandRun,
  endPass,
  firstProgress,
  nextRate,
  pauseAfterBatch,
  sampleSizeOf,
  secondsLeft,
  type RewrapCommand,
  type RewrapProgress,
  type RewrapState,
} from "./rewrap-run.ts";

describe("what somebody may do to a run", () => {
  it.each<[RewrapState, RewrapCommand, RewrapState | null]>([
    ["running", "pause", "paused"],
    ["running", "resume", null],
    ["running", "stop", "stopped"],
    ["paused", "pause", null],
    ["paused", "resume", "running"],
    ["paused", "stop", "stopped"],
    ["done", "pause", null],
    ["done", "resume", null],
    ["done", "stop", null],
    ["stopped", "pause", null],
    ["stopped", "resume", null],
    ["stopped", "stop", null],
  ])("%s, %s: %s", (state, command, next) => {
    expect(commandRun(state, command)).toBe(next);
  });
});

describe("the end of a pass", () => {
  const pass = (changes: Partial<RewrapProgress>): RewrapProgress => ({
    ...firstProgress,
    place: "answer",
    cursor: ["k1", "x"],
    ...changes,
  });

  it.each<[string, Partial<RewrapProgress>, "again" | "verify"]>([
    ["nothing was found", {}, "verify"],
    ["nothing but what does not open", { found: 7, failed: 7 }, "verify"],
    ["something was written", { found: 9, written: 9 }, "again"],
    ["something was locked", { found: 1 }, "again"],
    ["written, failed and locked", { found: 9, written: 4, failed: 3 }, "again"],
    ["the tenth pass still writes", { pass: 10, found: 9, written: 9 }, "verify"],
  ])("%s: %s", (_name, changes, kind) => {
    expect(endPass(pass(changes), false).kind).toBe(kind);
  });

  it("begins the next pass at the first place, and keeps what is counted of the whole run", () => {
    expect(endPass(pass({ pass: 2, found: 9, written: 4, failed: 3, done: 104, anew: 2 }), false)).toEqual({
      kind: "again",
      progress: { ...firstProgress, pass: 3, leftOver: 2, done: 104, anew: 2 },
    });
  });

  it("is the end of a run that wraps everything anew, which would do it all again", () => {
    expect(endPass(pass({ found: 9, written: 9 }), true)).toEqual({ kind: "verify" });
  });

  it.each<[string, Partial<RewrapProgress>, number, number]>([
    ["the first pass finds nothing anew", { pass: 1 }, 50, 0],
    ["what was left over is not anew", { pass: 2, leftOver: 5 }, 5, 0],
    ["what comes on top is", { pass: 2, leftOver: 5 }, 8, 3],
    ["counted over batches", { pass: 2, leftOver: 5, written: 4 }, 4, 3],
    ["and once", { pass: 2, leftOver: 5, written: 8 }, 4, 4],
  ])("%s", (_name, changes, written, anew) => {
    expect(anewOf(pass(changes), written)).toBe(anew);
  });
});

describe("the pace", () => {
  it.each([
    [null, 500],
    [1, 1],
    [80, 80],
    [500, 500],
    [90_000, 500],
  ])("%s a second: batches of %i", (pace, size) => {
    expect(batchSize(pace)).toBe(size);
  });

  it.each<[number | null, number, number, number]>([
    [null, 500, 10, 0],
    [100, 100, 0, 1000],
    [100, 100, 300, 700],
    [100, 100, 1200, 0],
    [100, 40, 100, 300],
    [5_000, 500, 20, 80],
  ])("%s a second: after %i values in %i ms a pause of %i ms", (pace, values, tookMs, pauseMs) => {
    expect(pauseAfterBatch(pace, values, tookMs)).toBe(pauseMs);
  });

  it("never goes by faster than it is told, whatever a batch took", () => {
    for (const pace of [1, 7, 80, 499, 500, 501, 4_000]) {
      for (const tookMs of [0, 3, 250, 2_000]) {
        const values = batchSize(pace);
        const seconds = (tookMs + pauseAfterBatch(pace, values, tookMs)) / 1000;
        expect(values / seconds).toBeLessThanOrEqual(pace * 1.0001);
      }
    }
  });
});

describe("the time that is left", () => {
  const run = {
    state: "running",
    phase: "rewrapping",
    total: 1000,
    done: 200,
    failed: 50,
    rate: 100,
    pace: null,
  } as const;

  it.each([
    ["by the rate", {}, 8],
    ["by the pace, where it was slowed down a moment ago", { pace: 10 }, 75],
    ["by the rate, where that does not come up to the pace", { pace: 1_000 }, 8],
    ["not known before a batch", { rate: null }, null],
    ["none when everything is done", { done: 950 }, 0],
    ["none, not less, when more came anew", { done: 2_000 }, 0],
    ["none while the sample is opened", { phase: "verifying" as const }, 0],
    ["not told of a paused run", { state: "paused" as const }, null],
  ])("%s", (_name, changes, seconds) => {
    expect(secondsLeft({ ...run, ...changes })).toBe(seconds);
  });

  it("follows the rate of the last half minute", () => {
    expect(nextRate(null, 500, 2)).toBe(250);
    let rate: number | null = 1_000;
    for (let at = 0; at < 120; at += 1) rate = nextRate(rate, 100, 1);
    expect(rate).toBeGreaterThan(100);
    expect(rate).toBeLessThan(120);
    expect(nextRate(7, 5, 0)).toBe(7);
  });
});

it.each([
  [0, 0],
  [1, 200],
  [20_000, 200],
  [20_001, 201],
  [100_000, 1_000],
  [1_000_000, 2_000],
])("of %i values a sample of %i is opened", (done, size) => {
  expect(sampleSizeOf(done)).toBe(size);
});
