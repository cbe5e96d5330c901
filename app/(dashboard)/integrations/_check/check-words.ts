import type { IntegrationCheckView } from "#api/schemas/integration-check";
import { countOf } from "../../../_components/figures.ts";
import { formatDuration } from "../../../_components/duration.ts";
import type { Tone } from "../../../_components/status.ts";

type Scenario = IntegrationCheckView["scenarios"][number];
type Step = Scenario["steps"][number];

/** What a run came to, in a sentence. */
export function runWords(run: IntegrationCheckView): {
  tone: Extract<Tone, "good" | "bad" | "warn" | "info">;
  title: string;
} {
  const played = run.scenarios.filter(({ verdict }) => verdict !== "not_applicable").length;
  const unexpected = run.scenarios.filter(({ verdict }) => verdict === "unexpected").length;
  switch (run.state) {
    case "queued":
      return { tone: "info", title: "Waiting for a worker" };
    case "running":
      return {
        tone: "info",
        title: played === 0 ? "Starting an engine and a provider" : `${countOf(played, "scenario")} so far`,
      };
    case "failed":
      return { tone: "warn", title: "It could not be tried" };
    case "done":
      break;
  }
  switch (run.verdict) {
    case "unexpected":
      return { tone: "bad", title: `${unexpected} of ${played} not as the definition has it` };
    case "as_expected":
      return { tone: "good", title: `All ${played} as the definition has it` };
    case "nothing_tried":
    case null:
      return { tone: "warn", title: "Nothing could be tried" };
  }
}

/** When the engine asks again by itself. */
export function waitWords({ next_refresh_in: seconds, status }: Step): string {
  if (status === null) return "–";
  if (seconds === null) return "never";
  return seconds <= 0 ? "at once" : formatDuration(seconds, 1);
}

export function accountWords({ status, scopes_missing: missing }: Step): string {
  if (status === null) return "nothing stored";
  const named = status === "needs_reauth" ? "needs re-authorization" : status;
  return missing.length === 0 ? named : `${named}, ${countOf(missing.length, "scope")} missing`;
}

export function outcomeWords({ outcome, rule }: Step): string {
  if (outcome === null) return "no attempt";
  const named = outcome.replaceAll("_", " ");
  return rule === null ? named : `${named} (${rule})`;
}

/** Those that don't apply, by their reason. */
export function notApplied(scenarios: readonly Scenario[]): [reason: string, titles: string[]][] {
  const byReason = new Map<string, string[]>();
  for (const { note, title } of scenarios) {
    if (note !== null) byReason.set(note, [...(byReason.get(note) ?? []), title]);
  }
  return [...byReason];
}
