import type { IntegrationOverview } from "#api/schemas/overview";
import { attemptResults, type AttemptResult } from "../../_components/attempt-words.ts";

export type Reason = {
  outcome: AttemptResult;
  rule: string | null;
  meaning: string | null;
  attempts: number;
  /** Whose, most first. */
  integrations: { name: string; attempts: number }[];
};

/** What attempts of all integrations failed with, most first. What was replaced by a newer attempt did not fail. */
export function gatherReasons(integrations: readonly IntegrationOverview[]): Reason[] {
  const all = integrations.flatMap(({ integration_name: name, failures }) =>
    failures.filter(({ outcome }) => outcome !== "superseded").map((failure) => ({ name, ...failure })),
  );
  return [...Map.groupBy(all, ({ outcome, rule }) => `${outcome} ${rule}`).values()]
    .flatMap((some): Reason[] => {
      const [first] = some;
      if (first === undefined) return [];
      return [
        {
          // One of a later version is told as what failed for now.
          outcome: first.outcome in attemptResults ? (first.outcome as AttemptResult) : "transient",
          rule: first.rule,
          meaning: first.meaning,
          attempts: some.reduce((sum, { attempts }) => sum + attempts, 0),
          integrations: sumByName(some).toSorted((a, b) => b.attempts - a.attempts),
        },
      ];
    })
    .toSorted((a, b) => b.attempts - a.attempts);
}

function sumByName(some: readonly { name: string; attempts: number }[]): { name: string; attempts: number }[] {
  return [...Map.groupBy(some, ({ name }) => name)].map(([name, ones]) => ({
    name,
    attempts: ones.reduce((sum, { attempts }) => sum + attempts, 0),
  }));
}
