"use client";

import { useState } from "react";
import { endSession } from "../_browser/sign-out.ts";
import { leaveForSso } from "../_browser/sso.ts";
import { Button, buttonClass } from "../_components/button.tsx";
import { Callout } from "../_components/callout.tsx";
import { confirmedAsAnother, failureWords, wordsOfProblem, type Failure, type FailureWords } from "./failure-words.ts";
import { confirmedPath } from "./next-path.ts";

type Props = {
  failure: Failure;
  /** Of who is signed in. */
  email: string;
  /** What they had left for: to sign in, or to confirm who they are, here or in the window that the dialog opened. */
  way: "sign_in" | "confirm" | "confirm_in_window";
  next: string;
};

/** Came back from the identity provider in vain, while somebody is signed in in this browser: what happened, and each way on. */
export function StillSignedIn({ failure, email, way, next }: Props) {
  const isAnother = failure === "sso_another_person";
  const [words, setWords] = useState<FailureWords>(
    isAnother && way !== "sign_in" ? confirmedAsAnother : failureWords[failure],
  );
  const [isBusy, setBusy] = useState(false);
  const isWindow = way === "confirm_in_window";

  const leave = async (wish: Parameters<typeof leaveForSso>[0], isSignedOutFirst: boolean) => {
    setBusy(true);
    if (isSignedOutFirst && !(await endSession())) {
      setBusy(false);
      setWords({ title: "You could not be signed out", text: "The API does not answer. Try again in a moment." });
      return;
    }
    const problem = await leaveForSso(wish);
    setBusy(false);
    setWords(wordsOfProblem(problem));
  };

  return (
    <div className="card flex flex-col gap-4 p-5">
      <div role="alert">
        <Callout tone="bad" title={words.title}>
          {words.text}
        </Callout>
      </div>
      <p className="text-center text-sm text-muted">
        You are signed in still, as
        <span className="block font-medium wrap-anywhere text-ink">{email}</span>
      </p>
      {way === "sign_in" && (
        <Button
          variant={isAnother ? "primary" : "secondary"}
          size="large"
          disabled={isBusy}
          onClick={() => void leave({ next }, true)}
        >
          {isAnother ? "Sign out and go on as the other" : "Sign out and try again"}
        </Button>
      )}
      {way !== "sign_in" && (
        <Button
          variant="primary"
          size="large"
          disabled={isBusy}
          onClick={() => void leave({ fresh: true, next: isWindow ? confirmedPath : next }, false)}
        >
          Try again
        </Button>
      )}
      {isWindow ? (
        <p className="text-center text-xs text-subtle">Or close this window, and go on in the other one.</p>
      ) : (
        // A full load: who is signed in may have changed meanwhile.
        <a href={next} className={buttonClass("secondary", "large")}>
          Stay signed in
        </a>
      )}
      {way === "sign_in" && isAnother && (
        <p className="text-center text-xs text-balance text-subtle">
          You followed an invitation? Sign out first, then open its link again.
        </p>
      )}
    </div>
  );
}
