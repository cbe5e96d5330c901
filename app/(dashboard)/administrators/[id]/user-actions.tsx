"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../../_components/confirm-dialog.tsx";
import type { UserDetailView } from "../../../_queries/administrators.ts";
import { RoleChoice } from "../_parts/role-choice.tsx";

/** What an owner may do about an administrator. */
export function UserActions({ user }: { user: UserDetailView }) {
  const router = useRouter();
  const [role, setRole] = useState(user.role);
  const path = `/users/${encodeURIComponent(user.id)}`;
  const update = () => router.refresh();
  const shared = { onDone: update, onGivenUp: update };
  const isDisabled = user.disabled_at !== null;
  const signedOut = "All their sessions end at once; they sign in anew.";
  return (
    <div className="no-print flex flex-wrap gap-2">
      {user.role_source === "local" && (
        <ConfirmDialog
          trigger={{ label: "Change role…", variant: "secondary" }}
          title={`Another role for ${user.name}?`}
          description={user.email}
          effects={[signedOut, "For approvals they count as a second person again only after the waiting time."]}
          words={{
            action: "Change role",
            doing: "Changing…",
            keep: "Cancel",
            failed: "It was not changed. Try again.",
          }}
          variant="primary"
          isIdle={role === user.role}
          onOpen={() => setRole(user.role)}
          act={() => sendToApi("PATCH", path, { role })}
          {...shared}
        >
          <RoleChoice value={role} onChange={setRole} />
        </ConfirmDialog>
      )}
      {user.sessions.length > 0 && !user.is_you && (
        <ConfirmDialog
          trigger={{ label: "End sessions…", variant: "secondary" }}
          title={`End the sessions of ${user.name}?`}
          description="Each of their browsers is signed out with its next request."
          effects={["They can sign in again. To keep them out, disable them."]}
          words={{
            action: "End sessions",
            doing: "Ending…",
            keep: "Cancel",
            failed: "They were not ended. Try again.",
          }}
          act={() => sendToApi("POST", `${path}/end-sessions`)}
          {...shared}
        />
      )}
      {!user.is_you && !isDisabled && (
        <ConfirmDialog
          trigger={{ label: "Disable…", variant: "danger-quiet" }}
          title={`Disable ${user.name}?`}
          description={user.email}
          effects={[
            "They can't sign in, and all their sessions end at once.",
            "What they asked for and is still open comes to nothing.",
            "Their name stays in the audit log. You can enable them again.",
          ]}
          words={{
            action: "Disable",
            doing: "Disabling…",
            keep: "Cancel",
            failed: "They were not disabled. Try again.",
          }}
          act={() => sendToApi("PATCH", path, { disabled: true })}
          {...shared}
        />
      )}
      {isDisabled && user.disabled_by !== "idp" && (
        <ConfirmDialog
          trigger={{ label: "Enable…", variant: "secondary" }}
          title={`Let ${user.name} sign in again?`}
          description={user.email}
          effects={["They sign in as before, in the same role."]}
          words={{ action: "Enable", doing: "Enabling…", keep: "Cancel", failed: "They were not enabled. Try again." }}
          variant="primary"
          act={() => sendToApi("PATCH", path, { disabled: false })}
          {...shared}
        />
      )}
    </div>
  );
}
