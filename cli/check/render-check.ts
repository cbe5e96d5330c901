import { missingScopes } from "#core/domain/account/account";
import { layOutTable, wrap } from "./lay-out-table.ts";
import { describeOutcome, type ScenarioResult, type StepResult } from "./step-result.ts";

const marks = { as_expected: "✓", unexpected: "✗", not_applicable: "–" } as const;

export type Verdict = keyof typeof marks;

export function verdictOf(result: ScenarioResult): Verdict {
  if (result.kind === "not_applicable") return "not_applicable";
  return result.problems.length === 0 ? "as_expected" : "unexpected";
}

const columns = ["", "What went on", "Provider", "Engine", "Account", "Next try", "Caller got"];

/**
 * The scenarios as a table for people: one row for each request, what was not as expected below it; then what does not apply, by
 * reason.
 *
 * @param width of the terminal, characters
 */
export function renderCheck(results: readonly ScenarioResult[], width: number): string {
  const played = results.filter((one) => one.kind === "played");
  const table = played.map((one) => ({ rows: rowsOf(one), note: one.problems.map((problem) => `→ ${problem}`) }));
  const rest = notApplied(results, width);
  const drawn = layOutTable(columns, table, width);
  return rest === "" ? drawn : `${drawn}\n\nDoes not apply:\n${rest}`;
}

function rowsOf(result: ScenarioResult & { readonly kind: "played" }): string[][] {
  const mark = marks[verdictOf(result)];
  const { title } = result.scenario;
  if (result.steps.length === 0) return [[mark, title, "", "", "", "", ""]];
  return result.steps.map((step, index) => [...(index === 0 ? [mark, title] : ["", ""]), ...cellsOf(step)]);
}

function cellsOf(step: StepResult): string[] {
  const { account } = step;
  const engine = describeOutcome(step);
  if (account === null) return [step.answered, engine, "nothing stored", "", step.caller];
  const missing = missingScopes(account).length;
  const scopes = missing === 0 ? "" : `, ${missing} ${missing === 1 ? "scope" : "scopes"} missing`;
  return [step.answered, engine, account.status + scopes, describeWait(account.refreshDueAt, step.at), step.caller];
}

function notApplied(results: readonly ScenarioResult[], width: number): string {
  const byReason = new Map<string, string[]>();
  for (const one of results) {
    if (one.kind === "not_applicable") byReason.set(one.why, [...(byReason.get(one.why) ?? []), one.scenario.title]);
  }
  const lines = [...byReason].flatMap(([why, titles]) => {
    const [first = "", ...rest] = [...wrap(titles.join(", "), width - 3), ...wrap(`because ${why}`, width - 3)];
    return [`${marks.not_applicable}  ${first}`, ...rest.map((line) => `   ${line}`)];
  });
  return lines.join("\n");
}

/** When the engine asks again by itself. */
export function describeWait(due: Date | null, now: Date): string {
  if (due === null) return "never";
  const seconds = Math.round((due.getTime() - now.getTime()) / 1000);
  if (seconds <= 0) return "at once";
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${(seconds / 3600).toFixed(1)} h` : `${Math.round(seconds / 86_400)} days`;
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
      status: step.account?.status ?? null,
      scopes_missing: step.account === null ? [] : missingScopes(step.account),
      next_refresh_in: secondsUntil(step.account?.refreshDueAt ?? null, step.at),
      expires_in: secondsUntil(step.account?.expiresAt ?? null, step.at),
      caller_got: step.caller,
    })),
    problems: result.problems,
  };
}

function secondsUntil(instant: Date | null, now: Date): number | null {
  return instant === null ? null : Math.round((instant.getTime() - now.getTime()) / 1000);
}
