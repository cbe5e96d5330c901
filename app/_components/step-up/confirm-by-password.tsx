"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useRef, useState, type FormEvent } from "react";
import { askApi } from "../../_browser/ask-api.ts";
import type { ApiProblem } from "../../_queries/problem.ts";
import { Button, buttonClass } from "../button.tsx";
import { Callout } from "../callout.tsx";
import { CredentialField } from "../credential-field.tsx";

type Props = { email: string; isBusy: boolean; onBusy: (isBusy: boolean) => void; onConfirmed: () => void };

/** Lives as long as its question. */
export function ConfirmByPassword({ email, isBusy, onBusy, onConfirmed }: Props) {
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const field = useRef<HTMLInputElement>(null);

  const confirm = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onBusy(true);
    setProblem(null);
    const password = field.current?.value ?? "";
    const answer = await askApi("PUT", "/api/v1/session/confirmation", { password });
    onBusy(false);
    if (answer.kind === "ok") {
      onConfirmed();
      return;
    }
    const isWrong = answer.problem.status === 422;
    setProblem(isWrong ? { ...answer.problem, title: "The password is wrong", detail: "Try again." } : answer.problem);
    field.current?.select();
  };

  return (
    <form onSubmit={(event) => void confirm(event)} className="mt-4 flex flex-col gap-3">
      {problem !== null && (
        <div role="alert">
          <Callout tone="bad" title={problem.title}>
            {problem.detail}
          </Callout>
        </div>
      )}
      <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
      <CredentialField
        ref={field}
        label={
          <>
            Password of <span className="font-normal wrap-anywhere text-muted">{email}</span>
          </>
        }
        name="password"
        type="password"
        autoComplete="current-password"
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
  );
}
