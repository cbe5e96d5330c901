"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useId, useState, type ReactNode } from "react";
import type { Answer, ApiProblem } from "../_queries/problem.ts";
import { Button, buttonClass } from "./button.tsx";
import { Callout } from "./callout.tsx";
import { usePausedUpdates } from "./live-updates.tsx";

type Variant = Parameters<typeof buttonClass>[0];

type Props<T> = {
  trigger: { label: string; variant: Variant; isDisabled?: boolean };
  title: string;
  description: ReactNode;
  /** What will happen, one by one. */
  effects: readonly string[];
  /** `doing` stands on the button while it is done; `failed` where the API says no more than that it was not. */
  words: { action: string; doing: string; keep: string; failed: string };
  /** What has to be chosen before it is done. */
  children?: ReactNode;
  /** What has to be typed before it can be done: for what nobody should do without having read it. */
  typed?: { word: string; label: string };
  /** Nothing would come of it as it stands. */
  isIdle?: boolean;
  variant?: "primary" | "danger";
  /** Before it shows: what was chosen the last time is forgotten. */
  onOpen?: () => void;
  act: () => Promise<Answer<T>>;
  onDone: (value: T) => void;
  /** After a dialog that met a problem: what stands behind it may be old. */
  onGivenUp?: () => void;
};

/** Says exactly what something does before it is done. */
export function ConfirmDialog<T>({ trigger, title, description, effects, words, act, ...rest }: Props<T>) {
  const { variant = "danger", typed, isIdle = false, children, onOpen, onDone, onGivenUp } = rest;
  const id = useId();
  const [entry, setEntry] = useState("");
  const isProven = typed === undefined || entry.trim() === typed.word;
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(isOpen);

  const confirm = async () => {
    setBusy(true);
    setProblem(null);
    const answer = await act();
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    setOpen(false);
    onDone(answer.value);
  };

  const change = (open: boolean) => {
    if (isBusy) return;
    if (open) onOpen?.();
    setOpen(open);
    setProblem(null);
    setEntry("");
    if (!open && problem !== null) onGivenUp?.();
  };

  return (
    <AlertDialog.Root open={isOpen} onOpenChange={change}>
      <AlertDialog.Trigger className={buttonClass(trigger.variant)} disabled={trigger.isDisabled === true}>
        {trigger.label}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop z-40" />
        <AlertDialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <AlertDialog.Popup className="popup w-full max-w-[480px] p-5 outline-none">
            <AlertDialog.Title className="text-lg font-semibold wrap-anywhere">{title}</AlertDialog.Title>
            <AlertDialog.Description className="mt-1 wrap-anywhere text-muted">{description}</AlertDialog.Description>
            <ul className="mt-3 list-disc space-y-1 pl-5 text-sm wrap-anywhere marker:text-subtle">
              {effects.map((effect) => (
                <li key={effect}>{effect}</li>
              ))}
            </ul>
            {children !== undefined && <div className="mt-4">{children}</div>}
            {typed !== undefined && (
              <div className="mt-4 flex flex-col gap-1.5">
                <label htmlFor={id} className="text-sm font-medium wrap-anywhere">
                  {typed.label}
                </label>
                <input
                  id={id}
                  value={entry}
                  onChange={(event) => setEntry(event.target.value)}
                  autoComplete="off"
                  autoCapitalize="none"
                  spellCheck={false}
                  className="control w-full font-mono"
                />
              </div>
            )}
            {problem !== null && (
              <div role="alert" className="mt-4">
                <Callout tone="bad" title={problem.title} code={problem.code}>
                  {problem.detail ?? words.failed}
                </Callout>
              </div>
            )}
            <div className="mt-5 flex flex-wrap justify-end gap-2">
              <AlertDialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                {words.keep}
              </AlertDialog.Close>
              <Button variant={variant} disabled={isBusy || !isProven || isIdle} onClick={() => void confirm()}>
                {isBusy ? words.doing : words.action}
              </Button>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
