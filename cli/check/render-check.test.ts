import { describe, expect, it } from "vitest";
import { createWorld } from "#test/fakes/world";
import { describeWait, renderCheck, toCheckJson } from "./render-check.ts";
import type { Scenario } from "./scenario.ts";
import type { ScenarioResult, StepResult } from "./step-result.ts";

const at = new Date("2026-11-20T10:00:00Z");
const account = await (await createWorld()).addAccount();
const scenario = (title: string): Scenario => ({ id: title.toLowerCase().replaceAll(" ", "_"), title });

const step: StepResult = {
  answered: "502 HTML",
  outcome: "transient",
  rule: "http.5xx",
  httpStatus: 502,
  error: "HTTP 502",
  explanation: "The provider answered with a server error.",
  caller: "the old token",
  at,
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

const other: ScenarioResult = {
  kind: "not_applicable",
  scenario: scenario("Reuse"),
  why: "the document asks for fewer than two scopes",
};

describe("the result of a check", () => {
  it("is a table for people: a line for each request, what was not as expected below it, and what does not apply by its reason", () => {
    expect(renderCheck([...results, other], 140).split("\n")).toEqual([
      "   What went on  Provider  Engine                Account                  Next try  Caller got",
      "✓  Page          502 HTML  transient (http.5xx)  active, 1 scope missing  2.8 h     the old token",
      "                 200       transient (http.5xx)  active, 1 scope missing  2.8 h     the old token",
      "✗  Slow down     502 HTML  transient (http.5xx)  active, 1 scope missing  2.8 h     the old token",
      "   → expected rate_limited (http.429), saw transient (http.5xx)",
      "",
      "Does not apply:",
      "–  Fewer scopes, Reuse",
      "   because the document asks for fewer than two scopes",
    ]);
  });

  it("fits the terminal", () => {
    const lines = renderCheck([...results, other], 80).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.slice(1, 3)).toEqual([
      "✓  Page          502 HTML  transient      active, 1      2.8 h     the old token",
      "                           (http.5xx)     scope missing",
    ]);
  });

  it("shows what was never stored as that", () => {
    const refused = { ...step, outcome: "not connected", rule: "provider_error", account: null, caller: "a page" };
    const text = renderCheck([{ kind: "played", scenario: scenario("Code"), steps: [refused], problems: [] }], 140);
    expect(text).toContain("not connected (provider_error)  nothing stored            a page");
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
          caller_got: "the old token",
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
  [7, "7 s"],
  [3500, "58 min"],
  [10_800, "3.0 h"],
  [864_000, "10 days"],
])("a wait of %s seconds is told as %s", (seconds, words) => {
  expect(describeWait(seconds === null ? null : new Date(at.getTime() + seconds * 1000), at)).toBe(words);
});
