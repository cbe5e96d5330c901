import { describe, expect, it } from "vitest";
import { interrupted, unclaimed, verdictOf, whyOver, type CheckScenario } from "./check-run.ts";

const now = new Date("2026-12-04T03:00:00Z");
const ago = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);

describe("a run that nobody works on", () => {
  it("is over when its worker is silent for a minute, and not before", () => {
    const running = { state: "running", createdAt: ago(500) } as const;
    expect(whyOver({ ...running, beatAt: ago(61) }, now)).toBe(interrupted);
    expect(whyOver({ ...running, beatAt: ago(59) }, now)).toBeNull();
  });

  it("is over when no worker took it up for two minutes", () => {
    expect(whyOver({ state: "queued", createdAt: ago(121), beatAt: null }, now)).toBe(unclaimed);
    expect(whyOver({ state: "queued", createdAt: ago(119), beatAt: null }, now)).toBeNull();
  });

  it("is no question once it is over", () => {
    expect(whyOver({ state: "done", createdAt: ago(9999), beatAt: ago(9999) }, now)).toBeNull();
  });
});

describe("the verdict of a run", () => {
  const of = (...verdicts: CheckScenario["verdict"][]) =>
    verdictOf({
      state: "done",
      scenarios: verdicts.map((verdict) => ({
        scenario: "s",
        title: "S",
        verdict,
        note: null,
        steps: [],
        problems: [],
      })),
    });

  it("is that of its worst scenario, and none where nothing could be tried", () => {
    expect(of("as_expected", "unexpected", "not_applicable")).toBe("unexpected");
    expect(of("as_expected", "not_applicable")).toBe("as_expected");
    expect(of("not_applicable")).toBe("nothing_tried");
    expect(of()).toBe("nothing_tried");
    expect(verdictOf({ state: "running", scenarios: [] })).toBeNull();
  });
});
