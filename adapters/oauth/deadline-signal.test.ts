import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { deadlineSignal } from "./deadline-signal.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

it("ends with the deadline, as a timeout", () => {
  const signal = deadlineSignal(20_000);
  vi.advanceTimersByTime(19_999);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(signal.reason).toMatchObject({ name: "TimeoutError" });
});

it("waits a moment for what lies in the socket when the process was frozen", () => {
  let nowMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  const signal = deadlineSignal(20_000);
  // The timer rings five seconds late.
  nowMs = 25_000;
  vi.advanceTimersByTime(20_000);
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect(signal.aborted).toBe(true);
});
