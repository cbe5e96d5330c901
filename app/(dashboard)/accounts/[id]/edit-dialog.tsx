"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useId, useState } from "react";
import type { AccountDetailView } from "#api/schemas/account";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button, buttonClass } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { readObject } from "./read-object.ts";

type Props = {
  accountId: string;
  /** The field of the account that is edited, and sent. */
  field: "metadata" | "overrides";
  value: Record<string, unknown>;
  words: { trigger: string; title: string; description: string };
  /** What is sent for what was typed. */
  toPatch: (value: Record<string, unknown>) => object;
  onDone: () => void;
};

/** One of an account's objects as JSON, with the API's errors under it. */
export function EditDialog({ accountId, field, value, words, toPatch, onDone }: Props) {
  const id = useId();
  const written = JSON.stringify(value, null, 2);
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [text, setText] = useState(written);
  const [fault, setFault] = useState<string | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(isOpen);

  const change = (open: boolean) => {
    if (isBusy) return;
    setOpen(open);
    setText(written);
    setFault(null);
    setProblem(null);
  };
  const save = async () => {
    const read = readObject(text);
    setProblem(null);
    if (typeof read === "string") {
      setFault(read);
      return;
    }
    setFault(null);
    setBusy(true);
    const answer = await sendToApi<AccountDetailView>("PATCH", `/integrated-accounts/${accountId}`, toPatch(read));
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    setOpen(false);
    onDone();
  };

  return (
    <Dialog.Root open={isOpen} onOpenChange={change}>
      <Dialog.Trigger className={buttonClass("secondary")}>{words.trigger}</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop z-40" />
        <Dialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <Dialog.Popup className="popup w-full max-w-[560px] p-5 outline-none">
            <Dialog.Title className="text-lg font-semibold">{words.title}</Dialog.Title>
            <Dialog.Description className="mt-1 text-muted">{words.description}</Dialog.Description>
            <label htmlFor={id} className="sr-only">
              {words.title}, as JSON
            </label>
            <textarea
              id={id}
              value={text}
              onChange={(event) => setText(event.target.value)}
              spellCheck={false}
              rows={Math.min(18, Math.max(6, text.split("\n").length + 1))}
              aria-invalid={fault !== null || problem !== null}
              aria-describedby={fault === null ? undefined : `${id}-fault`}
              className="control mt-3 h-auto! w-full resize-y py-2 font-mono text-xs leading-5"
            />
            <div role="alert">
              {fault !== null && (
                <p id={`${id}-fault`} className="mt-2 text-sm text-bad">
                  {fault}
                </p>
              )}
              {problem !== null && (
                <Callout tone="bad" title={problem.title} code={problem.code} className="mt-3">
                  {problem.detail ?? "Nothing was changed. Try again."}
                  {problem.errors.length > 0 && (
                    <ul className="mt-1 space-y-1">
                      {problem.errors.map(({ pointer, detail }) => (
                        <li key={`${pointer} ${detail}`}>
                          <code className="font-mono text-xs">{pointer.replace(`/${field}`, "") || "/"}</code> {detail}
                        </li>
                      ))}
                    </ul>
                  )}
                </Callout>
              )}
            </div>
            <div className="mt-5 flex flex-wrap justify-end gap-2">
              <Dialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                Leave it as it is
              </Dialog.Close>
              <Button variant="primary" disabled={isBusy || text === written} onClick={() => void save()}>
                {isBusy ? "Saving…" : "Save"}
              </Button>
            </div>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
