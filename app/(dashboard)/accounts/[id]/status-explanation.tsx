"use client";

import type { AccountView } from "#api/schemas/account";
import { useNow } from "../../../_components/clock.tsx";
import type { CredentialKind } from "../../../_components/credential-kind.ts";
import { Explanation } from "../../../_components/explanation.tsx";
import { explainTyped } from "../../../_components/explain-typed.ts";
import { conditionOf, conditions, explainStatus, toneClasses } from "../../../_components/status.ts";
import { moveOf } from "../../../_components/whose-move.ts";

/** Why the account is as it is, and what comes next. */
export function StatusExplanation({ account, kind }: { account: AccountView; kind: CredentialKind }) {
  const now = useNow();
  const words = kind === "token" ? explainStatus(account, now) : explainTyped(account, now, kind);
  const move = moveOf(account, now);
  return (
    <Explanation look={conditions[conditionOf(account, now)]} {...words}>
      <p className="mt-1.5">
        <span
          className={`inline-flex rounded-full px-2.5 text-xs leading-6 font-medium ${toneClasses[move.tone].soft} ${toneClasses[move.tone].text}`}
        >
          {move.words}
        </span>
      </p>
      {account.last_error !== null && account.status !== "disconnected" && (
        <p className="mt-1 font-mono text-xs text-subtle">{account.last_error.code}</p>
      )}
    </Explanation>
  );
}
