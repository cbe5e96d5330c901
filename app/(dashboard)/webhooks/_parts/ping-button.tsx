"use client";

import { Send } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import type { EndpointView } from "#api/schemas/webhook";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button } from "../../../_components/button.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";

type Ping = { event_id: string; delivery_id: string };
type Result = { kind: "sent"; ping: Ping } | { kind: "problem"; problem: ApiProblem };

/** Sends a test event, and says where to see what came of it. */
export function PingButton({ endpoint, onDone }: { endpoint: EndpointView; onDone?: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<Result | null>(null);

  const send = async () => {
    setBusy(true);
    setResult(null);
    const answer = await sendToApi<Ping>("POST", `/webhook-endpoints/${endpoint.id}/test`);
    setBusy(false);
    setResult(answer.kind === "ok" ? { kind: "sent", ping: answer.value } : answer);
    onDone?.();
  };

  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <output className="text-sm">
        {result?.kind === "sent" && (
          <>
            On its way.{" "}
            <Link
              href={`/webhooks/events/${result.ping.event_id}`}
              prefetch={false}
              className="font-medium underline decoration-line-strong underline-offset-3 hover:decoration-current"
            >
              See what came of it
            </Link>
          </>
        )}
        {result?.kind === "problem" && (
          <span className="text-bad">
            Not sent: {result.problem.title}
            {result.problem.detail !== null && `. ${result.problem.detail}`}
          </span>
        )}
      </output>
      <Button disabled={isBusy} onClick={() => void send()}>
        <Send size={14} aria-hidden />
        {isBusy ? "Sending…" : "Send test event"}
      </Button>
    </div>
  );
}
