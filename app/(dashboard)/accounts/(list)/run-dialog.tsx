"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useRouter } from "next/navigation";
import { useId, useState } from "react";
import type { AccountRunView, RunPreviewView } from "#api/schemas/account-run";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button, buttonClass } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { countOf, formatCount } from "../../../_components/figures.ts";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import { statuses } from "../../../_components/status.ts";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { actionWords, type RunAction } from "../runs/_parts/run-words.ts";

type Props = {
  action: RunAction;
  /** As the API has it: `{ids}` or `{filter}`. */
  selection: object;
  onStarted: () => void;
};

/** So many are ended only by whoever has typed their number. */
const provenFrom = 2;

/** Counts first, says what will happen, and begins only what was seen: more accounts than were counted are not acted on. */
export function RunDialog({ action, selection, onStarted }: Props) {
  const router = useRouter();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [preview, setPreview] = useState<RunPreviewView | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [reason, setReason] = useState("");
  const [entry, setEntry] = useState("");
  usePausedUpdates(isOpen);
  const words = actionWords[action];
  const isDanger = action === "disconnect";

  const count = async () => {
    setPreview(null);
    setProblem(null);
    const answer = await sendToApi<RunPreviewView>("POST", "/account-runs/preview", { action, ...selection });
    if (answer.kind === "ok") setPreview(answer.value);
    else setProblem(answer.problem);
  };
  const change = (open: boolean) => {
    if (isBusy) return;
    setOpen(open);
    setReason("");
    setEntry("");
    if (open) void count();
  };
  const start = async (total: number) => {
    setBusy(true);
    setProblem(null);
    const answer = await sendToApi<AccountRunView>("POST", "/account-runs", {
      action,
      ...selection,
      at_most: total,
      ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
    });
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    setOpen(false);
    onStarted();
    router.push(`/accounts/runs/${answer.value.id}`);
  };

  const total = preview?.total ?? null;
  const isTooMany = preview !== null && preview.total > preview.most;
  const needsProof = isDanger && (total ?? 0) >= provenFrom;
  const isProven = !needsProof || entry.replaceAll(/[\s,]/g, "") === String(total);
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={change}>
      <AlertDialog.Trigger className={buttonClass(isDanger ? "danger-quiet" : "secondary")}>
        {words.verb}…
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop z-40" />
        <AlertDialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <AlertDialog.Popup className="popup w-full max-w-[480px] p-5 outline-none">
            <AlertDialog.Title className="text-lg font-semibold wrap-anywhere">
              {total === null ? `${words.verb}: counting…` : `${words.title(countOf(total, "account"))}?`}
            </AlertDialog.Title>
            <AlertDialog.Description className="mt-1 wrap-anywhere text-muted">
              {preview === null ? "How many accounts match is being counted." : wordPreview(preview)}
            </AlertDialog.Description>
            <ul className="mt-3 list-disc space-y-1 pl-5 text-sm wrap-anywhere marker:text-subtle">
              {words.effects.map((effect) => (
                <li key={effect}>{effect}</li>
              ))}
              <li>A worker goes through them, ten a second at most. It can be paused, slowed down and cancelled.</li>
            </ul>
            <div className="mt-4 flex flex-col gap-1.5">
              <label htmlFor={`${id}-reason`} className="text-sm font-medium">
                Reason <span className="font-normal text-subtle">for whoever looks at it later</span>
              </label>
              <input
                id={`${id}-reason`}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                maxLength={500}
                autoComplete="off"
                className="control w-full"
              />
            </div>
            {needsProof && total !== null && (
              <div className="mt-4 flex flex-col gap-1.5">
                <label htmlFor={`${id}-proof`} className="text-sm font-medium">
                  Type {formatCount(total)} to disconnect so many
                </label>
                <input
                  id={`${id}-proof`}
                  value={entry}
                  onChange={(event) => setEntry(event.target.value)}
                  inputMode="numeric"
                  autoComplete="off"
                  className="control w-full font-mono"
                />
              </div>
            )}
            <div role="alert">
              {problem !== null && (
                <Callout tone="bad" title={problem.title} code={problem.code} className="mt-4">
                  {problem.detail ?? "Nothing was begun. Try again."}
                  {problem.code === "conflict" && (
                    <span className="mt-2 block">
                      <Button onClick={() => void count()}>Count again</Button>
                    </span>
                  )}
                </Callout>
              )}
              {isTooMany && (
                <Callout tone="warn" title="More than one run takes" className="mt-4">
                  A run takes {formatCount(preview.most)} accounts. Narrow the filter, by integration or status for
                  example, and begin one run after the other.
                </Callout>
              )}
              {total === 0 && (
                <Callout tone="info" title="Nothing matches any more" className="mt-4">
                  The accounts changed since the list was made.
                </Callout>
              )}
            </div>
            <div className="mt-5 flex flex-wrap justify-end gap-2">
              <AlertDialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                Leave them
              </AlertDialog.Close>
              <Button
                variant={isDanger ? "danger" : "primary"}
                disabled={isBusy || total === null || total === 0 || isTooMany || !isProven}
                onClick={() => total !== null && void start(total)}
              >
                {isBusy ? "Beginning…" : total === null ? words.verb : words.title(countOf(total, "account"))}
              </Button>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** `400 active, 12 of them held; 12 need re-authorization.` */
function wordPreview({ by_status: counts, held, total }: RunPreviewView): string {
  if (total === 0) return "No account matches.";
  const parts = (["active", "needs_reauth", "connecting", "disconnected"] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => {
      const words = `${formatCount(counts[status])} ${statuses[status].label.toLowerCase()}`;
      return status === "active" && held > 0 ? `${words} (${formatCount(held)} held)` : words;
    });
  return `${parts.join(", ")}.`;
}
