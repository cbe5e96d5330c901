"use client";

import type { AccountView } from "#api/schemas/account";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../../_components/confirm-dialog.tsx";
import { typedWords, type CredentialKind } from "../../../_components/credential-kind.ts";

type Revocation = "revoked" | "not_supported" | "failed";
type Props = { account: AccountView; label: string; kind: CredentialKind; onDone: (revocation: Revocation) => void };

export function DisconnectDialog({ account, label, kind, onDone }: Props) {
  const external = account.external_account?.label ?? account.external_account?.id;
  const leftBehind =
    kind === "token"
      ? [`The grant is revoked at ${label}, where it offers that.`, "The tokens are erased here; the history stays."]
      : [
          `${typedWords[kind].it} is erased here; the history stays.`,
          `It works in ${label} until the customer deletes it there.`,
        ];
  return (
    <ConfirmDialog
      trigger={{ label: "Disconnect…", variant: "danger-quiet" }}
      title={`Disconnect ${account.tenant_id} from ${label}?`}
      description={`${external === undefined ? "This" : `The connection to ${external}`} ends at once, and cannot be undone.`}
      effects={[
        "Requests with this account are refused from now on.",
        ...leftBehind,
        "To connect again, the customer has to open a new link.",
      ]}
      words={{
        action: "Disconnect",
        doing: "Disconnecting…",
        keep: "Keep connected",
        failed: "The account was not disconnected. Try again.",
      }}
      act={() => sendToApi<{ revocation: Revocation }>("DELETE", `/integrated-accounts/${account.id}`)}
      onDone={({ revocation }) => onDone(revocation)}
    />
  );
}
