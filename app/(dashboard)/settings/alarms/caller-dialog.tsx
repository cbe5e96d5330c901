"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useRouter } from "next/navigation";
import { useId, useState, useTransition, type FormEvent } from "react";
import type { AnomalyPolicyView } from "#api/schemas/anomaly";
import { Button, buttonClass } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { levelNames, levelWords, type Levels, type StopKind } from "./alarm-words.ts";
import { NumberField } from "./number-field.tsx";
import { savePolicy, wrongAt } from "./save-policy.ts";
import { StopChoice } from "./stop-choice.tsx";

type CallerPolicy = AnomalyPolicyView["callers"][string];
export type CallerName = { id: string; name: string };

type Props = {
  /** Whom it is about; null: chosen here. */
  caller: CallerName | null;
  /** Whom it may be about. */
  callers: readonly CallerName[];
  policy: CallerPolicy;
};

/** What differs for one caller. */
export function CallerDialog({ caller, callers, policy }: Props) {
  const router = useRouter();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(caller?.id ?? callers[0]?.id ?? "");
  const [levels, setLevels] = useState(() => textsOf(policy));
  const [stopOn, setStopOn] = useState<readonly StopKind[] | null>(policy.stop_on ?? null);
  const [isBusy, setBusy] = useState(false);
  const [, startTransition] = useTransition();
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(isOpen);
  const isNothing = stopOn === null && Object.values(levels).every((text) => text === "");

  const change = (open: boolean) => {
    if (isBusy) return;
    setOpen(open);
    setProblem(null);
    if (!open) return;
    setChosen(caller?.id ?? callers[0]?.id ?? "");
    setLevels(textsOf(policy));
    setStopOn(policy.stop_on ?? null);
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setBusy(true);
    setProblem(null);
    const said = levelNames.filter((name) => levels[name] !== "").map((name) => [name, Number(levels[name])]);
    const answer = await savePolicy({
      callers: {
        [chosen]: isNothing
          ? null
          : {
              ...(said.length === 0 ? {} : { levels: Object.fromEntries(said) }),
              ...(stopOn === null ? {} : { stop_on: stopOn }),
            },
      },
    });
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    setOpen(false);
    startTransition(() => router.refresh());
  };

  return (
    <Dialog.Root open={isOpen} onOpenChange={change}>
      <Dialog.Trigger
        className={buttonClass(caller === null ? "secondary" : "ghost")}
        aria-label={caller === null ? undefined : `Change what differs for ${caller.name}`}
      >
        {caller === null ? "Set one apart…" : "Change…"}
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop z-40" />
        <Dialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <Dialog.Popup className="popup w-full max-w-[520px] p-5 outline-none">
            <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4">
              <div>
                <Dialog.Title className="text-lg font-semibold wrap-anywhere">
                  {caller === null ? "Set a caller apart" : caller.name}
                </Dialog.Title>
                <Dialog.Description className="mt-1 text-muted">
                  For one that does more by its nature, such as a batch once a month, or whose stop would hurt little.
                </Dialog.Description>
              </div>
              {caller === null && (
                <div className="flex flex-col gap-1.5">
                  <label htmlFor={id} className="text-sm font-medium">
                    Caller
                  </label>
                  <select
                    id={id}
                    value={chosen}
                    onChange={(event) => setChosen(event.target.value)}
                    className="control select w-full"
                  >
                    {callers.map((one) => (
                      <option key={one.id} value={one.id}>
                        {one.name}
                      </option>
                    ))}
                  </select>
                </div>
              )}
              <fieldset className="flex flex-col gap-2">
                <legend className="mb-1.5 text-sm font-medium">
                  Nothing rings below <span className="font-normal text-subtle">(empty: as for the rest)</span>
                </legend>
                {levelNames.map((name) => (
                  <NumberField
                    key={name}
                    label={levelWords[name]}
                    value={levels[name]}
                    onChange={(value) => setLevels((now) => ({ ...now, [name]: value }))}
                    min={1}
                    max={10_000_000}
                    required={false}
                    wrong={wrongAt(problem, `/callers/${chosen}/levels/${name}`)}
                  />
                ))}
              </fieldset>
              <fieldset className="flex flex-col gap-2">
                <legend className="mb-1 text-sm font-medium">Stopped by itself</legend>
                <div className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
                  {[
                    { label: "As the rest", own: false },
                    { label: "By what is chosen here", own: true },
                  ].map(({ label, own }) => (
                    <label key={label} className="flex min-h-8 items-center gap-2 pointer-coarse:min-h-11">
                      <input
                        type="radio"
                        name={`${id}-stops`}
                        checked={(stopOn !== null) === own}
                        onChange={() => setStopOn(own ? [] : null)}
                        className="size-4 accent-accent"
                      />
                      {label}
                    </label>
                  ))}
                </div>
                {stopOn !== null && (
                  <StopChoice legend="Alarms that stop it by themselves" chosen={stopOn} onChange={setStopOn} />
                )}
              </fieldset>
              {problem !== null && (
                <div role="alert">
                  <Callout tone="bad" title={problem.title} code={problem.code}>
                    {problem.detail ?? "Nothing was changed. Try again."}
                  </Callout>
                </div>
              )}
              <div className="flex flex-wrap justify-end gap-2">
                <Dialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                  Cancel
                </Dialog.Close>
                <Button type="submit" variant="primary" disabled={isBusy || chosen === ""}>
                  {isBusy ? "Saving…" : isNothing && caller !== null ? "Treat it like the rest" : "Save"}
                </Button>
              </div>
            </form>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function textsOf(policy: CallerPolicy): Record<keyof Levels, string> {
  return Object.fromEntries(
    levelNames.map((name) => [name, policy.levels?.[name] === undefined ? "" : String(policy.levels[name])]),
  ) as Record<keyof Levels, string>;
}
