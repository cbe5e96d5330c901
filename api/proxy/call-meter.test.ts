import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createRecordingMetrics } from "#test/fakes/recording-metrics";
import { createCallMeter } from "./call-meter.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => vi.useRealTimers());

const open = () => {
  const metrics = createRecordingMetrics();
  return { meter: createCallMeter(metrics), told: () => metrics.told.map(([, call]) => call) };
};

it("our own time is what passes while nobody else is waited for", () => {
  const { meter, told } = open();
  vi.advanceTimersByTime(4);
  meter.onWait("provider");
  meter.sent(10);
  vi.advanceTimersByTime(200);
  meter.onWait("ourselves");
  vi.advanceTimersByTime(2);
  meter.onAnswer(206);
  vi.advanceTimersByTime(1_000);
  meter.received(5_000);
  meter.received(5_000);
  meter.end("whole");
  expect(told()).toEqual([
    {
      outcome: "answered",
      statusClass: "2xx",
      seconds: 1.206,
      overheadSeconds: 0.006,
      bytesIn: 10_000,
      bytesOut: 10,
    },
  ]);
});

it("a call that was made again with another token is told as such", () => {
  const { meter, told } = open();
  meter.onWait("provider");
  meter.onWait("ourselves");
  meter.onReplay();
  meter.onWait("provider");
  meter.onWait("ourselves");
  meter.onAnswer(200);
  meter.end("whole");
  expect(told()).toMatchObject([{ outcome: "replayed", statusClass: "2xx" }]);
});

it.each<["whole" | "broken" | "left", boolean, string]>([
  ["broken", false, "refused"],
  ["broken", true, "failed"],
  ["left", true, "aborted"],
  ["left", false, "aborted"],
])("%s, tried: %s, is %s", (how, wasTried, outcome) => {
  const { meter, told } = open();
  if (wasTried) meter.onWait("provider");
  meter.end(how);
  expect(told()).toMatchObject([{ outcome, statusClass: null }]);
});
