"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useId, useState, type FormEvent } from "react";
import type { EndpointView } from "#api/schemas/webhook";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button, buttonClass } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { useNow } from "../../../_components/clock.tsx";
import { eventGroups, eventWords, groupWords, letsThrough, typesOf } from "../../../_components/event-words.ts";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { TextField } from "../_parts/text-field.tsx";

type Props = {
  endpoint: EndpointView;
  /** Since when things are missing; null: a day ago is where the form begins. */
  from: string | null;
  variant: "primary" | "secondary";
  onDone: (deliveries: number) => void;
};

const dayMs = 86_400_000;

/** Sends the events of some time once more: those that did not arrive, or all. */
export function ReplayDialog({ endpoint, from, variant, onDone }: Props) {
  const id = useId();
  const now = useNow();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(isOpen);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const to = toInstant(fields.get("to"));
    const eventType = fields.get("event_type");
    setBusy(true);
    setProblem(null);
    const answer = await sendToApi<{ deliveries: number }>("POST", `/webhook-endpoints/${endpoint.id}/replay`, {
      from: toInstant(fields.get("from")),
      ...(to === null ? {} : { to }),
      status: fields.get("status"),
      ...(eventType === null || eventType === "" ? {} : { event_types: [eventType] }),
    });
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    setOpen(false);
    onDone(answer.value.deliveries);
  };

  const wrongAt = (pointer: string) => problem?.errors.find((error) => error.pointer === pointer)?.detail ?? null;
  const isElsewhere = problem !== null && wrongAt("/from") === null && wrongAt("/to") === null;
  const change = (open: boolean) => {
    if (isBusy) return;
    setProblem(null);
    setOpen(open);
  };
  return (
    <Dialog.Root open={isOpen} onOpenChange={change}>
      <Dialog.Trigger className={buttonClass(variant)}>Replay…</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop z-40" />
        <Dialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <Dialog.Popup className="popup w-full max-w-[480px] p-5 outline-none">
            <Dialog.Title className="text-lg font-semibold">Replay events</Dialog.Title>
            <Dialog.Description className="mt-1 text-sm text-muted">
              Events of the last 30 days are sent once more, with the ids that they had.
            </Dialog.Description>
            <form method="post" onSubmit={(event) => void submit(event)} className="mt-4 flex flex-col gap-4">
              <div className="grid gap-4 sm:grid-cols-2">
                <TextField
                  name="from"
                  label="From"
                  type="datetime-local"
                  required
                  defaultValue={toField(from === null ? now - dayMs : Date.parse(from))}
                  help="In UTC."
                  wrong={wrongAt("/from")}
                />
                <TextField
                  name="to"
                  label="To"
                  type="datetime-local"
                  required={false}
                  help="In UTC; empty: now."
                  wrong={wrongAt("/to")}
                />
              </div>
              <div className="flex flex-col gap-1.5">
                <label htmlFor={`${id}-type`} className="text-sm font-medium">
                  Event type
                </label>
                <select id={`${id}-type`} name="event_type" defaultValue="" className="control select w-full truncate">
                  <option value="">All that it gets</option>
                  {eventGroups.map((group) => {
                    const types = typesOf(group).filter((type) => letsThrough(endpoint.events, type));
                    return types.length === 0 ? null : (
                      <optgroup key={group} label={groupWords[group].title}>
                        {types.map((type) => (
                          <option key={type} value={type}>
                            {eventWords[type].title}
                          </option>
                        ))}
                      </optgroup>
                    );
                  })}
                </select>
              </div>
              <fieldset>
                <legend className="text-sm font-medium">Which</legend>
                {[
                  { value: "failed", label: "What did not arrive", tells: "given up, or missed while it was disabled" },
                  { value: "all", label: "Everything", tells: "also what was delivered" },
                ].map(({ value, label, tells }, index) => (
                  <label key={value} className="flex min-h-8 items-center gap-2 text-sm pointer-coarse:min-h-11">
                    <input
                      type="radio"
                      name="status"
                      value={value}
                      defaultChecked={index === 0}
                      aria-describedby={`${id}-${value}`}
                      className="size-4 accent-accent"
                    />
                    {label}
                    <span id={`${id}-${value}`} className="text-subtle">
                      {tells}
                    </span>
                  </label>
                ))}
              </fieldset>
              <div role="alert" className="contents">
                {isElsewhere && (
                  <Callout tone="bad" title={problem.title} code={problem.code}>
                    {problem.detail ?? problem.errors[0]?.detail ?? "Nothing was sent. Try again."}
                  </Callout>
                )}
              </div>
              <div className="mt-1 flex flex-wrap justify-end gap-2">
                <Dialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                  Cancel
                </Dialog.Close>
                <Button type="submit" variant="primary" disabled={isBusy}>
                  {isBusy ? "Sending…" : "Replay"}
                </Button>
              </div>
            </form>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** `2026-11-20T10:00`, as a field for date and time takes it, in UTC. */
function toField(at: number): string {
  return new Date(at).toISOString().slice(0, 16);
}

function toInstant(value: FormDataEntryValue | null): string | null {
  return typeof value === "string" && value !== "" ? new Date(`${value}Z`).toISOString() : null;
}
