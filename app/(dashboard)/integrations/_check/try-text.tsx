"use client";

import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { CheckResult } from "./check-result.tsx";
import { runWords } from "./check-words.ts";
import { isGoingOn, useCheckRun } from "./use-check-run.ts";

/** Tries what stands in the editor, before anybody lives on it. `name`: null while it says none. */
export function TryText({ name, text, isReady }: { name: string | null; text: string; isReady: boolean }) {
  const { run, problem, isBusy, start } = useCheckRun(name ?? "unnamed", null);
  const isGoing = isGoingOn(run);
  const words = run === null ? null : runWords(run);
  const [tried, setTried] = useState<string | null>(null);
  const isEarlier = run !== null && tried !== text;
  const tryIt = () => {
    setTried(text);
    void start(text);
  };
  return (
    <section aria-label="Trial against the lab" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <Button disabled={!isReady || name === null || isBusy || isGoing} onClick={tryIt}>
          <FlaskConical size={16} aria-hidden />
          {isGoing ? "Trying it…" : "Try it against the lab"}
        </Button>
        <p className="text-xs text-subtle">
          A provider on the worker&apos;s machine misbehaves on command. Nothing is saved, and nothing is sent to the
          real one.
        </p>
      </div>
      <div role="alert" className="contents">
        {problem !== null && (
          <Callout tone={problem.status === 409 ? "info" : "bad"} title={problem.title} code={problem.code}>
            {problem.detail ?? "It was not tried. Try again."}
          </Callout>
        )}
      </div>
      <output className="contents">
        {words !== null && (
          <Callout
            tone={isEarlier ? "info" : words.tone}
            title={isEarlier ? `Of an earlier text: ${words.title}` : words.title}
          >
            {isEarlier ? "The text was changed since. Try it again before you rely on this." : run?.detail}
          </Callout>
        )}
      </output>
      {run !== null && <CheckResult run={run} />}
    </section>
  );
}
