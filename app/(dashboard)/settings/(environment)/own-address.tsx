"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition, type FormEvent } from "react";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { ConfirmDialog } from "../../../_components/confirm-dialog.tsx";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { TextField } from "../../webhooks/_parts/text-field.tsx";
import { saveEnvironment } from "../_parts/save-environment.ts";

type Props = { address: string | null; publicOrigin: string; mayWrite: boolean };

/** Under which name customers meet the connect pages. */
export function OwnAddress({ address, publicOrigin, mayWrite }: Props) {
  const router = useRouter();
  const [isEditing, setEditing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [isUpdating, startTransition] = useTransition();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(isEditing);
  const update = () => startTransition(() => router.refresh());
  const wrong = problem?.errors.find(({ pointer }) => pointer === "/connect_url")?.detail ?? null;

  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get("address");
    setBusy(true);
    setProblem(null);
    const answer = await saveEnvironment({ connect_url: typeof typed === "string" ? typed.trim() : "" });
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    setEditing(false);
    update();
  };

  return (
    <div className="card divide-y divide-line text-sm">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 p-4">
        <p className="min-w-0 flex-[1_1_240px]">
          Links lead to{" "}
          <code className="font-mono text-xs wrap-anywhere">{`${address ?? publicOrigin}/connect/…`}</code>
        </p>
        {mayWrite && !isEditing && (
          <div className="flex flex-wrap gap-2">
            {address !== null && (
              <ConfirmDialog
                trigger={{ label: "Take it back…", variant: "ghost", isDisabled: isUpdating }}
                title="Lead links to Evergrant's own address again?"
                description={<code className="font-mono text-xs">{publicOrigin}</code>}
                effects={[
                  "New links lead there. Those that are out go on working while the name leads to Evergrant.",
                  "Take it back before the name leads elsewhere: whoever has the name then would get your links.",
                ]}
                words={{
                  action: "Take it back",
                  doing: "Saving…",
                  keep: "Keep your name",
                  failed: "Nothing was changed. Try again.",
                }}
                act={() => saveEnvironment({ connect_url: null })}
                onDone={update}
              />
            )}
            <Button onClick={() => setEditing(true)}>{address === null ? "Use your own name" : "Change it"}</Button>
          </div>
        )}
      </div>
      {isEditing && (
        <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4 p-4">
          <ol className="list-decimal space-y-1 pl-5 text-muted marker:text-subtle">
            <li>Let the name lead to Evergrant (a CNAME), with a certificate for it where TLS ends.</li>
            <li>Let the proxy in front pass the Host of a request on.</li>
            <li>Use the name for nothing else, and one for each environment.</li>
          </ol>
          <TextField
            name="address"
            label="Origin"
            type="url"
            required
            isCode
            maxLength={300}
            defaultValue={address ?? ""}
            placeholder="https://link.example.com"
            help="Scheme and name, without a path. Redirect URIs at the providers stay where they are."
            wrong={wrong}
          />
          {problem !== null && wrong === null && (
            <div role="alert">
              <Callout tone="bad" title={problem.title} code={problem.code}>
                {problem.detail ?? "Nothing was changed. Try again."}
              </Callout>
            </div>
          )}
          <div className="flex flex-wrap gap-2">
            <Button type="submit" variant="primary" disabled={isBusy}>
              {isBusy ? "Saving…" : "Lead links there"}
            </Button>
            <Button
              variant="ghost"
              onClick={() => {
                setEditing(false);
                setProblem(null);
              }}
            >
              Cancel
            </Button>
          </div>
        </form>
      )}
    </div>
  );
}
