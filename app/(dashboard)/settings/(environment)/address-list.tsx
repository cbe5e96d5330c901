"use client";

import { useRouter } from "next/navigation";
import { useId, useState, useTransition, type FormEvent } from "react";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { ConfirmDialog } from "../../../_components/confirm-dialog.tsx";
import { asSentence } from "../../../_components/as-sentence.ts";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { changeList } from "../_parts/save-environment.ts";

export type AddressWords = {
  /** `return URL`, in the middle of a sentence. */
  one: string;
  add: string;
  field: string;
  placeholder: string;
  none: string;
  /** What follows when one is removed. */
  removed: readonly string[];
};

type Props = {
  name: "return_urls" | "allowed_origins";
  addresses: readonly string[];
  mayWrite: boolean;
  words: AddressWords;
};

/** Addresses that are allowed, one a line: added one at a time, and taken away after a question. */
export function AddressList({ name, addresses, mayWrite, words }: Props) {
  const router = useRouter();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [isUpdating, startTransition] = useTransition();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [done, setDone] = useState("");
  usePausedUpdates(typed !== "");
  const update = () => startTransition(() => router.refresh());

  const wrong = problem?.errors.find(({ pointer }) => pointer.startsWith(`/${name}`))?.detail ?? null;
  const isTwice = addresses.includes(typed.trim());
  const faults = isTwice ? "This one is in the list already." : wrong === null ? null : asSentence(wrong);

  const add = async (event: FormEvent) => {
    event.preventDefault();
    const address = typed.trim();
    if (address === "" || isTwice) return;
    setBusy(true);
    setProblem(null);
    setDone("");
    const answer = await changeList(name, (before) => [...before.filter((one) => one !== address), address]);
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    setTyped("");
    setDone(`Added ${address}`);
    update();
  };

  return (
    <div className="card overflow-hidden">
      {addresses.length === 0 ? (
        <p className="px-4 py-4 text-sm text-muted">{words.none}</p>
      ) : (
        <ul aria-label={words.field} className="divide-y divide-line">
          {addresses.map((address) => (
            <li key={address} className="flex min-h-10 items-center justify-between gap-4 py-1 pr-2 pl-4">
              <code className="min-w-0 py-1 font-mono text-xs leading-5 wrap-anywhere">{address}</code>
              {mayWrite && (
                <ConfirmDialog
                  trigger={{ label: "Remove…", variant: "ghost", isDisabled: isUpdating }}
                  title={`Remove this ${words.one}?`}
                  description={<code className="font-mono text-xs">{address}</code>}
                  effects={words.removed}
                  words={{
                    action: "Remove",
                    doing: "Removing…",
                    keep: "Keep it",
                    failed: "It was not removed. Try again.",
                  }}
                  act={() => changeList(name, (before) => before.filter((one) => one !== address))}
                  onDone={() => {
                    setDone(`Removed ${address}`);
                    update();
                  }}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {mayWrite && (
        <form onSubmit={(event) => void add(event)} className="border-t border-line bg-canvas px-4 py-3">
          <label htmlFor={id} className="text-sm font-medium">
            {words.add}
          </label>
          <div className="mt-1.5 flex gap-2">
            <input
              id={id}
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
                setProblem(null);
              }}
              type="url"
              inputMode="url"
              required
              maxLength={2000}
              placeholder={words.placeholder}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              aria-invalid={faults === null ? undefined : true}
              aria-describedby={faults === null ? undefined : `${id}-wrong`}
              className="control min-w-0 flex-1 font-mono"
            />
            <Button type="submit" disabled={isBusy || isTwice}>
              {isBusy ? "Adding…" : "Add"}
            </Button>
          </div>
          {faults !== null && (
            <p id={`${id}-wrong`} role="alert" className="mt-1.5 text-xs font-medium wrap-anywhere text-bad">
              {faults}
            </p>
          )}
          {problem !== null && wrong === null && (
            <div role="alert" className="mt-3">
              <Callout tone="bad" title={problem.title} code={problem.code}>
                {problem.detail ?? "Nothing was added. Try again."}
              </Callout>
            </div>
          )}
          <output className="sr-only">{done}</output>
        </form>
      )}
    </div>
  );
}
