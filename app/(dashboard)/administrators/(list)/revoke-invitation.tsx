"use client";

import { useRouter } from "next/navigation";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../../_components/confirm-dialog.tsx";

export function RevokeInvitation({ id, email }: { id: string; email: string }) {
  const router = useRouter();
  const update = () => router.refresh();
  return (
    <ConfirmDialog
      trigger={{ label: "Revoke…", variant: "danger-quiet" }}
      title="Take this invitation back?"
      description={email}
      effects={["The link does nothing from now on.", "You can invite them again; that makes another link."]}
      words={{ action: "Revoke", doing: "Revoking…", keep: "Keep it", failed: "It was not revoked. Try again." }}
      act={() => sendToApi<undefined>("DELETE", `/invitations/${encodeURIComponent(id)}`)}
      onDone={update}
      onGivenUp={update}
    />
  );
}
