"use client";

import { FlaskConical } from "lucide-react";
import type { IntegrationCheckView } from "#api/schemas/integration-check";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { CheckResult } from "./check-result.tsx";
import { runWords } from "./check-words.ts";
import { isGoingOn, useCheckRun } from "./use-check-run.ts";

type Props = {
  name: string;
  label: string;
  /** The latest one. */
  initial: IntegrationCheckView | null;
  /** How checks come to be offered; null: they are. */
  how: string | null;
  mayStart: boolean;
};

/** The definition in force on trial: the button, how far it is, and what came of it. */
export function CheckPanel({ name, label, initial, how, mayStart }: Props) {
  const { run, problem, isBusy, start } = useCheckRun(name, initial);
  const isGoing = isGoingOn(run);
  const words = run === null ? null : runWords(run);
  return (
    <div className="flex flex-col gap-4">
      {how !== null && (
        <Callout tone="info" title="Checks are not offered here">
          {how}
        </Callout>
      )}
      {mayStart && how === null && (
        <div>
          <Button variant="primary" disabled={isBusy || isGoing} onClick={() => void start(null)}>
            <FlaskConical size={16} aria-hidden />
            {isGoing ? "Checking…" : run === null ? `Check ${label}` : "Check again"}
          </Button>
        </div>
      )}
      <div role="alert" className="contents">
        {problem !== null && (
          <Callout tone="bad" title={problem.title} code={problem.code}>
            {problem.detail ?? "It was not checked. Try again."}
          </Callout>
        )}
      </div>
      <output className="contents">
        {words !== null && (
          <Callout tone={words.tone} title={words.title}>
            {run?.detail ??
              (run?.verdict === "unexpected"
                ? "What was expected and what was seen stands with each. Change the definition, or look whether the provider really answers so."
                : isGoing
                  ? "It takes some seconds; you may leave this page meanwhile."
                  : null)}
          </Callout>
        )}
      </output>
      {run !== null && (
        <section aria-labelledby="check-result">
          <h2 id="check-result" className="mb-2 text-sm text-subtle">
            {run.in_force ? "The definition that was in force then" : "A definition that was sent"}, asked for{" "}
            <RelativeTime at={run.created_at} />
          </h2>
          <CheckResult run={run} />
        </section>
      )}
    </div>
  );
}
