"use client";

import { useId, useState, type FormEvent } from "react";
import type { EndpointView } from "#api/schemas/webhook";
import { Button, ButtonLink } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { Answer, ApiProblem } from "../../../_queries/problem.ts";
import { formatWords } from "./endpoint-words.ts";
import { EventsChoice } from "./events-choice.tsx";
import { TextField } from "./text-field.tsx";

export type EndpointDraft = Pick<EndpointView, "url" | "format" | "events" | "description">;

type Props<T> = {
  /** What stands in it at first. */
  draft: EndpointDraft;
  /** Of an endpoint that exists the format stays. */
  isNew: boolean;
  words: { action: string; doing: string; failed: string };
  cancelHref: string;
  /** `url` is empty where the address of a chat, which is not shown, stays as it is. */
  send: (draft: EndpointDraft) => Promise<Answer<T>>;
  onDone: (value: T) => void;
};

const formats = Object.keys(formatWords) as EndpointView["format"][];
const placeholders: Record<EndpointView["format"], string> = {
  standard: "https://app.example.com/webhooks/evergrant",
  chat: "https://chat.example.com/hooks/T0001",
  email: "ops@example.com",
};
const httpsHelp = "An https address that answers within 15 s with 2xx. Anything else is tried again.";
const addressHelp: Record<EndpointView["format"], string> = {
  standard: httpsHelp,
  chat: `${httpsHelp} It is kept sealed, since whoever knows it can write there.`,
  email: "One address; a list of your mail server reaches several people.",
};
const placesOfFields = ["/url", "/events", "/description", "/format"];

/** Where events go, which, and how they are written: for a new endpoint and for one that is changed. */
export function EndpointForm<T>({ draft, isNew, words, cancelHref, send, onDone }: Props<T>) {
  const id = useId();
  const [format, setFormat] = useState(draft.format);
  const [events, setEvents] = useState<string[]>(draft.events);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isEmpty, setEmpty] = useState(false);
  usePausedUpdates(true);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setProblem(null);
    setEmpty(events.length === 0);
    if (events.length === 0) return;
    setBusy(true);
    const address = textOf(fields, "address");
    const description = textOf(fields, "description");
    const answer = await send({
      url: format === "email" ? `mailto:${address.replace(/^mailto:/i, "")}` : address,
      format,
      events,
      description: description === "" ? null : description,
    });
    setBusy(false);
    if (answer.kind === "problem") setProblem(answer.problem);
    else onDone(answer.value);
  };

  const wrongAt = (pointer: string): string | null =>
    problem?.errors.find((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`))?.detail ??
    null;
  const isElsewhere = problem !== null && !placesOfFields.some((pointer) => wrongAt(pointer) !== null);
  const isMail = format === "email";
  const isHidden = !isNew && format === "chat";
  return (
    <form method="post" onSubmit={(event) => void submit(event)} className="card flex flex-col gap-6 p-4 sm:p-6">
      <div role="alert" className="contents">
        {isElsewhere && (
          <Callout tone="bad" title={`${words.failed}: ${problem.title}`} code={problem.code}>
            {problem.detail ?? problem.errors[0]?.detail ?? "Try again."}
          </Callout>
        )}
      </div>
      {isNew && (
        <fieldset className="min-w-0">
          <legend className="text-sm font-medium">Format</legend>
          <div className="mt-1.5 grid gap-2 sm:grid-cols-3">
            {formats.map((one) => (
              <label
                key={one}
                className="grid cursor-pointer grid-cols-[16px_minmax(0,1fr)] content-start gap-x-2.5 rounded-md border border-line-strong p-3 text-sm has-checked:border-accent has-checked:bg-accent-soft"
              >
                <input
                  type="radio"
                  name={`${id}-format`}
                  checked={format === one}
                  onChange={() => setFormat(one)}
                  className="mt-0.5 size-4 shrink-0 accent-accent"
                />
                <span className="font-medium">{formatWords[one].name}</span>
                <span className="col-start-2 text-xs text-muted">{formatWords[one].tells}</span>
              </label>
            ))}
          </div>
          {wrongAt("/format") !== null && (
            <p role="alert" className="mt-1.5 text-xs font-medium text-bad">
              {wrongAt("/format")}
            </p>
          )}
        </fieldset>
      )}
      <TextField
        key={isMail ? "mail" : "url"}
        name="address"
        label={isMail ? "Mail address" : "URL"}
        type={isMail ? "email" : "url"}
        required={!isHidden}
        maxLength={2000}
        isCode
        defaultValue={isHidden ? "" : draft.url.replace(/^mailto:/i, "")}
        placeholder={isHidden ? draft.url : placeholders[format]}
        help={
          isHidden
            ? "Whoever knows it can write there, so it is not shown. Empty: it stays as it is."
            : addressHelp[format]
        }
        wrong={wrongAt("/url")}
      />
      <TextField
        name="description"
        label="Description"
        type="text"
        required={false}
        maxLength={500}
        defaultValue={draft.description ?? ""}
        placeholder="Production backend"
        help="Your own words, for the list."
        wrong={wrongAt("/description")}
      />
      <EventsChoice
        filters={events}
        onChange={(chosen) => {
          setEvents(chosen);
          setEmpty(false);
        }}
        wrong={isEmpty ? "Choose at least one event." : wrongAt("/events")}
      />
      <div className="flex flex-wrap items-center gap-2 border-t border-line pt-4">
        <Button type="submit" variant="primary" disabled={isBusy}>
          {isBusy ? words.doing : words.action}
        </Button>
        <ButtonLink href={cancelHref} variant="ghost">
          Cancel
        </ButtonLink>
      </div>
    </form>
  );
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value.trim() : "";
}
