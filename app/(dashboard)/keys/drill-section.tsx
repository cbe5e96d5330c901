"use client";

import { useState } from "react";
import type { KeyDrillView } from "#api/schemas/keys";
import { sendToApi } from "../../_browser/send-to-api.ts";
import { Button } from "../../_components/button.tsx";
import { Callout } from "../../_components/callout.tsx";
import { formatCount } from "../../_components/figures.ts";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { StatusIcon } from "../../_components/status-icon.tsx";
import type { ApiProblem } from "../../_queries/problem.ts";

type Result = { kind: "done"; drill: KeyDrillView } | { kind: "problem"; problem: ApiProblem };

/** Proves with values of this environment that a backup without the key service opens nothing. */
export function DrillSection({ mayRun }: { mayRun: boolean }) {
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<Result | null>(null);

  const run = async () => {
    setBusy(true);
    const answer = await sendToApi<KeyDrillView>("POST", "/keys/drill");
    setResult(
      answer.kind === "ok" ? { kind: "done", drill: answer.value } : { kind: "problem", problem: answer.problem },
    );
    setBusy(false);
  };

  return (
    <section aria-labelledby="drill" className="min-w-0">
      <SectionHeading id="drill" title="Drill" />
      <div className="card">
        <div className="px-4 py-3 text-sm">
          <p className="font-medium">Try whether a copy of the database opens without its keys</p>
          <p className="mt-0.5 text-muted">
            Some sealed values, picked at random, are tried three ways: with the real keys, with random keys of the same
            names, and in the name of each other environment. Nothing leaves the process; each opening is in the audit
            log. Who else may use keys of a cloud service is decided there, and not seen from here.
          </p>
        </div>
        <output className="contents">
          {result?.kind === "done" && <Outcome drill={result.drill} />}
          {result?.kind === "problem" && (
            <span className="block px-4 pb-3.5">
              <Callout tone="bad" title={result.problem.title} code={result.problem.code}>
                {result.problem.detail ?? "The drill could not be run. Try again."}
              </Callout>
            </span>
          )}
        </output>
        {mayRun && (
          <div className="no-print border-t border-line px-4 py-2.5">
            <Button disabled={isBusy} onClick={() => void run()}>
              {isBusy ? "Trying…" : result === null ? "Run the drill" : "Run it again"}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

function Outcome({ drill }: { drill: KeyDrillView }) {
  const { sample, opened, opened_without_keys: byStranger, opened_with_keys_of: byOthers, proven } = drill;
  // Nothing is proven then, and nothing is wrong.
  if (sample === 0)
    return (
      <p className="border-t border-line px-4 py-3 text-sm text-muted">
        Nothing is sealed here yet, so there is nothing to try.
      </p>
    );
  const tries = [
    { name: "With the real keys", count: opened, isRight: opened === sample, wanted: "all should" },
    { name: "With random keys of the same names", count: byStranger, isRight: byStranger === 0, wanted: "none should" },
    ...Object.entries(byOthers).map(([name, count]) => ({
      name: `In the name of ${name}`,
      count,
      isRight: count === 0,
      wanted: "none should",
    })),
  ];
  return (
    <div className="border-t border-line">
      <p className={`flex items-center gap-2 px-4 pt-3 text-sm font-medium ${proven ? "text-good" : "text-bad"}`}>
        <StatusIcon name={proven ? "filled" : "alert"} />
        {proven ? "Proven: the copy alone opens nothing" : "Not proven: look at what is marked"}
      </p>
      <dl className="px-4 pt-2 pb-3 text-sm">
        {tries.map(({ name, count, isRight, wanted }) => (
          <div key={name} className="flex justify-between gap-4 py-1">
            <dt className="text-muted">{name}</dt>
            <dd className={`shrink-0 ${isRight ? "" : "font-medium text-bad"}`}>
              {formatCount(count)} of {formatCount(sample)} open{isRight ? "" : `, ${wanted}`}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
