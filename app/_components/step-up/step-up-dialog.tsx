"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useEffect, useId, useRef, useState, type FormEvent } from "react";
import type { SessionView } from "#api/schemas/session";
import { answerWith } from "../../_browser/ask-who-it-is.ts";
import { startSso } from "../../_browser/sso.ts";
import type { ApiProblem } from "../../_queries/problem.ts";
import { readProblem, unreachable } from "../../_queries/problem.ts";
import { Button, buttonClass } from "../button.tsx";
import { Callout } from "../callout.tsx";
import { usePausedUpdates } from "../live-updates.tsx";

type Props = { email: string; confirmWith: SessionView["confirm_with"] };

const askEveryMs = 1000;

/** Asks who it is before something dangerous, once for some minutes, and lets what was begun go on. */
export function StepUpDialog({ email, confirmWith }: Props) {
  const [settle, setSettle] = useState<((isThem: boolean) => void) | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isAway, setAway] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const isOpen = settle !== null;
  const hasPassword = confirmWith.includes("password");
  usePausedUpdates(isOpen);

  useEffect(() => answerWith(() => new Promise<boolean>((resolve) => setSettle(() => resolve))), []);

  const end = (isThem: boolean) => {
    settle?.(isThem);
    setSettle(null);
    setAway(false);
    setBusy(false);
    setProblem(null);
  };

  // Who confirms in another window is noticed here: that window may be of a site that keeps us from each other.
  useEffect(() => {
    if (!isAway) return undefined;
    const timer = setInterval(() => {
      void isConfirmed().then((isThem) => {
        if (isThem) end(true);
      });
    }, askEveryMs);
    return () => clearInterval(timer);
  });

  const confirm = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const found = await sendPassword(field.current?.value ?? "");
    if (found === null) {
      end(true);
      return;
    }
    setBusy(false);
    setProblem(found);
    field.current?.select();
  };

  const leave = async () => {
    setProblem(null);
    // At the press, or the browser takes it for an advertisement.
    const popup = window.open("", "evergrant-confirm", "popup,width=520,height=720");
    const here = `${location.pathname}${location.search}`;
    const started = await startSso({ fresh: true, next: popup === null ? here : "/sign-in/confirmed" });
    if (started.url === null) {
      popup?.close();
      setProblem({ ...unreachable, title: "Single sign-on is not possible right now", detail: started.detail });
      return;
    }
    if (popup === null) location.assign(started.url);
    else popup.location.href = started.url;
    setAway(true);
  };

  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && !isBusy && end(false)}>
      <Dialog.Portal>
        <Dialog.Backdrop forceRender className="backdrop z-50" />
        <Dialog.Viewport className="fixed inset-0 z-50 grid place-items-center overflow-y-auto p-4">
          <Dialog.Popup data-on-top className="popup w-full max-w-[400px] p-5 outline-none">
            <Dialog.Title className="text-lg font-semibold">Confirm that it is you</Dialog.Title>
            <Dialog.Description className="mt-1 text-pretty text-muted">
              What you are about to do is not for a browser that somebody left open. You are asked once for some
              minutes.
            </Dialog.Description>
            {problem !== null && (
              <div role="alert" className="mt-4">
                <Callout tone="bad" title={problem.title}>
                  {problem.detail}
                </Callout>
              </div>
            )}
            {hasPassword && (
              <form onSubmit={(event) => void confirm(event)} className="mt-4 flex flex-col gap-3">
                <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
                <label htmlFor={id} className="text-sm font-medium">
                  Password of <span className="font-normal wrap-anywhere text-muted">{email}</span>
                </label>
                <input
                  ref={field}
                  id={id}
                  name="password"
                  type="password"
                  autoComplete="current-password"
                  required
                  className="control w-full"
                />
                <div className="mt-2 flex flex-wrap justify-end gap-2">
                  <Dialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                    Cancel
                  </Dialog.Close>
                  <Button type="submit" variant="primary" disabled={isBusy}>
                    {isBusy ? "Confirming…" : "Confirm"}
                  </Button>
                </div>
              </form>
            )}
            {confirmWith.includes("sso") && (
              <div className="mt-4 flex flex-col gap-3">
                {hasPassword && <Or />}
                {isAway && <output className="text-sm text-muted">Go on in the other window.</output>}
                <div className={hasPassword ? "grid" : "flex justify-end gap-2 max-sm:flex-col-reverse"}>
                  {!hasPassword && <Dialog.Close className={buttonClass("secondary")}>Cancel</Dialog.Close>}
                  <Button variant={hasPassword ? "secondary" : "primary"} onClick={() => void leave()}>
                    {isAway ? "Open it again" : "Confirm through single sign-on"}
                  </Button>
                </div>
              </div>
            )}
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Or() {
  return (
    <p className="flex items-center gap-3 text-xs text-subtle before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      or
    </p>
  );
}

/** @returns null: it was the password */
async function sendPassword(password: string): Promise<ApiProblem | null> {
  try {
    const response = await fetch("/api/v1/session/confirmation", {
      method: "PUT",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ password }),
    });
    if (response.ok) return null;
    const problem = await readProblem(response);
    return problem.status === 422 ? { ...problem, title: "The password is wrong", detail: "Try again." } : problem;
  } catch {
    return unreachable;
  }
}

async function isConfirmed(): Promise<boolean> {
  try {
    const response = await fetch("/api/v1/session", { credentials: "same-origin", cache: "no-store" });
    return response.ok && ((await response.json()) as SessionView).confirmed_until !== null;
  } catch {
    return false;
  }
}
