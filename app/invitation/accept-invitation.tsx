"use client";

import Link from "next/link";
import { useEffect, useState, type FormEvent } from "react";
import { signIn } from "../_browser/sign-in.ts";
import { endSession } from "../_browser/sign-out.ts";
import { leaveForSso } from "../_browser/sso.ts";
import { textOf } from "../_browser/text-of.ts";
import { Button } from "../_components/button.tsx";
import { Callout } from "../_components/callout.tsx";
import { CredentialField } from "../_components/credential-field.tsx";
import { OrLine } from "../_components/or-line.tsx";
import { unreachable, type ApiProblem } from "../_queries/problem.ts";
import { acceptInvitation, lookUpInvitation, type FoundInvitation } from "./invitation-api.ts";

type State = { kind: "looking" } | { kind: "found"; token: string; invitation: FoundInvitation } | { kind: "over" };

const over = "It was used, withdrawn, or its three days are over. Ask whoever invited you for another.";

const notSignedOut: ApiProblem = { ...unreachable, detail: "Nobody was signed out. Try again in a moment." };

/** Shows what the link is for, and takes a name and a password, or leads through single sign-on. */
export function AcceptInvitation({ signedInAs }: { signedInAs: string | null }) {
  const [state, setState] = useState<State>({ kind: "looking" });
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);

  useEffect(() => {
    const token = location.hash.slice(1);
    void lookUpInvitation(token).then((answer) => {
      if (answer.kind === "ok") setState({ kind: "found", token, invitation: answer.value });
      else if (answer.problem.code === "not_found") setState({ kind: "over" });
      else setProblem(answer.problem);
    });
  }, []);

  if (state.kind === "over") {
    return (
      <div className="flex flex-col gap-4">
        <Callout tone="warn" title="This invitation is over">
          {over}
        </Callout>
        <p className="text-center text-sm text-muted">
          You accepted it already?{" "}
          <Link href="/sign-in" prefetch={false} className="font-medium text-accent hover:underline">
            Sign in
          </Link>
        </p>
      </div>
    );
  }
  if (state.kind === "looking") {
    return problem === null ? (
      <output className="block text-center text-sm text-muted">Looking the invitation up…</output>
    ) : (
      <div role="alert" className="card flex flex-col gap-4 p-5">
        <Callout tone="bad" title={problem.title}>
          {problem.detail}
        </Callout>
        <Button size="large" onClick={() => location.reload()}>
          Try again
        </Button>
      </div>
    );
  }

  const { token, invitation } = state;
  const accept = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const password = textOf(typed, "password");
    setBusy(true);
    setProblem(null);
    const answer = await acceptInvitation({ token, name: textOf(typed, "name"), password });
    if (answer.kind === "problem") {
      setBusy(false);
      if (answer.problem.code === "not_found") setState({ kind: "over" });
      else setProblem(answer.problem);
      return;
    }
    // The link is spent: it must not stand in the history.
    history.replaceState(null, "", location.pathname);
    const outcome = await signIn(answer.value.email, password, "/");
    location.assign(outcome.kind === "signed_in" ? "/" : "/sign-in");
  };
  const leave = async () => {
    setBusy(true);
    setProblem(null);
    // Otherwise who comes back would be somebody else than who is signed in here, and be refused.
    const isOut = signedInAs === null || (await endSession());
    const found = isOut ? await leaveForSso({ invitation: token, next: "/" }) : notSignedOut;
    setBusy(false);
    setProblem(found);
  };
  const faultOf = (name: string): string | undefined =>
    problem?.errors.find(({ pointer }) => pointer === `/${name}`)?.detail;
  const { sso } = invitation.sign_in;

  // Method and action count only before the script has loaded: a password must never end up in an address.
  return (
    <form
      method="post"
      action="/api/v1/invitation/accept"
      onSubmit={(event) => void accept(event)}
      className="card flex flex-col gap-4 p-5"
    >
      <p className="text-center text-sm text-muted">
        As <span className="font-medium text-ink">{invitation.role}</span>, with the address
        <span className="block font-medium wrap-anywhere text-ink">{invitation.email}</span>
      </p>
      {signedInAs !== null && (
        <Callout tone="warn" title="Somebody is signed in here">
          {signedInAs}. Accepting signs them out in this browser.
        </Callout>
      )}
      {problem !== null && problem.errors.length === 0 && (
        <div role="alert">
          <Callout tone="bad" title={problem.title}>
            {problem.detail}
          </Callout>
        </div>
      )}
      {sso !== null && (
        <>
          <Button variant="primary" size="large" disabled={isBusy} onClick={() => void leave()}>
            Accept with {sso.label}
          </Button>
          <OrLine words="or with a password" />
        </>
      )}
      <input type="hidden" name="email" autoComplete="username" value={invitation.email} readOnly />
      <CredentialField
        label="Your name"
        name="name"
        type="text"
        autoComplete="name"
        maxLength={200}
        fault={faultOf("name")}
        isLarge
      />
      <CredentialField
        label="A password, 12 characters or more"
        name="password"
        type="password"
        autoComplete="new-password"
        minLength={12}
        maxLength={200}
        fault={faultOf("password")}
        isLarge
      />
      <Button type="submit" variant={sso === null ? "primary" : "secondary"} size="large" disabled={isBusy}>
        {isBusy ? "Accepting…" : "Accept"}
      </Button>
    </form>
  );
}
