import { expect, test } from "vitest";
import { failureWords } from "./failure-words.ts";

test.each([
  ["threw (T0412 at 22)", "failed: a function wants a list of one type, and was given another (T0412 at 22)"],
  ["too_slow", "failed: it takes longer than 200 ms of CPU time (too_slow)"],
  ["threw (U9999 at 3)", "failed: threw (U9999 at 3)"],
  ["threw (toString)", "failed: threw (toString)"],
])("what failed is told in words where they are known: %s", (message, words) => {
  expect(failureWords(message)).toBe(words);
});
