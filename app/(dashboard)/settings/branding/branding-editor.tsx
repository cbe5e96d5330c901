"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition, type FormEvent } from "react";
import type { AccentView } from "#api/schemas/branding";
import type { EnvironmentView } from "#api/schemas/integration";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { TextField } from "../../webhooks/_parts/text-field.tsx";
import { saveBranding } from "../_parts/save-environment.ts";
import { AccentFields } from "./accent-fields.tsx";
import { changedIn, draftOf, isSame, type BrandDraft } from "./brand-draft.ts";
import { ConnectPreview } from "./connect-preview.tsx";
import { LogoField } from "./logo-field.tsx";
import { useAccent } from "./use-accent.ts";

type Props = {
  branding: EnvironmentView["branding"];
  accent: AccentView | null;
  host: string;
  environment: string;
  label: string;
};

const places = ["name", "logo", "accent", "support", "privacy_url"].map((field) => `/branding/${field}`);

/** The product as its customers meet it: what is typed on the left, what they would see on the right. */
export function BrandingEditor({ branding, accent, ...preview }: Props) {
  const router = useRouter();
  const [saved, setSaved] = useState(() => draftOf(branding));
  const [draft, setDraft] = useState(saved);
  const [isBusy, setBusy] = useState(false);
  const [, startTransition] = useTransition();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [done, setDone] = useState(false);
  const judged = useAccent(draft.accent, accent);
  const isChanged = !isSame(draft, saved);
  usePausedUpdates(isChanged);
  // Somebody else's change shows itself as long as nobody types here.
  const told = JSON.stringify(branding);
  const [seen, setSeen] = useState(told);
  if (told !== seen && !isChanged) {
    setSeen(told);
    setSaved(draftOf(branding));
    setDraft(draftOf(branding));
  }

  const change = (part: Partial<BrandDraft>) => {
    setDone(false);
    setDraft((now) => ({ ...now, ...part }));
  };
  const wrongAt = (pointer: string): string | null =>
    problem?.errors.find((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`))?.detail ??
    null;
  const isElsewhere = problem !== null && !places.some((pointer) => wrongAt(pointer) !== null);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const answer = await saveBranding(changedIn(draft, saved));
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    const now = draftOf(answer.value.branding);
    setSaved(now);
    setDraft(now);
    setDone(true);
    startTransition(() => router.refresh());
  };

  return (
    <div className="grid items-start gap-6 pt-5 xl:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
      <form onSubmit={(event) => void save(event)} className="card flex flex-col gap-6 p-4 sm:p-6">
        <div role="alert" className="contents">
          {isElsewhere && (
            <Callout tone="bad" title={`Nothing was saved: ${problem.title}`} code={problem.code}>
              {problem.detail ?? problem.errors[0]?.detail ?? "Try again."}
            </Callout>
          )}
        </div>
        <TextField
          name="name"
          label="Product name"
          type="text"
          required={false}
          maxLength={100}
          value={draft.name}
          onChange={(event) => change({ name: event.target.value })}
          placeholder="Northwind Reports"
          help="How the pages call your product. Without one they show the address that the customer sees."
          wrong={wrongAt("/branding/name")}
        />
        <LogoField logo={draft.logo} onChange={(logo) => change({ logo })} refused={wrongAt("/branding/logo")} />
        <AccentFields
          accent={draft.accent}
          judged={judged}
          onChange={(next) => change({ accent: next })}
          wrongAt={wrongAt}
        />
        <TextField
          name="support"
          label="Help"
          type="text"
          required={false}
          isCode
          maxLength={300}
          value={draft.support}
          onChange={(event) => change({ support: event.target.value })}
          placeholder="help@example.com"
          help="An e-mail address, or an address that begins with https://."
          wrong={wrongAt("/branding/support")}
        />
        <TextField
          name="privacy_url"
          label="Privacy policy"
          type="url"
          required={false}
          isCode
          maxLength={300}
          value={draft.privacyUrl}
          onChange={(event) => change({ privacyUrl: event.target.value })}
          placeholder="https://example.com/privacy"
          help="An address that begins with https://."
          wrong={wrongAt("/branding/privacy_url")}
        />
        <div className="flex flex-wrap items-center gap-2 border-t border-line pt-4">
          <Button type="submit" variant="primary" disabled={isBusy || !isChanged}>
            {isBusy ? "Saving…" : "Save"}
          </Button>
          {isChanged && (
            <Button
              variant="ghost"
              onClick={() => {
                setDraft(saved);
                setProblem(null);
              }}
            >
              Discard
            </Button>
          )}
          <output className="text-sm text-muted">
            {done && !isChanged ? "Saved. New pages show it at once." : isChanged ? "Not saved yet." : ""}
          </output>
        </div>
      </form>
      <div className="min-w-0 xl:sticky xl:top-6">
        <ConnectPreview draft={draft} judged={judged} {...preview} />
      </div>
    </div>
  );
}
