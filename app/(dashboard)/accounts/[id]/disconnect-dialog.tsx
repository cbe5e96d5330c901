"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useState } from "react";
import type { AccountView } from "#api/schemas/account";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button, buttonClass } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { typedWords, type CredentialKind } from "../../../_components/credential-kind.ts";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { ApiProblem } from "../../../_queries/problem.ts";

type Revocation = "revoked" | "not_supported" | "failed";
type Props = { account: AccountView; label: string; kind: CredentialKind; onDone: (revocation: Revocation) => void };

export function DisconnectDialog({ account, label, kind, onDone }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(isOpen);

  const disconnect = async () => {
    setBusy(true);
    setProblem(null);
    const answer = await sendToApi<{ revocation: Revocation }>("DELETE", `/integrated-accounts/${account.id}`);
    setBusy(false);
    if (answer.kind === "problem") {
      setProblem(answer.problem);
      return;
    }
    setOpen(false);
    onDone(answer.value.revocation);
  };

  const external = account.external_account?.label ?? account.external_account?.id;
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(open) => !isBusy && setOpen(open)}>
      <AlertDialog.Trigger className={buttonClass("danger-quiet")}>Disconnect…</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop z-40" />
        <AlertDialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <AlertDialog.Popup className="popup w-full max-w-[440px] p-5 outline-none">
            <AlertDialog.Title className="text-lg font-semibold">
              Disconnect {account.tenant_id} from {label}?
            </AlertDialog.Title>
            <AlertDialog.Description className="mt-1 text-muted">
              {external === undefined ? "This" : `The connection to ${external}`} ends at once, and cannot be undone.
            </AlertDialog.Description>
            <ul className="mt-3 list-disc space-y-1 pl-5 text-sm marker:text-subtle">
              <li>Requests with this account are refused from now on.</li>
              {kind === "token" ? (
                <>
                  <li>The grant is revoked at {label}, where it offers that.</li>
                  <li>The tokens are erased here; the history stays.</li>
                </>
              ) : (
                <>
                  <li>{typedWords[kind].it} is erased here; the history stays.</li>
                  <li>It works in {label} until the customer deletes it there.</li>
                </>
              )}
              <li>To connect again, the customer has to open a new link.</li>
            </ul>
            {problem !== null && (
              <div role="alert" className="mt-4">
                <Callout tone="bad" title={problem.title} code={problem.code}>
                  {problem.detail ?? "The account was not disconnected. Try again."}
                </Callout>
              </div>
            )}
            <div className="mt-5 flex justify-end gap-2">
              <AlertDialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                Keep connected
              </AlertDialog.Close>
              <Button variant="danger" disabled={isBusy} onClick={() => void disconnect()}>
                {isBusy ? "Disconnecting…" : "Disconnect"}
              </Button>
            </div>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
