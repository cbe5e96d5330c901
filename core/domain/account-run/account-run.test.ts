import { expect, test } from "vitest";
import { commandRun, secondsLeft, type RunCommand, type RunState } from "./account-run.ts";

test.each<[RunState, RunCommand, RunState | null]>([
  ["running", "pause", "paused"],
  ["running", "resume", null],
  ["running", "cancel", "cancelled"],
  ["paused", "pause", null],
  ["paused", "resume", "running"],
  ["paused", "cancel", "cancelled"],
  ["done", "pause", null],
  ["done", "resume", null],
  ["done", "cancel", null],
  ["cancelled", "pause", null],
  ["cancelled", "resume", null],
  ["cancelled", "cancel", null],
])("a %s run that is told to %s is %s", (state, command, expected) => {
  expect(commandRun(state, command)).toBe(expected);
});

const run = {
  state: "running",
  total: 100,
  done: 30,
  failed: 5,
  skipped: 5,
  rate: null,
  pace: null,
  lastError: null,
} as const;

test.each([
  ["the rate that was measured", { rate: 4 }, 15],
  ["the pace, before a rate was measured", { pace: 10 }, 6],
  ["the pace, where somebody has slowed it down since", { rate: 20, pace: 2 }, 30],
  ["nothing, where neither is known", {}, null],
  ["nothing, while it rests", { state: "paused", rate: 4 }, null],
  ["nothing, while it waits for a provider", { rate: 4, lastError: "provider_unavailable: left alone" }, null],
  ["nothing, while it gets nowhere", { rate: 0 }, null],
  ["no time, where all is done", { done: 90, rate: 4 }, 0],
] as const)("what is left takes as long as %s says", (_, facts, seconds) => {
  expect(secondsLeft({ ...run, ...facts })).toBe(seconds);
});
