"use client";

import { ExternalLink } from "lucide-react";
import { useId, useState, type FormEvent } from "react";
import type { LinkTokenView } from "#api/schemas/link-token";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { CopyButton } from "../../../_components/copy-button.tsx";
import type { GuidedIntegration } from "../../../_queries/first-run.ts";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { TextField } from "../../webhooks/_parts/text-field.tsx";
import { beginGuide } from "./leave-guide.tsx";

type Props = { environment: string; integrations: readonly GuidedIntegration[]; isConnecting: boolean };

/** A connect link for a customer that is none, opened beside this page. */
export function ConnectTest({ environment, integrations, isConnecting }: Props) {
  const id = useId();
  const offered = integrations.filter(({ client }) => client !== "missing");
  const first = offered.find(({ client }) => client === "set") ?? offered[0];
  const [name, setName] = useState(first?.name ?? "");
  const [link, setLink] = useState<LinkTokenView | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const label = offered.find((one) => one.name === name)?.label ?? name;

  const open = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const tenant = new FormData(event.currentTarget).get("tenant");
    setBusy(true);
    setProblem(null);
    // At the press, or the browser takes it for an advertisement.
    const tab = window.open("", "evergrant-first-account");
    const answer = await sendToApi<LinkTokenView>("POST", "/link-tokens", {
      tenant_id: typeof tenant === "string" ? tenant.trim() : "",
      integration_name: name,
      expires_in: 3600,
    });
    setBusy(false);
    if (answer.kind === "problem") {
      tab?.close();
      setProblem(answer.problem);
      return;
    }
    beginGuide(environment);
    setLink(answer.value);
    if (tab !== null) tab.location.href = answer.value.url;
  };

  if (offered.length === 0) {
    return <p className="text-sm text-muted">First an integration needs its OAuth client: the step above.</p>;
  }
  return (
    <div className="flex max-w-xl flex-col gap-4 text-sm">
      <p className="text-muted">
        Be your own first customer: a link opens the page that your customers will see, and you connect an account of
        yours at {label}.
      </p>
      <form onSubmit={(event) => void open(event)} className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <div className="flex flex-col gap-1.5">
            <label htmlFor={id} className="font-medium">
              Integration
            </label>
            <select
              id={id}
              value={name}
              onChange={(event) => setName(event.target.value)}
              className="control select w-full"
            >
              {offered.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.label}
                </option>
              ))}
            </select>
          </div>
          <TextField
            name="tenant"
            label="Customer"
            type="text"
            required
            isCode
            maxLength={200}
            defaultValue="test-customer"
            help="Your product's own id for it."
            wrong={problem?.errors.find(({ pointer }) => pointer === "/tenant_id")?.detail ?? null}
          />
        </div>
        {problem !== null && (
          <div role="alert">
            <Callout tone="bad" title={`No link was made: ${problem.title}`} code={problem.code}>
              {problem.errors[0]?.detail ?? problem.detail ?? "Try again."}
            </Callout>
          </div>
        )}
        <div>
          <Button type="submit" variant="primary" disabled={isBusy}>
            <ExternalLink size={14} aria-hidden />
            {isBusy ? "Opening…" : "Open the connect page"}
          </Button>
        </div>
      </form>
      {link !== null && (
        <div className="flex items-center gap-2 rounded-md bg-sunken py-1 pr-1 pl-3">
          <a
            href={link.url}
            target="_blank"
            rel="noreferrer"
            className="min-w-0 flex-1 font-mono text-xs wrap-anywhere hover:underline"
          >
            {link.url}
          </a>
          <CopyButton text={link.url} label="Copy the link" showLabel />
        </div>
      )}
      <output className="text-muted">
        {isConnecting
          ? "The link is open. This step ticks when the provider has said yes."
          : link === null
            ? ""
            : "The link is made: it works once, within an hour."}
      </output>
    </div>
  );
}
