import { CircleCheck, CircleX } from "lucide-react";
import type { IntegrationCheckView } from "#api/schemas/integration-check";
import { asSentence } from "../../../_components/as-sentence.ts";
import { accountWords, notApplied, outcomeWords, waitWords } from "./check-words.ts";

type Scenario = IntegrationCheckView["scenarios"][number];

/** What the provider of the trial did, and what became of the account: scenario by scenario, those that went otherwise first. */
export function CheckResult({ run }: { run: IntegrationCheckView }) {
  const played = run.scenarios.filter(({ verdict }) => verdict !== "not_applicable");
  const isOver = run.state === "done" || run.state === "failed";
  // While it runs they stand as they come: nothing jumps.
  const inOrder = isOver
    ? played.toSorted((one, other) => Number(other.verdict === "unexpected") - Number(one.verdict === "unexpected"))
    : played;
  const rest = notApplied(run.scenarios);
  return (
    <div className="flex flex-col gap-4">
      {inOrder.length > 0 && (
        <ol aria-label="Scenarios" className="card divide-y divide-line text-sm">
          {inOrder.map((scenario) => (
            <ScenarioRow key={scenario.scenario} scenario={scenario} />
          ))}
        </ol>
      )}
      {run.left_aside.length > 0 && <p className="text-sm text-muted">Left aside: {run.left_aside.join("; ")}.</p>}
      {rest.length > 0 && (
        <details className="text-sm">
          <summary className="py-1 font-medium text-muted hover:text-ink">What does not apply</summary>
          <ul className="mt-1 list-disc space-y-1 pl-5 text-muted marker:text-subtle">
            {rest.map(([reason, titles]) => (
              <li key={reason}>
                {titles.join(", ")}: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function ScenarioRow({ scenario: { title, verdict, steps, problems } }: { scenario: Scenario }) {
  const isWrong = verdict === "unexpected";
  const Icon = isWrong ? CircleX : CircleCheck;
  return (
    <li className="px-4 py-3">
      <div className="flex items-start gap-2.5">
        <Icon size={16} aria-hidden className={`mt-0.5 shrink-0 ${isWrong ? "text-bad" : "text-good"}`} />
        <div className="min-w-0 flex-1">
          <p className="font-medium">
            {title}
            <span className="sr-only">{isWrong ? ": not as the definition has it" : ": as the definition has it"}</span>
          </p>
          {problems.map((problem) => (
            <p key={problem} className="mt-0.5 font-medium wrap-anywhere text-bad">
              {asSentence(problem)}
            </p>
          ))}
          <ol className="mt-1.5 space-y-1.5">
            {steps.map((step, index) => (
              <li key={index} className="rounded-md bg-sunken px-3 py-2">
                <dl className="grid gap-x-4 gap-y-1 text-xs sm:grid-cols-2 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1.6fr)_minmax(0,1.4fr)_minmax(0,0.8fr)_minmax(0,1fr)]">
                  <Cell name="Provider">{step.answered}</Cell>
                  <Cell name="Engine">{outcomeWords(step)}</Cell>
                  <Cell name="Account">{accountWords(step)}</Cell>
                  <Cell name="Next try">{waitWords(step)}</Cell>
                  <Cell name="Caller got">{step.caller_got}</Cell>
                </dl>
                {step.explanation !== null && (
                  <p className="mt-1 text-xs wrap-anywhere text-muted">{asSentence(step.explanation)}</p>
                )}
              </li>
            ))}
          </ol>
        </div>
      </div>
    </li>
  );
}

function Cell({ name, children }: { name: string; children: string }) {
  return (
    <div className="flex min-w-0 gap-2 lg:block">
      <dt className="w-20 shrink-0 text-subtle lg:w-auto">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  );
}
