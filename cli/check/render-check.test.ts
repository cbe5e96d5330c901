import { describe, expect, it } from "vitest";
import { createWorld } from "#test/fakes/world";
import { describeWait, renderCheck, toCheckJson } from "./render-check.ts";
import type { ScenarioResult, StepResult } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";

const at = new Date("2026-11-20T10:00:00Z");
const account = await (await createWorld()).addAccount();
const scenario = (title: string): Scenario => ({ id: title.toLowerCase().replaceAll(" ", "_"), title, play: () => [] });

const step: StepResult = {
  answered: "502 HTML",
  outcome: "transient",
  rule: "http.5xx",
  httpStatus: 502,
  error: "HTTP 502",
  explanation: "The provider answered with a server error.",
  caller: "the token it has",
  requests: [],
  at,
  doubts: 0,
  account: {
    ...account,
    scopesRequested: ["a", "b"],
    scopesGranted: ["a"],
    expiresAt: new Date(at.getTime() + 24_000),
    refreshDueAt: new Date(at.getTime() + 10_000_000),
  },
};

const results: readonly ScenarioResult[] = [
  { kind: "played", scenario: scenario("Page"), steps: [step, { ...step, answered: "200" }], problems: [] },
  {
    kind: "played",
    scenario: scenario("Slow down"),
    steps: [step],
    problems: ["expected rate_limited (http.429), saw transient (http.5xx)"],
  },
  { kind: "not_applicable", scenario: scenario("Fewer scopes"), why: "the document asks for fewer than two scopes" },
];

describe("the result of a check", () => {
  it("is a table for people: a line for each request, what was not as expected below it", () => {
    expect(renderCheck(results).split("\n")).toEqual([
      "   What went on  The provider answered  What the engine made of it  Account                  Next refresh  A caller got",
      "✓  Page          502 HTML               transient (http.5xx)        active, 1 scope missing  in 2.8 h      the token it has",
      "                 200                    transient (http.5xx)        active, 1 scope missing  in 2.8 h      the token it has",
      "✗  Slow down     502 HTML               transient (http.5xx)        active, 1 scope missing  in 2.8 h      the token it has",
      "   expected rate_limited (http.429), saw transient (http.5xx)",
      "–  Fewer scopes",
      "   not tried: the document asks for fewer than two scopes",
    ]);
  });

  it("is the same for programs, in seconds", () => {
    const [page, slow, fewer] = results.map(toCheckJson);
    expect(page).toMatchObject({
      scenario: "page",
      verdict: "as_expected",
      steps: [
        {
          answered: "502 HTML",
          outcome: "transient",
          rule: "http.5xx",
          status: "active",
          scopes_missing: ["b"],
          next_refresh_in: 10_000,
          expires_in: 24,
          caller_got: "the token it has",
        },
        {},
      ],
    });
    expect(slow).toMatchObject({
      verdict: "unexpected",
      problems: [expect.stringContaining("expected rate_limited") as string],
    });
    expect(fewer).toMatchObject({
      verdict: "not_applicable",
      note: "the document asks for fewer than two scopes",
      steps: [],
    });
  });
});

it.each([
  [null, "never"],
  [-5, "at once"],
  [7, "in 7 s"],
  [3500, "in 58 min"],
  [10_800, "in 3.0 h"],
  [864_000, "in 10 days"],
])("a wait of %s seconds is told as %s", (seconds, words) => {
  expect(describeWait(seconds === null ? null : new Date(at.getTime() + seconds * 1000), at)).toBe(words);
});
