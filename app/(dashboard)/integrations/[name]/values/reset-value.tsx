"use client";

import { useRouter } from "next/navigation";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../../../_components/confirm-dialog.tsx";
import { partsOf, pieceOf } from "../_parts/pointer.ts";

type Props = { integration: string; pointer: string; defined: unknown };

/** Takes the environment's value away: what the definition says counts again. */
export function ResetValue({ integration, pointer, defined }: Props) {
  const router = useRouter();
  const short = partsOf(pointer).at(-1) ?? pointer;
  return (
    <ConfirmDialog
      trigger={{ label: "Reset…", variant: "ghost" }}
      title={`Reset ${short}?`}
      description={<code className="font-mono text-xs">{pointer}</code>}
      effects={[
        defined === undefined
          ? "The definition says nothing here."
          : `It is ${JSON.stringify(defined)} again, as the definition has it.`,
        "It counts from the next use on; what is under way ends as it began.",
      ]}
      words={{ action: "Reset", doing: "Resetting…", keep: "Keep it", failed: "It was not reset. Try again." }}
      variant="primary"
      act={() =>
        sendToApi<EnvironmentIntegrationView>("PATCH", "/environment-integration", {
          integration_name: integration,
          overrides: pieceOf(pointer, null) as Record<string, unknown>,
        })
      }
      onDone={() => router.refresh()}
    />
  );
}
