import { describe, expect, it } from "vitest";
import { recallPauseSeconds } from "./recall-pause.ts";
import { retrySeconds } from "./plan-after-failure.ts";
import { defaultRefreshPolicy } from "./refresh-policy.ts";

describe("how long after its failure a blip brings an account back (R18)", () => {
  it.each([
    [1, 30],
    [2, 120],
    [3, 480],
    [4, 1920],
    [5, 7680],
  ])("with %i failures in a row: %i s", (failures, seconds) => {
    expect(recallPauseSeconds(failures)).toBe(seconds);
  });

  it("is no earlier than the account's own retry after a few, so that a sick account among well ones is left to its hours", () => {
    const sooner = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100].filter(
      (failures) => recallPauseSeconds(failures) < retrySeconds(defaultRefreshPolicy, failures - 1),
    );
    expect(sooner).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
