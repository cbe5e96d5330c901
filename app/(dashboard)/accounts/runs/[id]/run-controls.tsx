"use client";

import { useRouter } from "next/navigation";
import { useId, useState, useTransition } from "react";
import type { AccountRunView } from "#api/schemas/account-run";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { Button } from "../../../../_components/button.tsx";
import { Callout } from "../../../../_components/callout.tsx";
import { ConfirmDialog } from "../../../../_components/confirm-dialog.tsx";
import { countOf, formatCount } from "../../../../_components/figures.ts";
import type { ApiProblem } from "../../../../_queries/problem.ts";

const paces = [2, 5, 10, 25, 50, 100];

/** What may be done with a run that is not over. */
export function RunControls({ run }: { run: AccountRunView }) {
  const router = useRouter();
  const id = useId();
  const [, startTransition] = useTransition();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const update = () => startTransition(() => router.refresh());
  const path = `/account-runs/${encodeURIComponent(run.id)}`;
  const change = async (patch: object) => {
    setBusy(true);
    const answer = await sendToApi<AccountRunView>("PATCH", path, patch);
    setProblem(answer.kind === "problem" ? answer.problem : null);
    setBusy(false);
    update();
  };
  const isPaused = run.state === "paused";
  const left = run.total - run.done - run.failed - run.skipped;
  const offered = run.pace === null || paces.includes(run.pace) ? paces : [run.pace, ...paces];
  return (
    <div className="no-print flex flex-wrap items-center gap-2">
      <span className="flex items-center gap-2 text-sm">
        <label htmlFor={id} className="text-muted">
          Pace
        </label>
        <select
          id={id}
          value={run.pace ?? ""}
          disabled={isBusy}
          onChange={(event) => void change({ pace: Number(event.target.value) })}
          className="control select"
        >
          {offered.map((pace) => (
            <option key={pace} value={pace}>
              {formatCount(pace)} a second
            </option>
          ))}
        </select>
      </span>
      <Button
        variant={isPaused ? "primary" : "secondary"}
        disabled={isBusy}
        onClick={() => void change({ state: isPaused ? "running" : "paused" })}
      >
        {isPaused ? "Resume" : "Pause"}
      </Button>
      <ConfirmDialog
        trigger={{ label: "Cancel…", variant: "danger-quiet" }}
        title="Cancel this run?"
        description="To let it rest for a while, pause it instead."
        effects={[
          "What is done stays done.",
          `${countOf(left, "account")} without a result ${left === 1 ? "is" : "are"} left alone.`,
          "It can't be resumed; another run is begun for what is left.",
        ]}
        words={{
          action: "Cancel the run",
          doing: "Cancelling…",
          keep: "Let it run",
          failed: "It was not cancelled. Try again.",
        }}
        act={() => sendToApi<AccountRunView>("PATCH", path, { state: "cancelled" })}
        onDone={update}
        onGivenUp={update}
      />
      <div role="alert" className="contents">
        {problem !== null && (
          <Callout tone="bad" title={problem.title} code={problem.code} className="w-full">
            {problem.detail ?? "Nothing was changed. Try again."}
          </Callout>
        )}
      </div>
    </div>
  );
}
