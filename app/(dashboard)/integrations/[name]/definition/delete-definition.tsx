"use client";

import { useRouter } from "next/navigation";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../../../_components/confirm-dialog.tsx";

type Props = { name: string; label: string; isInCatalogue: boolean; live: number | null };

/** Takes the environment's own definition away. */
export function DeleteDefinition({ name, label, isInCatalogue, live }: Props) {
  const router = useRouter();
  return (
    <ConfirmDialog<undefined>
      trigger={{ label: "Delete this definition…", variant: "danger-quiet" }}
      title={`Delete this environment's definition of ${label}?`}
      description={
        isInCatalogue
          ? "The catalogue's definition is in force again."
          : "Nothing of this name is there any more, and nobody can connect."
      }
      effects={[
        live !== 0 ? "It is refused while accounts live on it: disconnect them first." : "No account lives on it.",
        "The secrets of its OAuth client are erased.",
        "Links that name it lead nowhere.",
      ]}
      typed={{ word: name, label: `Type ${name} to delete it` }}
      words={{ action: "Delete it", doing: "Deleting…", keep: "Keep it", failed: "It was not deleted. Try again." }}
      act={() => sendToApi<undefined>("DELETE", `/integrations/${name}`)}
      onDone={() => {
        router.push(isInCatalogue ? `/integrations/${name}` : "/integrations");
        router.refresh();
      }}
    />
  );
}
