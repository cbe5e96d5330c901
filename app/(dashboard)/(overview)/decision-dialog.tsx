"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import type { MassFailureView } from "#api/schemas/mass-failure";
import { sendToApi } from "../../_browser/send-to-api.ts";
import { Button, buttonClass } from "../../_components/button.tsx";
import { Callout } from "../../_components/callout.tsx";
import { usePausedUpdates } from "../../_components/live-updates.tsx";
import type { ApiProblem } from "../../_queries/problem.ts";
import { decisionWords } from "./decision-words.ts";

type Props = { decision: "release" | "confirm"; failure: MassFailureView; label: string };

/** Says exactly what a decision does before it is made. */
export function DecisionDialog({ decision, failure, label }: Props) {
  const router = useRouter();
  const [isUpdating, startTransition] = useTransition();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(isOpen);
  const words = decisionWords(decision, failure, label);

  const decide = async () => {
    setBusy(true);
    setProblem(null);
    const path = `/integrations/${encodeURIComponent(failure.integration_name)}/mass-failure/${decision}`;
    const answer = await sendToApi<MassFailureView>("POST", path);
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    setOpen(false);
    startTransition(() => router.refresh());
  };

  const change = (open: boolean) => {
    if (isBusy) return;
    setProblem(null);
    setOpen(open);
    // Somebody else may have decided meanwhile: what stands behind the dialog is read anew.
    if (!open && problem !== null) startTransition(() => router.refresh());
  };

  return (
    <AlertDialog.Root open={isOpen} onOpenChange={change}>
      <AlertDialog.Trigger
        className={buttonClass(decision === "release" ? "primary" : "danger-quiet")}
        disabled={isUpdating}
      >
        {words.trigger}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop z-40" />
        <AlertDialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <AlertDialog.Popup className="popup w-full max-w-[480px] p-5 outline-none">
            <AlertDialog.Title className="text-lg font-semibold wrap-anywhere">{words.title}</AlertDialog.Title>
            <AlertDialog.Description className="mt-1 text-muted">{words.when}</AlertDialog.Description>
            <ul className="mt-3 list-disc space-y-1 pl-5 text-sm marker:text-subtle">
              {words.effects.map((effect) => (
                <li key={effect}>{effect}</li>
              ))}
            </ul>
            {problem !== null && (
              <div role="alert" className="mt-4">
                <Callout tone="bad" title={problem.title} code={problem.code}>
                  {problem.detail ?? "Nothing was decided. Try again."}
                </Callout>
              </div>
            )}
            <div className="mt-5 flex flex-wrap justify-end gap-2">
              <AlertDialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                Keep them held
              </AlertDialog.Close>
              <Button
                variant={decision === "release" ? "primary" : "danger"}
                disabled={isBusy}
                onClick={() => void decide()}
              >
                {isBusy ? words.doing : words.action}
              </Button>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
