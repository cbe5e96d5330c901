"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useState, type FormEvent, type ReactNode } from "react";
import type { Answer, ApiProblem } from "../_queries/problem.ts";
import { Button, buttonClass } from "./button.tsx";
import { Callout } from "./callout.tsx";
import { usePausedUpdates } from "./live-updates.tsx";

type Props<T> = {
  trigger: { label: string; variant?: Parameters<typeof buttonClass>[0] };
  title: string;
  description: ReactNode;
  words: { action: string; doing: string; failed: string };
  /** Drawn anew each time it opens; `problem` is what the last try came to. */
  children: (problem: ApiProblem | null) => ReactNode;
  send: (fields: FormData) => Promise<Answer<T>>;
  onDone: (value: T) => void;
};

/** A few fields to fill in. What was typed stays when it was not accepted, and is gone when the dialog is closed. */
export function FormDialog<T>({ trigger, title, description, words, children, send, onDone }: Props<T>) {
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(isOpen);

  const change = (open: boolean) => {
    if (isBusy) return;
    setOpen(open);
    setProblem(null);
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    const answer = await send(fields);
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    setOpen(false);
    onDone(answer.value);
  };

  return (
    <Dialog.Root open={isOpen} onOpenChange={change}>
      <Dialog.Trigger className={buttonClass(trigger.variant ?? "secondary")}>{trigger.label}</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop z-40" />
        <Dialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <Dialog.Popup className="popup w-full max-w-[520px] p-5 outline-none">
            <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
              <div>
                <Dialog.Title className="text-lg font-semibold wrap-anywhere">{title}</Dialog.Title>
                <Dialog.Description className="mt-1 wrap-anywhere text-muted">{description}</Dialog.Description>
              </div>
              {children(problem)}
              <div role="alert" className="contents">
                {problem !== null && (
                  <Callout tone="bad" title={problem.title} code={problem.code}>
                    {problem.errors.length > 0 ? (
                      <ul>
                        {problem.errors.map(({ pointer, detail }) => (
                          <li key={`${pointer} ${detail}`}>{detail}</li>
                        ))}
                      </ul>
                    ) : (
                      (problem.detail ?? words.failed)
                    )}
                  </Callout>
                )}
              </div>
              <div className="flex flex-wrap justify-end gap-2">
                <Dialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                  Cancel
                </Dialog.Close>
                <Button type="submit" variant="primary" disabled={isBusy}>
                  {isBusy ? words.doing : words.action}
                </Button>
              </div>
            </form>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
