"use client";

import { useEffect, useState, type FormEvent } from "react";
import { signIn } from "../_browser/sign-in.ts";
import { leaveForSso } from "../_browser/sso.ts";
import { Button } from "../_components/button.tsx";
import { Callout } from "../_components/callout.tsx";
import { unreachable, type ApiProblem } from "../_queries/problem.ts";
import { acceptInvitation, lookUpInvitation, type FoundInvitation } from "./invitation-api.ts";

type State = { kind: "looking" } | { kind: "found"; token: string; invitation: FoundInvitation } | { kind: "over" };

const over = "It was used, withdrawn, or its three days are over. Ask whoever invited you for another.";

/** Shows what the link is for, and takes a name and a password, or leads through single sign-on. */
export function AcceptInvitation() {
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
      <Callout tone="warn" title="This invitation is over">
        {over}
      </Callout>
    );
  }
  if (state.kind === "looking") {
    return problem === null ? (
      <output className="block text-center text-sm text-muted">Looking the invitation up…</output>
    ) : (
      <div role="alert">
        <Callout tone="bad" title={problem.title}>
          {problem.detail}
        </Callout>
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
    location.assign(outcome === "signed_in" ? "/" : "/sign-in");
  };
  const leave = async () => {
    setBusy(true);
    setProblem(null);
    const detail = await leaveForSso({ invitation: token, next: "/" });
    setBusy(false);
    setProblem({ ...unreachable, title: "Single sign-on is not possible right now", detail });
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
          <p className="flex items-center gap-3 text-xs text-subtle before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            or with a password
          </p>
        </>
      )}
      <input type="hidden" name="email" autoComplete="username" value={invitation.email} readOnly />
      <Field name="name" label="Your name" type="text" autoComplete="name" fault={faultOf("name")} />
      <Field
        name="password"
        label="A password, 12 characters or more"
        type="password"
        autoComplete="new-password"
        fault={faultOf("password")}
      />
      <Button type="submit" variant={sso === null ? "primary" : "secondary"} size="large" disabled={isBusy}>
        {isBusy ? "Accepting…" : "Accept"}
      </Button>
    </form>
  );
}

type FieldProps = { name: string; label: string; type: string; autoComplete: string; fault: string | undefined };

function Field({ name, label, type, autoComplete, fault }: FieldProps) {
  const faultId = `${name}-fault`;
  return (
    <label className="flex flex-col gap-1.5 text-sm font-medium">
      {label}
      <input
        name={name}
        type={type}
        autoComplete={autoComplete}
        required
        maxLength={200}
        minLength={type === "password" ? 12 : 1}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : faultId}
        className="control control-large font-normal"
      />
      {fault !== undefined && (
        <span id={faultId} role="alert" className="font-normal text-bad">
          It {fault}.
        </span>
      )}
    </label>
  );
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
}
