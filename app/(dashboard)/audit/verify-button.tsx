"use client";

import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { VerificationView } from "#api/schemas/audit";
import { sendToApi } from "../../_browser/send-to-api.ts";
import { Button } from "../../_components/button.tsx";
import { Callout } from "../../_components/callout.tsx";
import { countOf } from "../../_components/figures.ts";
import type { Answer } from "../../_queries/problem.ts";
import { FaultCallout } from "./fault-callout.tsx";

/** Checks the newest records now, and says what came of it. */
export function VerifyButton() {
  const [isBusy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<Answer<VerificationView> | null>(null);
  const verify = async () => {
    setBusy(true);
    setAnswer(null);
    setAnswer(await sendToApi<VerificationView>("GET", "/audit-events/verify"));
    setBusy(false);
  };
  return (
    <div className="flex flex-col gap-3 border-t border-line px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm text-muted">
          Checks the newest 20,000 records against their chain and its anchors. The whole log:{" "}
          <code className="font-mono text-xs whitespace-nowrap">evergrant audit verify</code>.
        </p>
        <Button disabled={isBusy} onClick={() => void verify()}>
          <ShieldCheck size={14} aria-hidden />
          {isBusy ? "Verifying…" : "Verify now"}
        </Button>
      </div>
      <div aria-live="polite" className="empty:hidden">
        {answer !== null && <Result answer={answer} />}
      </div>
    </div>
  );
}

function Result({ answer }: { answer: Answer<VerificationView> }) {
  if (answer.kind === "problem") {
    const { title, code, detail } = answer.problem;
    return (
      <Callout tone="bad" title={`Nothing was checked: ${title}`} code={code}>
        {detail ?? "Try again."}
      </Callout>
    );
  }
  const { checked, first_broken: fault } = answer.value;
  if (fault !== null) return <FaultCallout fault={fault} title="A record is not as it was written" />;
  return (
    <Callout tone="good" title="Nothing was changed">
      {countOf(checked, "record")} checked, each as it was written and in its place.
    </Callout>
  );
}
