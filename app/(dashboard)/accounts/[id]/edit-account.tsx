"use client";

import { useRouter } from "next/navigation";
import type { AccountDetailView } from "#api/schemas/account";
import { EditDialog } from "./edit-dialog.tsx";
import { patchBetween } from "./read-object.ts";

type Props = { account: AccountDetailView };

export function EditMetadata({ account }: Props) {
  const router = useRouter();
  return (
    <EditDialog
      accountId={account.id}
      field="metadata"
      value={account.metadata}
      words={{
        trigger: "Edit metadata…",
        title: "Metadata",
        description: "Texts by name, 50 at most. Evergrant keeps them for your product, and reads nothing into them.",
      }}
      toPatch={(metadata) => ({ metadata })}
      onDone={() => router.refresh()}
    />
  );
}

/** The API lays a patch over what is there, so what was taken out is said to be gone. */
export function EditOverrides({ account }: Props) {
  const router = useRouter();
  return (
    <EditDialog
      accountId={account.id}
      field="overrides"
      value={account.overrides}
      words={{
        trigger: "Edit overrides…",
        title: "Overrides of this account",
        description:
          "A sparse piece of the integration’s document, laid over it for this account alone, from its next refresh on. Hosts can’t be overridden.",
      }}
      toPatch={(overrides) => ({ overrides: patchBetween(account.overrides, overrides) })}
      onDone={() => router.refresh()}
    />
  );
}
