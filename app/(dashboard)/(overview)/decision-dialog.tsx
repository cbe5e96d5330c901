"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import type { MassFailureView } from "#api/schemas/mass-failure";
import { sendToApi } from "../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../_components/confirm-dialog.tsx";
import { decisionWords } from "./decision-words.ts";

type Props = { decision: "release" | "confirm"; failure: MassFailureView; label: string };

/** Says exactly what a decision does before it is made. */
export function DecisionDialog({ decision, failure, label }: Props) {
  const router = useRouter();
  const [isUpdating, startTransition] = useTransition();
  const words = decisionWords(decision, failure, label);
  const isRelease = decision === "release";
  const path = `/integrations/${encodeURIComponent(failure.integration_name)}/mass-failure/${decision}`;
  const update = () => startTransition(() => router.refresh());
  return (
    <ConfirmDialog
      trigger={{ label: words.trigger, variant: isRelease ? "primary" : "danger-quiet", isDisabled: isUpdating }}
      title={words.title}
      description={words.when}
      effects={words.effects}
      words={{
        action: words.action,
        doing: words.doing,
        keep: "Keep them held",
        failed: "Nothing was decided. Try again.",
      }}
      variant={isRelease ? "primary" : "danger"}
      act={() => sendToApi<MassFailureView>("POST", path)}
      onDone={update}
      // Somebody else may have decided meanwhile: what stands behind the dialog is read anew.
      onGivenUp={update}
    />
  );
}
