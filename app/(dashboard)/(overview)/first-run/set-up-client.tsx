"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useId, useRef, useState, type FormEvent } from "react";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { CopyButton } from "../../../_components/copy-button.tsx";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { GuidedIntegration } from "../../../_queries/first-run.ts";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { TextField } from "../../webhooks/_parts/text-field.tsx";
import { beginGuide } from "./leave-guide.tsx";

type Props = { environment: string; integrations: readonly GuidedIntegration[] };

const path = "/environment-integration";
/** A choice that stays so long is meant, milliseconds. */
const settledMs = 500;
const link = "font-medium text-ink underline underline-offset-2 hover:text-accent";

/** Which provider, the redirect URI to register there, and what it gives in return. */
export function SetUpClient({ environment, integrations }: Props) {
  const router = useRouter();
  const id = useId();
  const offered = integrations.filter(({ client }) => client !== "not_needed");
  const [name, setName] = useState("");
  const [made, setMade] = useState<Record<string, string | null>>({});
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const chosen = offered.find((one) => one.name === name) ?? null;
  const redirectUri = chosen === null ? null : (made[name] ?? chosen.redirect_uri);
  usePausedUpdates(chosen !== null);
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(settling.current), []);

  const choose = (next: string) => {
    setName(next);
    setProblem(null);
    clearTimeout(settling.current);
    const one = offered.find((each) => each.name === next);
    if (one === undefined || one.redirect_uri !== null || made[next] !== undefined || one.format !== "oauth2") return;
    // Whoever walks through the list by key chooses each on the way.
    settling.current = setTimeout(() => void setUp(next), settledMs);
  };
  const setUp = async (next: string) => {
    // The redirect URI is there with the first setting in this environment: an empty one will do.
    setBusy(true);
    const answer = await sendToApi<EnvironmentIntegrationView>("PATCH", path, {
      integration_name: next,
      overrides: {},
    });
    setBusy(false);
    if (answer.kind === "problem") setProblem(answer.problem);
    else setMade((before) => ({ ...before, [next]: answer.value.redirect_uri }));
  };

  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(null);
    const secret = textOf(fields, "client_secret");
    const config = {
      client_id: textOf(fields, "client_id"),
      ...(secret === "" ? {} : { client_secret: secret }),
    };
    const answer = await sendToApi<EnvironmentIntegrationView>("PATCH", path, {
      integration_name: name,
      credentials: { oauth2: { config } },
    });
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    beginGuide(environment);
    setName("");
    router.refresh();
  };

  const wrongAt = (field: string): string | null =>
    problem?.errors.find(({ pointer }) => pointer.endsWith(`/${field}`))?.detail ?? null;
  return (
    <div className="flex max-w-xl flex-col gap-4 text-sm">
      <p className="text-muted">
        Your product asks a provider for access as an app that you register there. Choose the one to begin with.
      </p>
      <div className="flex flex-col gap-1.5">
        <label htmlFor={id} className="font-medium">
          Provider
        </label>
        <select id={id} value={name} onChange={(event) => choose(event.target.value)} className="control select w-full">
          <option value="">Choose one of {offered.length}…</option>
          {offered.map((one) => (
            <option key={one.name} value={one.name}>
              {one.label}
            </option>
          ))}
        </select>
        <p className="text-xs text-subtle">
          Not there?{" "}
          <Link href="/new-integration" prefetch={false} className={link}>
            Define an integration of your own
          </Link>
          ; it is one document.
        </p>
      </div>
      {chosen !== null && (
        <>
          {redirectUri !== null && (
            <div className="flex flex-col gap-1.5">
              <p>
                <span className="font-medium">Register your app at {chosen.label}</span>, with exactly this redirect
                URI:
              </p>
              <div className="flex items-center gap-2 rounded-md bg-sunken py-1 pr-1 pl-3">
                <code className="min-w-0 flex-1 font-mono text-xs wrap-anywhere">{redirectUri}</code>
                <CopyButton text={redirectUri} label="Copy the redirect URI" showLabel />
              </div>
            </div>
          )}
          <form onSubmit={(event) => void save(event)} className="flex flex-col gap-4">
            <TextField
              name="client_id"
              label="Client id"
              type="text"
              required
              isCode
              maxLength={500}
              help={`As ${chosen.label} shows it once your app is registered.`}
              wrong={wrongAt("client_id")}
            />
            <TextField
              name="client_secret"
              label="Client secret"
              type="password"
              required={false}
              isCode
              maxLength={5000}
              help="Sealed at once, and never shown again."
              wrong={wrongAt("client_secret")}
            />
            {problem !== null && wrongAt("client_id") === null && wrongAt("client_secret") === null && (
              <div role="alert">
                <Callout tone="bad" title={problem.title} code={problem.code}>
                  {problem.errors[0]?.detail ?? problem.detail ?? "Nothing was set. Try again."}
                </Callout>
              </div>
            )}
            <div>
              <Button type="submit" variant="primary" disabled={isBusy}>
                {isBusy ? "One moment…" : "Set the client"}
              </Button>
            </div>
          </form>
        </>
      )}
    </div>
  );
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value.trim() : "";
}
