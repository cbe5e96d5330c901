"use client";

import { AskDialog } from "./ask-dialog.tsx";

const at = (id: string): string => `/keys/${encodeURIComponent(id)}`;

export function DisableKey({ id }: { id: string }) {
  return (
    <AskDialog
      trigger={{ label: "Disable…", variant: "secondary" }}
      title={`Disable ${id}?`}
      effects={[
        "It seals nothing that is in use, so every account goes on.",
        "Backups from before the re-wrap don't open while it is disabled.",
        "It can be enabled again.",
      ]}
      action="Ask for it"
      method="POST"
      path={`${at(id)}/disable`}
    />
  );
}

export function EnableKey({ id }: { id: string }) {
  return (
    <AskDialog
      trigger={{ label: "Enable…", variant: "secondary" }}
      title={`Enable ${id} again?`}
      effects={["What it sealed opens again, in backups too.", "Nothing new is sealed with it."]}
      action="Ask for it"
      method="POST"
      path={`${at(id)}/enable`}
    />
  );
}
