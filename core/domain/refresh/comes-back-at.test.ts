import { describe, expect, it } from "vitest";
import { comesBackAt } from "./comes-back-at.ts";

const now = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

describe("deferred work", () => {
  it.each([
    ["that its account keeps waiting comes back when it was told", "account", 20, 20],
    ["… within a minute, however long the account waits: an alarm set meanwhile must ring", "account", 3600, 60],
    ["that found no budget keeps its pause", "budget", 290, 290],
  ] as const)("%s", (_name, cause, until, seconds) => {
    expect(comesBackAt({ cause, until: at(until) }, now)).toEqual(at(seconds));
  });
});
