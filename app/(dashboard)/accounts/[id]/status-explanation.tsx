"use client";

import type { AccountView } from "#api/schemas/account";
import { useNow } from "../../../_components/clock.tsx";
import type { CredentialKind } from "../../../_components/credential-kind.ts";
import { Explanation } from "../../../_components/explanation.tsx";
import { explainTyped } from "../../../_components/explain-typed.ts";
import { conditionOf, conditions, explainStatus } from "../../../_components/status.ts";

/** Why the account is as it is, and what comes next. */
export function StatusExplanation({ account, kind }: { account: AccountView; kind: CredentialKind }) {
  const now = useNow();
  const words = kind === "token" ? explainStatus(account, now) : explainTyped(account, now, kind);
  return (
    <Explanation look={conditions[conditionOf(account, now)]} {...words}>
      {account.last_error !== null && account.status !== "disconnected" && (
        <p className="mt-1 font-mono text-xs text-subtle">{account.last_error.code}</p>
      )}
    </Explanation>
  );
}
