"use client";

import { Send } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { EndpointView } from "#api/schemas/webhook";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import type { Answer } from "../../../_queries/problem.ts";

export type PingAnswer = Answer<{ event_id: string; delivery_id: string }>;

type Props = {
  endpoint: EndpointView;
  variant?: "primary" | "secondary";
  /** Null: it is being sent. */
  onAnswer: (answer: PingAnswer | null) => void;
};

/** Sends a test event to one endpoint. */
export function PingButton({ endpoint, variant = "secondary", onAnswer }: Props) {
  const [isBusy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    onAnswer(null);
    const answer: PingAnswer = await sendToApi("POST", `/webhook-endpoints/${endpoint.id}/test`);
    setBusy(false);
    onAnswer(answer);
  };
  return (
    <Button variant={variant} disabled={isBusy} onClick={() => void send()}>
      <Send size={14} aria-hidden />
      {isBusy ? "Sending…" : "Send test event"}
    </Button>
  );
}

/** Whether it is on its way, and where to see what comes of it. */
export function PingResult({ answer, className = "" }: { answer: PingAnswer; className?: string }) {
  if (answer.kind === "problem") {
    const { title, code, detail } = answer.problem;
    return (
      <Callout tone="bad" title={`No test event was sent: ${title}`} code={code} className={className}>
        {detail ?? "Try again."}
      </Callout>
    );
  }
  return (
    <Callout tone="good" title="A test event is on its way" className={className}>
      <Link
        href={`/webhooks/events/${answer.value.event_id}`}
        prefetch={false}
        className="underline decoration-line-strong underline-offset-3 hover:decoration-current"
      >
        See what came of it
      </Link>
    </Callout>
  );
}
