"use client";

import type { AccountView } from "#api/schemas/account";
import { useNow } from "../../../_components/clock.tsx";
import type { CredentialKind } from "../../../_components/credential-kind.ts";
import { explainTyped } from "../../../_components/explain-typed.ts";
import { StatusIcon } from "../../../_components/status-icon.tsx";
import { conditionOf, conditions, explainStatus, toneClasses } from "../../../_components/status.ts";

/** Why the account is as it is, and what comes next. */
export function StatusExplanation({ account, kind }: { account: AccountView; kind: CredentialKind }) {
  const now = useNow();
  const condition = conditions[conditionOf(account, now)];
  const { why, next } = kind === "token" ? explainStatus(account, now) : explainTyped(account, now, kind);
  return (
    <div className="flex min-w-0 gap-3">
      <StatusIcon name={condition.icon} className={`mt-1 ${toneClasses[condition.tone].text}`} />
      <div className="min-w-0">
        <p className="font-medium wrap-anywhere">{why}</p>
        <p className="text-muted">{next}</p>
        {account.last_error !== null && account.status !== "disconnected" && (
          <p className="mt-1 font-mono text-xs text-subtle">{account.last_error.code}</p>
        )}
      </div>
    </div>
  );
}
