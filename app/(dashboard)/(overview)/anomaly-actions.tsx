"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import type { AnomalyView, StoppableKeyView } from "#api/schemas/anomaly";
import { sendToApi } from "../../_browser/send-to-api.ts";
import { Button } from "../../_components/button.tsx";
import { Callout } from "../../_components/callout.tsx";
import { ConfirmDialog } from "../../_components/confirm-dialog.tsx";
import type { ApiProblem } from "../../_queries/problem.ts";
import { callerName } from "./anomaly-words.ts";

type Caller = NonNullable<AnomalyView["caller"]>;

const words = {
  stop: {
    trigger: "Stop the key…",
    title: (name: string) => `Stop the key ${name}?`,
    description: "For when nothing of yours explains what it does. It can be started again.",
    effects: [
      "Every process refuses it within a second. What it has in hand is still answered.",
      "Whatever of yours uses this key is refused as well, with 401.",
      "An owner can start it again here, or on the command line.",
    ],
    action: "Stop the key",
    doing: "Stopping…",
    keep: "Leave it in force",
    failed: "It was not stopped. Try again.",
  },
  restart: {
    trigger: "Start it again…",
    title: (name: string) => `Start the key ${name} again?`,
    description: "For when you know what it did, and why.",
    effects: [
      "Every process takes it again within a second.",
      "While this alarm goes on, it does not stop the key once more; the next one may.",
      "If the key leaked, make another one and revoke this one instead.",
    ],
    action: "Start it again",
    doing: "Starting…",
    keep: "Leave it stopped",
    failed: "It was not started. Try again.",
  },
} as const;

/** Stops a key, or starts it again. */
export function KeyDialog({ action, caller }: { action: "stop" | "restart"; caller: Caller }) {
  const router = useRouter();
  const [isUpdating, startTransition] = useTransition();
  const { trigger, title, description, effects, ...rest } = words[action];
  const update = () => startTransition(() => router.refresh());
  const isStop = action === "stop";
  return (
    <ConfirmDialog
      trigger={{ label: trigger, variant: isStop ? "danger" : "secondary", isDisabled: isUpdating }}
      title={title(callerName(caller))}
      description={description}
      effects={effects}
      words={rest}
      variant={isStop ? "danger" : "primary"}
      act={() => sendToApi<StoppableKeyView>("POST", `/api-keys/${encodeURIComponent(caller.id)}/${action}`)}
      onDone={update}
      onGivenUp={update}
    />
  );
}

/** Takes it from the page: somebody saw it. */
export function AcknowledgeButton({ id, title }: { id: string; title: string }) {
  const router = useRouter();
  const [isUpdating, startTransition] = useTransition();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const acknowledge = async () => {
    setBusy(true);
    const answer = await sendToApi<AnomalyView>("POST", `/anomalies/${encodeURIComponent(id)}/acknowledge`);
    setBusy(false);
    setProblem(answer.kind === "problem" ? answer.problem : null);
    if (answer.kind === "ok") startTransition(() => router.refresh());
  };
  return (
    <>
      <Button disabled={isBusy || isUpdating} onClick={() => void acknowledge()} aria-label={`Acknowledge: ${title}`}>
        Acknowledge
      </Button>
      {problem !== null && (
        <div role="alert" className="basis-full">
          <Callout tone="bad" title={problem.title} code={problem.code}>
            {problem.detail ?? "It was not acknowledged. Try again."}
          </Callout>
        </div>
      )}
    </>
  );
}
