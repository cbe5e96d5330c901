"use client";

import { useRouter } from "next/navigation";
import { useTransition, type ReactNode } from "react";
import type { ApprovalView } from "#api/schemas/approval";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../../_components/confirm-dialog.tsx";
import { personName } from "../_parts/approval-words.ts";

type Props = { approval: ApprovalView; children: ReactNode };

/** What one may do about a request, beside the words that say whose move it is. */
export function ApprovalActions({ approval, children }: Props) {
  const router = useRouter();
  const [, startTransition] = useTransition();
  const { may, summary, subject } = approval;
  const update = () => startTransition(() => router.refresh());
  const send = (answer: string) => () =>
    sendToApi<ApprovalView>("POST", `/approvals/${encodeURIComponent(approval.id)}/${answer}`);
  const isOwn = approval.waits_until !== null && may.withdraw;
  const shared = { onDone: update, onGivenUp: update };
  return (
    <section aria-label="Status and decision" className="card">
      <div className="px-4 py-3.5">{children}</div>
      {(may.approve || may.refuse || may.withdraw) && (
        <div className="no-print flex flex-wrap items-center gap-2 border-t border-line px-4 py-2.5">
          {may.approve && (
            <ConfirmDialog
              trigger={{
                label: approval.status === "approved" ? "Try again…" : isOwn ? "Confirm…" : "Approve…",
                variant: "primary",
              }}
              title={summary}
              description={
                isOwn
                  ? "You asked for this, and nobody stopped it. It is carried out now."
                  : `${personName(approval.requested_by)} asked for this. It is carried out at once, and you stand for it.`
              }
              effects={[
                ...approval.changes.filter(({ what }) => !what.startsWith("/")).map(wordChange),
                ...approval.consequences,
              ]}
              typed={{ word: subject, label: `To go on, type ${subject}` }}
              words={{
                action: isOwn ? "Confirm and carry out" : "Approve and carry out",
                doing: "Carrying out…",
                keep: "Not yet",
                failed: "Nothing was approved. Try again.",
              }}
              variant="primary"
              act={send("approve")}
              {...shared}
            />
          )}
          {may.refuse && (
            <ConfirmDialog
              trigger={{ label: "Refuse…", variant: "danger-quiet" }}
              title="Refuse this request?"
              description={summary}
              effects={["Nothing is changed.", `${personName(approval.requested_by)} can ask again.`]}
              words={{
                action: "Refuse",
                doing: "Refusing…",
                keep: "Leave it open",
                failed: "It was not refused. Try again.",
              }}
              act={send("refuse")}
              {...shared}
            />
          )}
          {may.withdraw && (
            <ConfirmDialog
              trigger={{ label: "Withdraw…", variant: may.approve ? "ghost" : "secondary" }}
              title="Take this request back?"
              description={summary}
              effects={["Nothing is changed.", "You can ask again; a waiting time begins anew then."]}
              words={{
                action: "Withdraw",
                doing: "Withdrawing…",
                keep: "Leave it open",
                failed: "It was not withdrawn. Try again.",
              }}
              act={send("withdraw")}
              {...shared}
            />
          )}
        </div>
      )}
    </section>
  );
}

function wordChange({ what, before, after }: ApprovalView["changes"][number]): string {
  return `${what}: ${before ?? "nothing"} → ${after ?? "nothing"}`;
}
