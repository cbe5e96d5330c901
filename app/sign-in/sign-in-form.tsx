"use client";

import { useRef, useState, type FormEvent } from "react";
import { signIn } from "../_browser/sign-in.ts";
import { leaveForSso } from "../_browser/sso.ts";
import { textOf } from "../_browser/text-of.ts";
import { Button } from "../_components/button.tsx";
import { Callout } from "../_components/callout.tsx";
import { CredentialField } from "../_components/credential-field.tsx";
import { OrLine } from "../_components/or-line.tsx";
import type { SignInMethodsView } from "../_queries/administrators.ts";
import { failureWords, wordsOfProblem, type Failure, type FailureWords } from "./failure-words.ts";

type Props = { next: string; initialFailure: Failure | null; sso: SignInMethodsView["sso"] };

export function SignInForm({ next, initialFailure, sso }: Props) {
  const [failure, setFailure] = useState<FailureWords | null>(
    initialFailure === null ? null : failureWords[initialFailure],
  );
  const [isBusy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(null);
    const outcome = await signIn(textOf(fields, "email"), textOf(fields, "password"), next);
    if (outcome.kind === "signed_in") {
      location.assign(next);
      return;
    }
    const { title, text } = failureWords[outcome.why];
    setBusy(false);
    setFailure({ title, text: outcome.detail ?? text });
    password.current?.select();
  };

  const leave = async () => {
    setBusy(true);
    setFailure(null);
    const problem = await leaveForSso({ next });
    setBusy(false);
    setFailure(wordsOfProblem(problem));
  };

  // Method and action count only before the script has loaded: the password must never end up in an address.
  return (
    <form
      method="post"
      action="/api/auth/callback/credentials"
      onSubmit={(event) => void submit(event)}
      className="card flex flex-col gap-4 p-5"
    >
      <div role="alert" className="contents">
        {failure !== null && (
          <Callout tone="bad" title={failure.title}>
            {failure.text}
          </Callout>
        )}
      </div>
      {sso !== null && (
        <>
          <Button variant="primary" size="large" disabled={isBusy} onClick={() => void leave()}>
            Sign in with {sso.label}
          </Button>
          <OrLine words="or with a password" />
        </>
      )}
      <CredentialField
        label="Email"
        name="email"
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        isLarge
      />
      <CredentialField
        ref={password}
        label="Password"
        name="password"
        type="password"
        autoComplete="current-password"
        isLarge
      />
      <Button type="submit" variant={sso === null ? "primary" : "secondary"} size="large" disabled={isBusy}>
        {isBusy ? "Signing in…" : "Sign in"}
      </Button>
      <noscript>
        <p className="text-sm text-bad">Signing in needs JavaScript, which is off in this browser.</p>
      </noscript>
    </form>
  );
}
