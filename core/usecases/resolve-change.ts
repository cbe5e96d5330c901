import { haveSameScopes, type Account, type AccountStatus } from "../domain/account/account.ts";
import { consequences, type StatusFields } from "../domain/account/consequences.ts";
import { mostRefused } from "../domain/account/refused-scopes.ts";
import { canonicalJson } from "../domain/integration/overrides.ts";
import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { AccountEventType } from "../domain/webhook/event-type.ts";
import type { AccountChange, AccountFields } from "../ports/account-store.ts";

export interface ChangedFields extends AccountFields {
  readonly status?: StatusFields["status"];
  readonly reauthRequiredAt?: Date | null;
  readonly activatedAt?: Date;
}

/** A change with nothing left to decide: what every store writes, whole or not at all. */
export interface ResolvedChange {
  readonly change: AccountChange;
  readonly set: ChangedFields;
  readonly event: { readonly id: string; readonly type: AccountEventType; readonly lastError: string | null } | null;
  readonly audit: readonly AuditRecord[];
}

/** What of the row decides. */
export interface RowBefore {
  readonly status: AccountStatus;
  readonly activatedAt: Date | null;
  readonly hold: Account["hold"];
  /** Null: not known. */
  readonly scopesGranted: readonly string[] | null;
  /** Absent: not known. */
  readonly scopesRefused?: readonly string[];
}

/**
 * What the change does to an account of this status: one event and one audit record for each transition (invariant 5). A change
 * without a transition tells one event at most: that other scopes are granted than before (R6).
 */
export function resolveChange(account: RowBefore, change: AccountChange): ResolvedChange {
  const { happening } = change;
  const moves = happening === null ? null : consequences(account, happening.event, happening.at);
  if (happening === null || moves === null) {
    // An account that is not active, or held, has no alarm, whatever the writer thought it was (R25, R26).
    const isHeld = change.set.hold === undefined ? account.hold !== null : change.set.hold !== null;
    const hasNoAlarm = (account.status !== "active" || isHeld) && change.set.refreshDueAt !== undefined;
    const scopesRefused = refusedAfter(account, change);
    const differ = doScopesDiffer(account, change);
    return {
      change,
      set: {
        ...change.set,
        ...(hasNoAlarm ? { refreshDueAt: null } : {}),
        ...(scopesRefused === undefined ? {} : { scopesRefused }),
      },
      event:
        happening !== null && account.status === "active" && differ
          ? { id: happening.eventId, type: "integrated_account:scopes_changed", lastError: happening.lastError }
          : null,
      // Who came second with the same word has nothing to add.
      audit: change.refusesScopes === undefined || differ ? change.audit : [],
    };
  }
  const { moved, fields } = moves;
  return {
    change,
    set: { ...change.set, ...fields },
    event: { id: happening.eventId, type: moved.eventType, lastError: happening.lastError },
    audit: [
      ...change.audit,
      {
        environmentId: change.environmentId,
        actor: happening.actor,
        action: "account.transitioned",
        target: change.accountId,
        accountId: change.accountId,
        detail: { from: moved.from, to: moved.to },
      },
    ],
  };
}

/** Told of an account that is active: it had a token set before; one that becomes it, or leaves, tells that. */
function doScopesDiffer({ scopesGranted, scopesRefused }: RowBefore, change: AccountChange): boolean {
  const isOther = (before: readonly string[] | null | undefined, after: readonly string[] | undefined): boolean =>
    before != null && after !== undefined && !haveSameScopes(before, after);
  return (
    isOther(scopesGranted, change.set.scopesGranted) || isOther(scopesRefused, refusedAfter({ scopesRefused }, change))
  );
}

function refusedAfter(
  { scopesRefused = [] }: { readonly scopesRefused?: readonly string[] | undefined },
  change: AccountChange,
): readonly string[] | undefined {
  if (change.refusesScopes === undefined) return change.set.scopesRefused;
  // Several calls may have been refused at once, each with other scopes.
  return [...new Set([...scopesRefused, ...change.refusesScopes])].slice(0, mostRefused);
}

/** Whether the row may still be written by this change (invariant 3). */
export function admits(
  row: Pick<Account, "fence" | "credentialFence" | "credentialVersion" | "attempt" | "overrides">,
  change: AccountChange,
): boolean {
  const { ifOverrides } = change;
  if (ifOverrides !== undefined && canonicalJson(ifOverrides) !== canonicalJson(row.overrides)) return false;
  if (change.ifVersion !== null && row.credentialVersion !== change.ifVersion) return false;
  if (change.isAnswer) return row.credentialFence < change.ifFence;
  // A new grant of the customer: a mere claim of the old one raises the fence, and must not cost it.
  if (change.completes !== null) return row.credentialFence <= change.ifFence;
  return row.fence === change.ifFence && (change.attempt === null || isOpen(row, change));
}

/** An attempt that has ended (this change was applied before) is not ended again. */
function isOpen(row: Pick<Account, "attempt">, change: AccountChange): boolean {
  return row.attempt !== null && row.attempt.id === change.attempt?.id;
}

/** Whether the guard has a say: an active account would leave. */
export function isGuarded(status: AccountStatus, change: AccountChange): boolean {
  return change.guard !== null && status === "active" && change.happening?.event.kind === "grant_rejected";
}

/** The change that a hold makes of a fatal one: nothing is lost and nobody is told but the operator (R26). */
export function heldInstead(change: AccountChange, now: Date): AccountChange {
  return {
    ...change,
    happening: null,
    guard: null,
    set: { ...change.set, hold: { reason: "mass_failure", at: now }, refreshDueAt: null },
    attempt:
      change.attempt === null
        ? null
        : { ...change.attempt, outcome: "held", explanation: change.guard?.explanation ?? change.attempt.explanation },
  };
}
