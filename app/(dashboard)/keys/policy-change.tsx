"use client";

import type { SealingKeysView } from "#api/schemas/keys";
import { AskDialog } from "./ask-dialog.tsx";
import { policies } from "./key-words.ts";

/** From the policy in force to the other one. */
export function PolicyChange({ to }: { to: SealingKeysView["policy"] }) {
  return (
    <AskDialog
      trigger={{ label: to === "tenant" ? "Use tenant keys…" : "Wrap directly…", variant: "secondary" }}
      title={to === "tenant" ? "Wrap under tenants’ keys from now on?" : "Wrap by the key service from now on?"}
      effects={[
        policies[to].tells,
        "It counts for what is sealed from then on. What is sealed stays as it is, and opens.",
        "A re-wrap brings that along.",
      ]}
      action="Ask for it"
      method="PUT"
      path="/keys/policy"
      body={() => ({ policy: to })}
    />
  );
}
