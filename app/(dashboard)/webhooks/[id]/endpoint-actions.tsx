"use client";

import { Pencil } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, useTransition, type ReactNode } from "react";
import type { EndpointView } from "#api/schemas/webhook";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { assertNever } from "../../../_components/assert-never.ts";
import { Button, ButtonLink } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { ConfirmDialog } from "../../../_components/confirm-dialog.tsx";
import { countOf } from "../../../_components/figures.ts";
import { formatInstant } from "../../../_components/instant.ts";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { PingButton, PingResult, type PingAnswer } from "../_parts/ping-button.tsx";
import { endpointConditionOf } from "../_parts/endpoint-words.ts";
import { SecretOnce } from "../_parts/secret-once.tsx";
import { ReplayDialog } from "./replay-dialog.tsx";

type Rotated = { secret: string; previous_accepted_until: string };
type Result =
  | { kind: "enabled"; missedSince: string | null }
  | { kind: "disabled" }
  | { kind: "pinged"; answer: PingAnswer }
  | { kind: "replayed"; deliveries: number }
  | { kind: "problem"; during: string; problem: ApiProblem };

type Props = { endpoint: EndpointView; mayWrite: boolean; children: ReactNode };

/** What one may do about this endpoint, beside the words that say what should be done. */
export function EndpointActions({ endpoint, mayWrite, children }: Props) {
  const router = useRouter();
  const [, startTransition] = useTransition();
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<Result | null>(null);
  const [rotated, setRotated] = useState<Rotated | null>(null);
  const path = `/webhook-endpoints/${endpoint.id}`;
  const condition = endpointConditionOf(endpoint);
  const isEnabled = endpoint.status === "enabled";

  const update = () => startTransition(() => router.refresh());

  const enable = async () => {
    setBusy(true);
    setResult(null);
    const missedSince = endpoint.failing_since ?? endpoint.disabled_at;
    const answer = await sendToApi<EndpointView>("PATCH", path, { status: "enabled" });
    setResult(
      answer.kind === "ok"
        ? { kind: "enabled", missedSince }
        : { kind: "problem", during: "It stays disabled", problem: answer.problem },
    );
    setBusy(false);
    update();
  };

  const replay = (from: string | null, variant: "primary" | "secondary") => (
    <ReplayDialog
      endpoint={endpoint}
      from={from}
      variant={variant}
      onDone={(deliveries) => {
        setResult({ kind: "replayed", deliveries });
        update();
      }}
    />
  );

  return (
    <section aria-label="Status and actions" className="card">
      <div className="px-4 py-3.5">{children}</div>
      {mayWrite && (
        <div className="no-print flex flex-wrap items-center gap-2 border-t border-line px-4 py-2.5">
          {isEnabled ? (
            <PingButton
              endpoint={endpoint}
              variant={condition === "working" ? "secondary" : "primary"}
              onAnswer={(answer) => {
                setResult(answer === null ? null : { kind: "pinged", answer });
                if (answer !== null) update();
              }}
            />
          ) : (
            <Button variant="primary" disabled={isBusy} onClick={() => void enable()}>
              {isBusy ? "Enabling…" : "Enable again"}
            </Button>
          )}
          {isEnabled && replay(endpoint.failing_since, "secondary")}
          {endpoint.format === "standard" && (
            <ConfirmDialog
              trigger={{ label: "Rotate secret…", variant: "secondary" }}
              title="Replace the signing secret?"
              description="The new one is shown once, right after this."
              effects={[
                "For 24 hours every delivery carries two signatures, of the new secret and of the present one.",
                "Your receiver may change over at any time within them; nothing is lost.",
                "After that the present secret is erased.",
                ...(endpoint.previous_secret_accepted_until === null
                  ? []
                  : ["The secret that was replaced before, and still signs, ends at once."]),
              ]}
              words={{
                action: "Rotate secret",
                doing: "Rotating…",
                keep: "Keep it",
                failed: "The secret was not replaced. Try again.",
              }}
              variant="primary"
              act={() => sendToApi<Rotated>("POST", `${path}/rotate-secret`)}
              onDone={(value) => {
                setRotated(value);
                update();
              }}
            />
          )}
          <ButtonLink href={`/webhooks/${endpoint.id}/edit`}>
            <Pencil size={14} aria-hidden />
            Edit
          </ButtonLink>
          <span className="grow max-sm:hidden" />
          {isEnabled && (
            <ConfirmDialog
              trigger={{ label: "Disable…", variant: "ghost" }}
              title="Disable this endpoint?"
              description="Nothing is sent until it is enabled again."
              effects={[
                "Deliveries that wait end as failed.",
                "Events that come meanwhile are kept for 30 days, and can be replayed.",
              ]}
              words={{
                action: "Disable",
                doing: "Disabling…",
                keep: "Keep it enabled",
                failed: "It was not disabled. Try again.",
              }}
              act={() => sendToApi<EndpointView>("PATCH", path, { status: "disabled" })}
              onDone={() => {
                setResult({ kind: "disabled" });
                update();
              }}
            />
          )}
          <ConfirmDialog
            trigger={{ label: "Delete…", variant: "danger-quiet" }}
            title="Delete this endpoint?"
            description={endpoint.url}
            effects={[
              "What waits for it is not sent.",
              "Its secrets and its log of deliveries are erased. To keep the log, disable it instead.",
              "It cannot be undone.",
            ]}
            words={{
              action: "Delete endpoint",
              doing: "Deleting…",
              keep: "Keep it",
              failed: "It was not deleted. Try again.",
            }}
            act={() => sendToApi<undefined>("DELETE", path)}
            onDone={() => router.push("/webhooks")}
          />
        </div>
      )}
      {rotated !== null && (
        <div className="px-4 pb-4">
          <SecretOnce secret={rotated.secret}>
            Deliveries carry the signatures of both secrets until {formatInstant(rotated.previous_accepted_until)}.
          </SecretOnce>
        </div>
      )}
      <div aria-live="polite">
        {result !== null && (
          <ActionResult result={result}>
            {result.kind === "enabled" && isEnabled && replay(result.missedSince, "secondary")}
          </ActionResult>
        )}
      </div>
    </section>
  );
}

function ActionResult({ result, children }: { result: Result; children: ReactNode }) {
  const className = "mx-4 mb-4";
  switch (result.kind) {
    case "pinged":
      return <PingResult answer={result.answer} className={className} />;
    case "enabled":
      return (
        <Callout tone="good" title="Enabled again" className={className}>
          <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-2">
            <p className="min-w-0 flex-[1_1_280px]">
              New events are sent from now on. What it missed waits for a replay.
            </p>
            {children}
          </div>
        </Callout>
      );
    case "disabled":
      return (
        <Callout tone="info" title="Disabled" className={className}>
          Events that come meanwhile are kept for 30 days.
        </Callout>
      );
    case "replayed":
      return (
        <Callout
          tone={result.deliveries === 0 ? "info" : "good"}
          title={
            result.deliveries === 0
              ? "Nothing to replay in that time"
              : `${countOf(result.deliveries, "delivery is", "deliveries are")} on the way`
          }
          className={className}
        >
          {result.deliveries === 0
            ? "Everything arrived, or nothing happened that this endpoint gets."
            : "With the ids that they had: a receiver that has one already knows it."}
        </Callout>
      );
    case "problem":
      return (
        <Callout
          tone="bad"
          title={`${result.during}: ${result.problem.title}`}
          code={result.problem.code}
          className={className}
        >
          {result.problem.detail ?? "Try again."}
        </Callout>
      );
  }
  return assertNever(result);
}
