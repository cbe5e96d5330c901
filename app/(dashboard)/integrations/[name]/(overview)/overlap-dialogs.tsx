"use client";

import { useRouter } from "next/navigation";
import { useId } from "react";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../../../_components/confirm-dialog.tsx";
import { FormDialog } from "../../../../_components/form-dialog.tsx";
import { overlapChoices, usualOverlap } from "../_parts/overlap-choices.ts";

async function endIn(name: string, seconds: number) {
  return await sendToApi<EnvironmentIntegrationView>("PATCH", "/environment-integration", {
    integration_name: name,
    credentials: { oauth2: { config: { previous_secret_expires_in: seconds } } },
  });
}

/** `isProven`: the provider has taken the new secret. */
export function EndOverlap({ name, label, isProven }: { name: string; label: string; isProven: boolean }) {
  const router = useRouter();
  return (
    <ConfirmDialog
      trigger={{ label: "End the previous secret…", variant: "secondary" }}
      title="End the previous secret now?"
      description={
        isProven
          ? `${label} takes the new secret.`
          : `${label} has not taken the new secret yet. Without the previous one refreshes fail until it does.`
      }
      effects={[
        "From now on only the new secret is tried.",
        "The previous one is erased here. It can be entered again.",
        ...(isProven
          ? [`Remove it at ${label} too, if it is still there.`]
          : ["Valid tokens are served all the same."]),
      ]}
      words={{ action: "End it", doing: "Ending…", keep: "Keep both", failed: "It was not ended. Try again." }}
      variant={isProven ? "primary" : "danger"}
      act={() => endIn(name, 0)}
      onDone={() => router.refresh()}
    />
  );
}

export function KeepOverlap({ name }: { name: string }) {
  const router = useRouter();
  const id = useId();
  return (
    <FormDialog<EnvironmentIntegrationView>
      trigger={{ label: "Change when it ends…", variant: "ghost" }}
      title="How long the previous secret is accepted"
      description="Counted from now. It goes for every previous secret."
      words={{ action: "Save", doing: "Saving…", failed: "Nothing was changed. Try again." }}
      send={(fields) => endIn(name, Number(fields.get("overlap")))}
      onDone={() => router.refresh()}
    >
      {() => (
        <div className="flex flex-col gap-1.5">
          <label htmlFor={id} className="text-sm font-medium">
            It is accepted for
          </label>
          <select id={id} name="overlap" defaultValue={usualOverlap} className="control select w-full">
            {overlapChoices.map(({ seconds, label }) => (
              <option key={seconds} value={seconds}>
                {label} more
              </option>
            ))}
          </select>
        </div>
      )}
    </FormDialog>
  );
}
