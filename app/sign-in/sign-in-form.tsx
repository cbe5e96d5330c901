"use client";

import { useRef, useState, type FormEvent } from "react";
import { signIn, type SignInOutcome } from "../_browser/sign-in.ts";
import { Button } from "../_components/button.tsx";
import { Callout } from "../_components/callout.tsx";

type Failure = Exclude<SignInOutcome, "signed_in">;

const failures: Record<Failure, { title: string; text: string }> = {
  wrong: { title: "Email or password is wrong", text: "Check both and try again." },
  too_many: { title: "Too many tries", text: "Wait a minute, then try again." },
  expired: { title: "This page had expired", text: "It is fresh again: sign in once more." },
  unavailable: {
    title: "Signing in is not possible right now",
    text: "The API does not answer. Try again in a moment.",
  },
};

type Props = { next: string; initialError: Failure | null };

export function SignInForm({ next, initialError }: Props) {
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
          <Callout tone="bad" title={failures[failure].title}>
            {failures[failure].text}
          </Callout>
        )}
      </div>
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
      <Button type="submit" variant="primary" size="large" disabled={isBusy}>
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
