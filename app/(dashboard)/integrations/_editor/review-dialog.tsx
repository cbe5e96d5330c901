"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useId, useState } from "react";
import type { ApprovalView } from "#api/schemas/approval";
import type { DefinitionTrialView } from "#api/schemas/definition-trial";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button, buttonClass } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { DiffView } from "./diff-view.tsx";
import { effectWords, wayOut } from "./effect-words.ts";
import type { Since } from "./since-of.ts";

/** What is about to be saved, and what would come of it. */
export type Review = { text: string; name: string; effect: NonNullable<DefinitionTrialView["effect"]> };

type Props = {
  review: Review | null;
  /** What is in force, as it is shown; null: nothing is. */
  stored: string | null;
  /** When what is in force was put, as this page has read it. */
  since: Since;
  /** `approvalId`: it waits for a second person. */
  onSaved: (name: string, approvalId: string | null) => void;
  /** The API found mistakes after all. */
  onMistakes: (problem: ApiProblem) => void;
  onClose: () => void;
};

type Saved = { name: string } | ApprovalView;

/** The difference to what is in force, what it means, and only then the button. */
export function ReviewDialog({ review, stored, since, onSaved, onMistakes, onClose }: Props) {
  const id = useId();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(review !== null);

  const close = () => {
    if (isBusy) return;
    setProblem(null);
    onClose();
  };
  const save = async ({ text, name }: Review, isAsking: boolean) => {
    setBusy(true);
    setProblem(null);
    const given = reason.trim();
    const query = new URLSearchParams({
      ...(since === "any" ? {} : { unchanged_since: since }),
      ...(isAsking ? { approval: "ask" } : {}),
      ...(isAsking && given !== "" ? { reason: given } : {}),
    });
    const answer = await sendToApi<Saved>("PUT", `/integrations/${name}${query.size === 0 ? "" : `?${query}`}`, text);
    setBusy(false);
    if (answer.kind === "ok") return onSaved(name, "id" in answer.value ? answer.value.id : null);
    if (answer.problem.errors.length > 0) return onMistakes(answer.problem);
    setProblem(answer.problem);
  };

  const effect = review?.effect;
  const refusal = effect?.refusal ?? null;
  const isAsking = refusal?.approvable === true;
  const maySave =
    since !== "unread" && effect !== undefined && effect.kind !== "unchanged" && (refusal === null || isAsking);
  return (
    <Dialog.Root open={review !== null} onOpenChange={(open) => open || close()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop z-40" />
        <Dialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <Dialog.Popup className="popup flex w-full max-w-[860px] flex-col gap-4 p-5 outline-none">
            {review !== null && effect !== undefined && (
              <>
                <div>
                  <Dialog.Title className="text-lg font-semibold wrap-anywhere">
                    {stored === null ? `Create ${review.name}?` : `Save ${review.name}?`}
                  </Dialog.Title>
                  <Dialog.Description className="mt-1 text-muted">{effectWords(effect)}</Dialog.Description>
                </div>
                {refusal !== null && (
                  <Callout
                    tone={isAsking ? "hold" : "bad"}
                    title={isAsking ? "A second person has to approve this" : "This can't be saved"}
                  >
                    <p>{refusal.detail}</p>
                    {isAsking ? (
                      <p className="mt-1">
                        Until then nothing changes. Once it is approved, accounts and secrets go along to the new hosts.
                      </p>
                    ) : (
                      <p className="mt-1">{wayOut(refusal)}</p>
                    )}
                    <Hosts {...effect.hosts} />
                  </Callout>
                )}
                {since === "unread" && (
                  <Callout tone="warn" title="When this definition was changed last could not be read">
                    It can&apos;t be saved, since somebody else&apos;s change might be lost. Copy what you wrote, and
                    load the page again.
                  </Callout>
                )}
                {effect.erases_secrets && (
                  <Callout tone="warn" title="The client's secrets are erased">
                    They were given for other hosts. Set them again afterwards.
                    <Hosts {...effect.hosts} />
                  </Callout>
                )}
                {stored === null ? (
                  <p className="text-sm text-muted">
                    Nothing of this name is in force, so there is nothing to compare it with.
                  </p>
                ) : (
                  <DiffView before={stored} after={review.text} label="Difference to what is in force" />
                )}
                {isAsking && (
                  <div className="flex flex-col gap-1.5">
                    <label htmlFor={id} className="text-sm font-medium">
                      Why <span className="font-normal text-subtle">(optional, for who approves it)</span>
                    </label>
                    <input
                      id={id}
                      value={reason}
                      onChange={(event) => setReason(event.target.value)}
                      maxLength={500}
                      autoComplete="off"
                      className="control w-full"
                    />
                  </div>
                )}
                <div role="alert" className="contents">
                  {problem !== null && (
                    <Callout tone="bad" title={problem.title} code={problem.code}>
                      {problem.detail ?? "Nothing was saved. What you typed is still there."}
                    </Callout>
                  )}
                </div>
                <div className="flex flex-wrap justify-end gap-2">
                  <Dialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                    Go on editing
                  </Dialog.Close>
                  {maySave && (
                    <Button variant="primary" disabled={isBusy} onClick={() => void save(review, isAsking)}>
                      {isBusy
                        ? isAsking
                          ? "Asking…"
                          : "Saving…"
                        : isAsking
                          ? "Ask for approval"
                          : stored === null
                            ? "Create"
                            : "Save"}
                    </Button>
                  )}
                </div>
              </>
            )}
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Hosts({ before, after }: { before: string | null; after: string }) {
  return (
    <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-0.5 font-mono text-xs leading-5">
      <dt className="text-muted">from</dt>
      <dd className="wrap-anywhere">{before ?? "nobody can tell"}</dd>
      <dt className="text-muted">to</dt>
      <dd className="wrap-anywhere">{after}</dd>
    </dl>
  );
}
