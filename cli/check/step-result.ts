import type { Account } from "#core/domain/account/account";
import type { Scenario } from "./scenario.ts";

/** What one step came to, as far as it is shown. */
export interface StepResult {
  /** What the provider answered, in words. */
  readonly answered: string;
  /** Null: nothing was asked. */
  readonly outcome: string | null;
  readonly rule: string | null;
  readonly httpStatus: number | null;
  readonly error: string | null;
  readonly explanation: string | null;
  /** Null: nothing was stored. */
  readonly account: Account | null;
  /** What whoever waited got: the token, the old one, or the code of a problem. */
  readonly caller: string;
  readonly at: Date;
}

export type ScenarioResult =
  | {
      readonly kind: "played";
      readonly scenario: Scenario;
      readonly steps: readonly StepResult[];
      /** What was not as the document has it. */
      readonly problems: readonly string[];
    }
  | { readonly kind: "not_applicable"; readonly scenario: Scenario; readonly why: string };

export function describeOutcome({ outcome, rule, caller }: Pick<StepResult, "outcome" | "rule" | "caller">): string {
  if (outcome === null) return `no attempt (${caller})`;
  return rule === null ? outcome : `${outcome} (${rule})`;
}
