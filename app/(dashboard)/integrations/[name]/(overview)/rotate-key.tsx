"use client";

import { useRouter } from "next/navigation";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../../../_components/confirm-dialog.tsx";

export function RotateKey({ name, label }: { name: string; label: string }) {
  const router = useRouter();
  return (
    <ConfirmDialog
      trigger={{ label: "Make a new key…", variant: "secondary" }}
      title="Make a new signing key?"
      description={`${label} has to know its public half: it reads it from the address above, or you enter it there.`}
      effects={[
        "Requests are signed with the new key first, and with the one before where that is refused.",
        "The key before it is published for a while beside the new one.",
      ]}
      words={{ action: "Make it", doing: "Making it…", keep: "Not now", failed: "No key was made. Try again." }}
      variant="primary"
      act={() =>
        sendToApi<EnvironmentIntegrationView>("PATCH", "/environment-integration", {
          integration_name: name,
          credentials: { oauth2: { config: { client_key: "rotate" } } },
        })
      }
      onDone={() => router.refresh()}
    />
  );
}
