"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useEffect, useRef, useState } from "react";
import type { SessionView } from "#api/schemas/session";
import { answerWith } from "../../_browser/ask-who-it-is.ts";
import { usePausedUpdates } from "../live-updates.tsx";
import { OrLine } from "../or-line.tsx";
import { ConfirmByPassword } from "./confirm-by-password.tsx";
import { ConfirmBySso } from "./confirm-by-sso.tsx";

type Props = { email: string; confirmWith: SessionView["confirm_with"] };

type Question = { number: number; answer: (isThem: boolean) => void };

/** Asks who it is before something dangerous, once for some minutes, and lets what was begun go on. */
export function StepUpDialog({ email, confirmWith }: Props) {
  const [question, setQuestion] = useState<Question | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const open = useRef<Question | null>(null);
  const hasPassword = confirmWith.includes("password");
  usePausedUpdates(isOpen);

  useEffect(() => {
    const takeBack = answerWith(
      () =>
        new Promise<boolean>((answer) => {
          const next = { number: (open.current?.number ?? 0) + 1, answer };
          open.current = next;
          setQuestion(next);
          setBusy(false);
          setOpen(true);
        }),
    );
    return () => {
      takeBack();
      // Nobody is left who could answer.
      open.current?.answer(false);
    };
  }, []);

  /** An answer to a question that is over, from a window or a request that came late, says nothing about the next one. */
  const end = (of: Question, isThem: boolean) => {
    of.answer(isThem);
    if (open.current === of) setOpen(false);
  };

  return (
    <Dialog.Root
      open={isOpen}
      onOpenChange={(isWanted) => !isWanted && !isBusy && question !== null && end(question, false)}
    >
      <Dialog.Portal>
        <Dialog.Backdrop forceRender className="backdrop z-50" />
        <Dialog.Viewport className="fixed inset-0 z-50 grid place-items-center overflow-y-auto p-4">
          <Dialog.Popup data-on-top className="popup w-full max-w-[400px] p-5 outline-none">
            <Dialog.Title className="text-lg font-semibold">Confirm that it is you</Dialog.Title>
            <Dialog.Description className="mt-1 text-pretty text-muted">
              What you are about to do is not for a browser that somebody left open. You are asked once for some
              minutes.
            </Dialog.Description>
            {question !== null && (
              <div key={question.number} className="contents">
                {hasPassword && (
                  <ConfirmByPassword
                    email={email}
                    isBusy={isBusy}
                    onBusy={setBusy}
                    onConfirmed={() => end(question, true)}
                  />
                )}
                {confirmWith.includes("sso") && (
                  <div className="mt-4 flex flex-col gap-3">
                    {hasPassword && <OrLine />}
                    <ConfirmBySso isOnlyWay={!hasPassword} onConfirmed={() => end(question, true)} />
                  </div>
                )}
              </div>
            )}
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
