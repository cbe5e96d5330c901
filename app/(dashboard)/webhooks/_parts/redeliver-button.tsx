"use client";

import { RotateCw } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, useTransition } from "react";
import type { DeliveryView } from "#api/schemas/delivery";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button } from "../../../_components/button.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";

/** Sends one event to its endpoint once more, at once. */
export function RedeliverButton({ delivery }: { delivery: Pick<DeliveryView, "id" | "status"> }) {
  const router = useRouter();
  const [isUpdating, startTransition] = useTransition();
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<"sent" | ApiProblem | null>(null);

  const send = async () => {
    setBusy(true);
    setResult(null);
    const answer = await sendToApi<DeliveryView>("POST", `/webhook-deliveries/${delivery.id}/redeliver`);
    setBusy(false);
    setResult(answer.kind === "ok" ? "sent" : answer.problem);
    startTransition(() => router.refresh());
  };

  return (
    <div className="flex flex-wrap items-center gap-y-1">
      <Button disabled={isBusy} onClick={() => void send()}>
        <RotateCw size={14} aria-hidden className={isBusy || isUpdating ? "motion-safe:animate-spin" : ""} />
        {delivery.status === "pending" ? "Try now" : "Redeliver"}
      </Button>
      <output className="text-sm not-empty:pl-3">
        {result === "sent" && <span className="text-muted">On its way, with the same id.</span>}
        {result !== null && result !== "sent" && (
          <span className="text-bad">
            Not sent: {result.title}
            {result.detail !== null && `. ${result.detail}`}
          </span>
        )}
      </output>
    </div>
  );
}
