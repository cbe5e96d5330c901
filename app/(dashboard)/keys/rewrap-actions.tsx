"use client";

import { useRouter } from "next/navigation";
import { useId, useState, useTransition } from "react";
import type { RewrapRunView } from "#api/schemas/keys";
import { sendToApi } from "../../_browser/send-to-api.ts";
import { Button } from "../../_components/button.tsx";
import { Callout } from "../../_components/callout.tsx";
import { ConfirmDialog } from "../../_components/confirm-dialog.tsx";
import { countOf, formatCount } from "../../_components/figures.ts";
import type { ApiProblem } from "../../_queries/problem.ts";
import { AskDialog } from "./ask-dialog.tsx";

const paces = [null, 1000, 200, 50] as const;
const wordPace = (pace: number | null): string =>
  pace === null ? "As fast as it goes" : `${formatCount(pace)} a second`;

/** @param left values under other keys; 0: it only looks, and says so */
export function StartRewrap({ left }: { left: number }) {
  const [pace, setPace] = useState<number | null>(null);
  const [everything, setEverything] = useState(false);
  return (
    <AskDialog
      trigger={{ label: "Start a re-wrap…", variant: left > 0 ? "primary" : "secondary" }}
      title={
        everything
          ? "Re-wrap everything?"
          : left > 0
            ? `Re-wrap ${countOf(left, "value")}?`
            : "Look for values under other keys?"
      }
      effects={[
        everything
          ? "Each data key is wrapped anew under the newest version of the current key. No value is opened for it."
          : "Each data key is wrapped anew under the current key. No value is opened for it.",
        "Tokens are served and refreshed meanwhile. It can be paused, slowed down and stopped.",
        "At the end a sample is opened, to see that it opens.",
      ]}
      action="Ask for it"
      method="POST"
      path="/keys/rewrap"
      body={() => ({ pace, ...(everything ? { everything } : {}) })}
    >
      <PaceField pace={pace} onChange={setPace} />
      <label className="mt-3 flex min-h-6 items-start gap-2 text-sm pointer-coarse:min-h-11">
        <input
          type="checkbox"
          checked={everything}
          onChange={(event) => setEverything(event.target.checked)}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
        <span className="min-w-0">
          Also what the current key seals
          <span className="block text-xs text-subtle">For a key that got a new version in the key service.</span>
        </span>
      </label>
    </AskDialog>
  );
}

function PaceField({ pace, onChange }: { pace: number | null; onChange: (pace: number | null) => void }) {
  const id = useId();
  const isListed = paces.some((one) => one === pace);
  return (
    <span className="flex flex-wrap items-center gap-2 text-sm">
      <label htmlFor={id} className="text-muted">
        Pace
      </label>
      <select
        id={id}
        value={pace ?? ""}
        onChange={(event) => onChange(event.target.value === "" ? null : Number(event.target.value))}
        className="control select"
      >
        {[...paces, ...(isListed ? [] : [pace])].map((one) => (
          <option key={one ?? ""} value={one ?? ""}>
            {wordPace(one)}
          </option>
        ))}
      </select>
    </span>
  );
}

/** What may be done with a run that is not over. */
export function RewrapControls({ run }: { run: RewrapRunView }) {
  const router = useRouter();
  const [, startTransition] = useTransition();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const update = () => startTransition(() => router.refresh());
  const path = `/keys/rewrap/${encodeURIComponent(run.id)}`;
  const change = async (patch: object) => {
    setBusy(true);
    const answer = await sendToApi<RewrapRunView>("PATCH", path, patch);
    setProblem(answer.kind === "problem" ? answer.problem : null);
    setBusy(false);
    update();
  };
  const isPaused = run.state === "paused";
  return (
    <>
      <Button
        variant={isPaused ? "primary" : "secondary"}
        disabled={isBusy}
        onClick={() => void change({ state: isPaused ? "running" : "paused" })}
      >
        {isPaused ? "Resume" : "Pause"}
      </Button>
      <ConfirmDialog
        trigger={{ label: "Stop…", variant: "danger-quiet" }}
        title="Stop this re-wrap?"
        description="To let it rest for a while, pause it instead."
        effects={[
          "What was re-wrapped stays so, and everything opens.",
          run.everything
            ? "To go on later, a new one is asked for; it begins with the first value again."
            : "To go on later, a new one is asked for; it finds what is left.",
        ]}
        words={{ action: "Stop", doing: "Stopping…", keep: "Let it run", failed: "It was not stopped. Try again." }}
        act={() => sendToApi<RewrapRunView>("PATCH", path, { state: "stopped" })}
        onDone={update}
        onGivenUp={update}
      />
      <span className="sm:ml-auto">
        <PaceField pace={run.pace} onChange={(pace) => void change({ pace })} />
      </span>
      <div role="alert" className="contents">
        {problem !== null && (
          <Callout tone="bad" title={problem.title} code={problem.code} className="w-full">
            {problem.detail ?? "Nothing was changed. Try again."}
          </Callout>
        )}
      </div>
    </>
  );
}
