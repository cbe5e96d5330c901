import type { AccountStatus } from "./account.ts";
import { transition, type AccountEvent, type Transition } from "./transition.ts";

/** Fields of the account that follow from its status, whatever else a change sets. */
export interface StatusFields {
  readonly status: AccountStatus;
  readonly reauthRequiredAt?: Date | null;
  readonly activatedAt?: Date;
  /** Only an active account has an alarm (R25). */
  readonly refreshDueAt?: null;
  /** Whoever moves is held no longer. */
  readonly hold: null;
}

/**
 * What an event does to an account of this status: the transition, and the fields that follow from it. Asked on the row that is
 * about to be written, so that of many who race the first makes the transition and the rest find it made (R30).
 */
export function consequences(
  account: { readonly status: AccountStatus; readonly activatedAt: Date | null },
  event: AccountEvent,
  now: Date,
): { readonly moved: Transition; readonly fields: StatusFields } | null {
  const moved = transition(account.status, event);
  if (moved === null) return null;
  const { to } = moved;
  return {
    moved,
    fields: {
      status: to,
      hold: null,
      ...(to === "active" ? { reauthRequiredAt: null } : { refreshDueAt: null }),
      ...(to === "active" && account.activatedAt === null ? { activatedAt: now } : {}),
      ...(to === "needs_reauth" ? { reauthRequiredAt: now } : {}),
    },
  };
}
