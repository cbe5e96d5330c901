import { expect, test } from "vitest";
import { formatDuration, formatLatency, formatRelative } from "./duration.ts";
import { formatShare } from "./figures.ts";

test.each([
  [0, "0 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [750, "12 min 30 s"],
  [3600, "1 h"],
  [7500, "2 h 5 min"],
  [90_061, "1 d 1 h"],
  [-5, "0 s"],
])("%d seconds read as %s", (seconds, words) => expect(formatDuration(seconds)).toBe(words));

test("instants are told from now", () => {
  expect(formatRelative(185_000, 0)).toBe("in 3 min");
  expect(formatRelative(0, 185_000, 2)).toBe("3 min 5 s ago");
  expect(formatRelative(500, 0)).toBe("now");
});

test("latencies keep the digits that matter", () => {
  expect([320, 1420, 12_000].map((value) => formatLatency(value))).toEqual(["320 ms", "1.4 s", "12 s"]);
});

test("a share is cut, never rounded up to all", () => {
  expect([0.99996, 1, 0.5, 0].map((value) => formatShare(value))).toEqual(["99.99 %", "100 %", "50 %", "0 %"]);
});
