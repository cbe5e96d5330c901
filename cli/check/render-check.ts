import { missingScopes } from "#core/domain/account/account";
import { describeOutcome } from "./judge-step.ts";
import type { ScenarioResult, StepResult } from "./run-scenario.ts";

const marks = { as_expected: "✓", unexpected: "✗", not_applicable: "–" } as const;

export type Verdict = keyof typeof marks;

export function verdictOf(result: ScenarioResult): Verdict {
  if (result.kind === "not_applicable") return "not_applicable";
  return result.problems.length === 0 ? "as_expected" : "unexpected";
}

const columns = [
  "",
  "What went on",
  "The provider answered",
  "What the engine made of it",
  "Account",
  "Next refresh",
  "A caller got",
];

/** The scenarios as a table for people. One line for each request; what was not as expected stands below it. */
export function renderCheck(results: readonly ScenarioResult[]): string {
  const lines = results.flatMap(linesOf);
  const widths = columns.map((_, index) => Math.max(...[columns, ...lines].map((row) => (row[index] ?? "").length)));
  // The last cell of a line may reach as far as it wants.
  const draw = (row: readonly string[]): string =>
    row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join("  ");
  return results
    .flatMap((result) => [...linesOf(result).map(draw), ...notesOf(result)])
    .toSpliced(0, 0, draw(columns))
    .join("\n");
}

function linesOf(result: ScenarioResult): string[][] {
  const mark = marks[verdictOf(result)];
  const { title } = result.scenario;
  if (result.kind === "not_applicable") return [[mark, title]];
  if (result.steps.length === 0) return [[mark, title]];
  return result.steps.map((step, index) =>
    index === 0 ? [mark, title, ...cellsOf(step)] : ["", "", ...cellsOf(step)],
  );
}

function notesOf(result: ScenarioResult): string[] {
  const notes = result.kind === "played" ? result.problems : [`not tried: ${result.why}`];
  return notes.map((one) => `   ${one}`);
}

function cellsOf(step: StepResult): string[] {
  const missing = missingScopes(step.account).length;
  const scopes = missing === 0 ? "" : `, ${missing} ${missing === 1 ? "scope" : "scopes"} missing`;
  const next = describeWait(step.account.refreshDueAt, step.at);
  return [step.answered, describeOutcome(step), step.account.status + scopes, next, step.caller];
}

export function describeWait(due: Date | null, now: Date): string {
  if (due === null) return "never";
  const seconds = Math.round((due.getTime() - now.getTime()) / 1000);
  if (seconds <= 0) return "at once";
  if (seconds < 120) return `in ${seconds} s`;
  if (seconds < 7200) return `in ${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `in ${(seconds / 3600).toFixed(1)} h` : `in ${Math.round(seconds / 86_400)} days`;
}

/** The same for programs. */
export function toCheckJson(result: ScenarioResult): Record<string, unknown> {
  const about = { scenario: result.scenario.id, title: result.scenario.title, verdict: verdictOf(result) };
  if (result.kind === "not_applicable") return { ...about, note: result.why, steps: [], problems: [] };
  return {
    ...about,
    note: null,
    steps: result.steps.map((step) => ({
      answered: step.answered,
      outcome: step.outcome,
      rule: step.rule,
      http_status: step.httpStatus,
      error: step.error,
      explanation: step.explanation,
      status: step.account.status,
      scopes_missing: missingScopes(step.account),
      next_refresh_in: secondsUntil(step.account.refreshDueAt, step.at),
      expires_in: secondsUntil(step.account.expiresAt, step.at),
      caller_got: step.caller,
    })),
    problems: result.problems,
  };
}

function secondsUntil(instant: Date | null, now: Date): number | null {
  return instant === null ? null : Math.round((instant.getTime() - now.getTime()) / 1000);
}
