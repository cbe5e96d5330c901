"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { SessionView } from "#api/schemas/session";
import { askApi } from "../../_browser/ask-api.ts";
import { startSso } from "../../_browser/sso.ts";
import type { ApiProblem } from "../../_queries/problem.ts";
import { confirmedPath } from "../../sign-in/next-path.ts";
import { Button, buttonClass } from "../button.tsx";
import { Callout } from "../callout.tsx";

const askEveryMs = 1000;

type Props = { isOnlyWay: boolean; onConfirmed: () => void };

/** In a window of its own: what was typed on the page stays. Lives as long as its question. */
export function ConfirmBySso({ isOnlyWay, onConfirmed }: Props) {
  const [isAway, setAway] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const isOver = useRef(false);
  const confirmed = useEffectEvent(onConfirmed);

  useEffect(() => {
    isOver.current = false;
    return () => {
      isOver.current = true;
    };
  }, []);

  // Who confirms in another window is noticed here: that window may be of a site that keeps us from each other.
  useEffect(() => {
    if (!isAway) return undefined;
    let isAsking = false;
    const look = async () => {
      if (isAsking) return;
      isAsking = true;
      const answer = await askApi<SessionView>("GET", "/api/v1/session");
      isAsking = false;
      if (!isOver.current && answer.kind === "ok" && answer.value.confirmed_until !== null) confirmed();
    };
    const timer = setInterval(() => void look(), askEveryMs);
    return () => clearInterval(timer);
  }, [isAway]);

  const leave = async () => {
    setProblem(null);
    // At the press, or the browser takes it for an advertisement.
    const popup = window.open("", "evergrant-confirm", "popup,width=520,height=720");
    const here = `${location.pathname}${location.search}`;
    const started = await startSso({ fresh: true, next: popup === null ? here : confirmedPath });
    if (isOver.current || started.kind === "problem") {
      popup?.close();
      if (started.kind === "problem") setProblem(started.problem);
      return;
    }
    if (popup === null) location.assign(started.value.url);
    else popup.location.href = started.value.url;
    setAway(true);
  };

  return (
    <>
      {problem !== null && (
        <div role="alert">
          <Callout tone="bad" title={problem.title}>
            {problem.detail}
          </Callout>
        </div>
      )}
      {isAway && <output className="text-sm text-muted">Go on in the other window.</output>}
      <div className={isOnlyWay ? "flex justify-end gap-2 max-sm:flex-col-reverse" : "grid"}>
        {isOnlyWay && <Dialog.Close className={buttonClass("secondary")}>Cancel</Dialog.Close>}
        <Button variant={isOnlyWay ? "primary" : "secondary"} onClick={() => void leave()}>
          {isAway ? "Open it again" : "Confirm through single sign-on"}
        </Button>
      </div>
    </>
  );
}
