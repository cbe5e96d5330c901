"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import type { ApiKeyDetail, ApiKeyView } from "#api/schemas/api-key";
import type { StoppableKeyView } from "#api/schemas/anomaly";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { ButtonLink } from "../../../../_components/button.tsx";
import { useNow } from "../../../../_components/clock.tsx";
import { ConfirmDialog } from "../../../../_components/confirm-dialog.tsx";
import { effectsOfRevoking, isInUse } from "../_parts/key-words.ts";

type Props = { apiKey: ApiKeyDetail; mayWrite: boolean; mayRestart: boolean };

/** What can be done about one key, by how it stands. */
export function KeyActions({ apiKey, mayWrite, mayRestart }: Props) {
  const router = useRouter();
  const now = useNow();
  const [isUpdating, startTransition] = useTransition();
  const update = () => startTransition(() => router.refresh());
  const path = `/api-keys/${encodeURIComponent(apiKey.id)}`;
  const isOver = apiKey.state === "revoked" || apiKey.state === "expired";
  return (
    <div className="flex flex-wrap gap-2">
      {mayWrite && <ButtonLink href={`/settings/api-keys/new?like=${apiKey.id}`}>Make a successor</ButtonLink>}
      {apiKey.state === "valid" && mayWrite && (
        <ConfirmDialog
          trigger={{ label: "Stop…", variant: "secondary", isDisabled: isUpdating }}
          title={`Stop ${apiKey.name} for now?`}
          description="For when you don't know yet who calls with it. It can be started again."
          effects={[
            "Every process refuses it within a second. What it has in hand is still answered.",
            "Whatever of yours uses it is refused as well, with 401.",
            "An owner can start it again.",
          ]}
          words={{
            action: "Stop it",
            doing: "Stopping…",
            keep: "Leave it in force",
            failed: "It was not stopped. Try again.",
          }}
          act={() => sendToApi<StoppableKeyView>("POST", `${path}/stop`)}
          onDone={update}
          onGivenUp={update}
        />
      )}
      {apiKey.state === "stopped" && mayRestart && (
        <ConfirmDialog
          trigger={{ label: "Start it again…", variant: "secondary", isDisabled: isUpdating }}
          title={`Start ${apiKey.name} again?`}
          description="For when you know what it did, and why."
          effects={[
            "Every process takes it again within a second.",
            "If it leaked, make a successor and revoke it instead.",
          ]}
          words={{
            action: "Start it again",
            doing: "Starting…",
            keep: "Leave it stopped",
            failed: "It was not started. Try again.",
          }}
          variant="primary"
          act={() => sendToApi<StoppableKeyView>("POST", `${path}/restart`)}
          onDone={update}
          onGivenUp={update}
        />
      )}
      {!isOver && mayWrite && (
        <ConfirmDialog
          trigger={{ label: "Revoke…", variant: "danger", isDisabled: isUpdating }}
          title={`Revoke ${apiKey.name}?`}
          description={`The key that ends in ${apiKey.ends_with}.`}
          effects={effectsOfRevoking(apiKey, now)}
          words={{
            action: "Revoke it for good",
            doing: "Revoking…",
            keep: "Keep it",
            failed: "It was not revoked. Try again.",
          }}
          {...(isInUse(apiKey, now)
            ? {
                typed: {
                  word: apiKey.name,
                  label: `Something called with it lately. Type ${apiKey.name} to revoke it.`,
                },
              }
            : {})}
          act={() => sendToApi<ApiKeyView>("DELETE", path)}
          onDone={update}
          onGivenUp={update}
        />
      )}
    </div>
  );
}
