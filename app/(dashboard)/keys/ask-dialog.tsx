"use client";

import { useRouter } from "next/navigation";
import type { ComponentProps, ReactNode } from "react";
import type { ApprovalView } from "#api/schemas/approval";
import { sendToApi } from "../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../_components/confirm-dialog.tsx";

type Props = Pick<ComponentProps<typeof ConfirmDialog<ApprovalView>>, "trigger" | "title" | "effects" | "typed"> & {
  action: string;
  method: "POST" | "PUT";
  path: string;
  body?: () => object;
  children?: ReactNode;
};

/** Asks for what a second person has to approve, and goes on to the request. */
export function AskDialog({ trigger, title, effects, typed, action, method, path, body, children }: Props) {
  const router = useRouter();
  return (
    <ConfirmDialog<ApprovalView>
      trigger={trigger}
      title={title}
      description="Another owner has to approve it before anything happens. Where there is none, it waits a day for you to confirm it."
      effects={effects}
      {...(typed === undefined ? {} : { typed })}
      words={{ action, doing: "Asking…", keep: "Not now", failed: "It was not asked for. Try again." }}
      variant="primary"
      act={() => sendToApi<ApprovalView>(method, path, body?.())}
      onDone={({ id }) => router.push(`/approvals/${id}`)}
      onGivenUp={() => router.refresh()}
    >
      {children}
    </ConfirmDialog>
  );
}
