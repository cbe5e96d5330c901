"use client";

import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";
import { sendToApi } from "../../_browser/send-to-api.ts";
import { Button } from "../../_components/button.tsx";
import { Callout } from "../../_components/callout.tsx";
import { CredentialField } from "../../_components/credential-field.tsx";
import type { ApiProblem } from "../../_queries/problem.ts";

const fields = [
  { name: "current_password", label: "Current password", autoComplete: "current-password", minLength: 1 },
  { name: "new_password", label: "New password, 12 characters or more", autoComplete: "new-password", minLength: 12 },
] as const;

export function PasswordForm({ email }: { email: string }) {
  const router = useRouter();
  const [isBusy, setBusy] = useState(false);
  const [isDone, setDone] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = new FormData(form);
    setBusy(true);
    setDone(false);
    setProblem(null);
    const answer = await sendToApi<undefined>(
      "PUT",
      "/session/password",
      Object.fromEntries(fields.map(({ name }) => [name, typed.get(name)])),
    );
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    form.reset();
    setDone(true);
    router.refresh();
  };

  // Method and action count only before the script has loaded: a password must never end up in an address.
  return (
    <form
      method="post"
      action="/api/v1/session/password"
      onSubmit={(event) => void submit(event)}
      className="card flex flex-col gap-4 p-4"
    >
      <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
      {fields.map(({ name, label, autoComplete, minLength }) => (
        <CredentialField
          key={name}
          name={name}
          label={label}
          type="password"
          autoComplete={autoComplete}
          minLength={minLength}
          maxLength={200}
          fault={problem?.errors.find(({ pointer }) => pointer === `/${name}`)?.detail}
        />
      ))}
      <output className="contents">
        {isDone && (
          <Callout tone="good" title="Your password is changed">
            Your other sessions have ended.
          </Callout>
        )}
      </output>
      {problem !== null && problem.errors.length === 0 && (
        <div role="alert">
          <Callout tone="bad" title={problem.title} code={problem.code}>
            {problem.detail}
          </Callout>
        </div>
      )}
      <p className="text-sm text-muted">
        All your other sessions end. For approvals you count as a second person again only after the waiting time.
      </p>
      <div>
        <Button type="submit" variant="primary" disabled={isBusy}>
          {isBusy ? "Changing…" : "Change password"}
        </Button>
      </div>
    </form>
  );
}
