"use client";

import { useRef, useState, type FormEvent } from "react";
import { signIn } from "../_browser/sign-in.ts";
import { leaveForSso } from "../_browser/sso.ts";
import { Button } from "../_components/button.tsx";
import { Callout } from "../_components/callout.tsx";
import type { SignInMethodsView } from "../_queries/administrators.ts";
import { failureWords, type Failure } from "./failure-words.ts";

type Props = { next: string; initialError: Failure | null; sso: SignInMethodsView["sso"] };

export function SignInForm({ next, initialError, sso }: Props) {
  const [failure, setFailure] = useState<Failure | null>(initialError);
  const [isBusy, setBusy] = useState(false);
  const password = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(null);
    const outcome = await signIn(textOf(fields, "email"), textOf(fields, "password"), next);
    if (outcome === "signed_in") {
      location.assign(next);
      return;
    }
    setBusy(false);
    setFailure(outcome);
    password.current?.select();
  };

  const leave = async () => {
    setBusy(true);
    setFailure(null);
    await leaveForSso({ next });
    setBusy(false);
    setFailure("sso_unavailable");
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
          <Callout tone="bad" title={failureWords[failure].title}>
            {failureWords[failure].text}
          </Callout>
        )}
      </div>
      {sso !== null && (
        <>
          <Button variant="primary" size="large" disabled={isBusy} onClick={() => void leave()}>
            Sign in with {sso.label}
          </Button>
          <p className="flex items-center gap-3 text-xs text-subtle before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            or with a password
          </p>
        </>
      )}
      <label className="flex flex-col gap-1.5 text-sm font-medium">
        Email
        <input
          name="email"
          type="email"
          autoComplete="username"
          required
          autoCapitalize="none"
          spellCheck={false}
          className="control control-large font-normal"
        />
      </label>
      <label className="flex flex-col gap-1.5 text-sm font-medium">
        Password
        <input
          ref={password}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          className="control control-large font-normal"
        />
      </label>
      <Button type="submit" variant={sso === null ? "primary" : "secondary"} size="large" disabled={isBusy}>
        {isBusy ? "Signing in…" : "Sign in"}
      </Button>
      <noscript>
        <p className="text-sm text-bad">Signing in needs JavaScript, which is off in this browser.</p>
      </noscript>
    </form>
  );
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}
