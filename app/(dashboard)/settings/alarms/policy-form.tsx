"use client";

import { useRouter } from "next/navigation";
import { useState, useTransition, type FormEvent, type ReactNode } from "react";
import type { AnomalyPolicyView } from "#api/schemas/anomaly";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { ConfirmDialog } from "../../../_components/confirm-dialog.tsx";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { SettingCard } from "../_parts/setting-card.tsx";
import { levelNames, levelWords, type StopKind } from "./alarm-words.ts";
import { NumberField } from "./number-field.tsx";
import { policyDraft, policyPatch, type PolicyDraft } from "./policy-draft.ts";
import { savePolicy, wrongAt } from "./save-policy.ts";
import { StopChoice } from "./stop-choice.tsx";

const most = 10_000_000;

/** When alarms ring for everybody, and which of them stop a key. */
export function PolicyForm({ policy }: { policy: AnomalyPolicyView }) {
  const router = useRouter();
  const [saved, setSaved] = useState(() => policyDraft(policy));
  const [draft, setDraft] = useState(saved);
  const [isBusy, setBusy] = useState(false);
  const [, startTransition] = useTransition();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [done, setDone] = useState(false);
  const patch = policyPatch(saved, draft);
  const isChanged = Object.keys(patch).length > 0;
  usePausedUpdates(isChanged);

  const change = (part: Partial<PolicyDraft>) => {
    setDone(false);
    setDraft((now) => ({ ...now, ...part }));
  };
  const taken = (now: AnomalyPolicyView) => {
    setSaved(policyDraft(now));
    setDraft(policyDraft(now));
    setDone(true);
    startTransition(() => router.refresh());
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const answer = await savePolicy(patch);
    setBusy(false);
    if (answer.kind === "problem") setProblem(answer.problem);
    else taken(answer.value);
  };

  const levels = (group: "least" | "newcomer"): ReactNode => (
    <div className="card flex flex-col gap-2 p-4">
      {levelNames.map((name) => (
        <NumberField
          key={name}
          label={levelWords[name]}
          value={draft[group][name]}
          onChange={(value) => change({ [group]: { ...draft[group], [name]: value } })}
          min={1}
          max={most}
          wrong={wrongAt(problem, `/${group}/${name}`)}
        />
      ))}
    </div>
  );

  return (
    <form onSubmit={(event) => void save(event)}>
      <SettingCard
        id="factor"
        title="How far above usual"
        tells={<p>Each caller is compared with its own last four weeks, at the same time of day.</p>}
      >
        <div className="card flex flex-col gap-2 p-4">
          <NumberField
            label="Rings beyond so many times its usual level"
            value={draft.factor}
            onChange={(factor) => change({ factor })}
            min={1.5}
            max={100}
            step={0.1}
            wrong={wrongAt(problem, "/factor")}
          />
          <NumberField
            label="A key that rested for so long rings when it wakes"
            value={draft.dormant_days}
            onChange={(days) => change({ dormant_days: days })}
            min={1}
            max={3650}
            unit="days"
            wrong={wrongAt(problem, "/dormant_days")}
          />
        </div>
      </SettingCard>
      <SettingCard
        id="least"
        title="Nothing rings below"
        tells={<p>Small numbers jump for no reason. At or below these a caller never rings.</p>}
      >
        {levels("least")}
      </SettingCard>
      <SettingCard
        id="newcomer"
        title="Newcomers"
        tells={<p>A caller of which fewer than two days are known has nothing to be compared with: these bound it.</p>}
      >
        {levels("newcomer")}
      </SettingCard>
      <SettingCard
        id="spike"
        title="Customers who leave"
        tells={<p>Rings when both are reached within a day, and far more than is usual for the integration.</p>}
      >
        <div className="card flex flex-col gap-2 p-4">
          <NumberField
            label="Accounts of one integration that need re-authorization"
            value={draft.accounts}
            onChange={(accounts) => change({ accounts })}
            min={1}
            max={most}
            wrong={wrongAt(problem, "/spike/accounts")}
          />
          <NumberField
            label="Share of those that were alive"
            value={draft.percent}
            onChange={(percent) => change({ percent })}
            min={0}
            max={100}
            step={0.1}
            unit="%"
            wrong={wrongAt(problem, "/spike/share")}
          />
        </div>
      </SettingCard>
      <SettingCard
        id="stops"
        title="Stop the key by itself"
        tells={
          <>
            <p>A key is refused within a second of such an alarm, until an owner starts it again.</p>
            <p>None does at first: a false alarm that stops your product costs more than a minute&rsquo;s look.</p>
          </>
        }
      >
        <div className="card p-4">
          <StopChoice
            legend="Alarms that stop the key by themselves"
            chosen={draft.stop_on}
            onChange={(chosen: StopKind[]) => change({ stop_on: chosen })}
          />
        </div>
      </SettingCard>
      {problem !== null && (
        <div role="alert" className="mb-4">
          <Callout tone="bad" title={`Nothing was changed: ${problem.title}`} code={problem.code}>
            {problem.detail ?? "Try again."}
          </Callout>
        </div>
      )}
      <div className="no-print sticky bottom-0 flex flex-wrap items-center gap-2 border-t border-line bg-canvas py-3">
        <Button type="submit" variant="primary" disabled={isBusy || !isChanged}>
          {isBusy ? "Saving…" : "Save"}
        </Button>
        {isChanged ? (
          <Button
            variant="ghost"
            onClick={() => {
              setDraft(saved);
              setProblem(null);
            }}
          >
            Discard
          </Button>
        ) : (
          <ConfirmDialog
            trigger={{ label: "Back to the defaults…", variant: "ghost" }}
            title="Set these alarms back to the defaults?"
            description="What is above; single callers keep what is theirs."
            effects={[
              "In force with the next look, within a second or two.",
              "The change stands in the audit log, whole.",
            ]}
            words={{
              action: "Set them back",
              doing: "Saving…",
              keep: "Leave them",
              failed: "Nothing was changed. Try again.",
            }}
            variant="primary"
            act={() =>
              savePolicy({
                factor: null,
                least: null,
                newcomer: null,
                dormant_days: null,
                spike: null,
                stop_on: null,
              })
            }
            onDone={taken}
          />
        )}
        <output className="text-sm text-muted">
          {isChanged ? "Not saved yet." : done ? "Saved. In force within a second or two." : ""}
        </output>
      </div>
    </form>
  );
}
