import type { AccountStatus } from "../account/account.ts";
import { remainingSeconds } from "./decide-refresh.ts";
import { isRenewable, type RefreshPolicy } from "./refresh-policy.ts";
import { refreshBufferSeconds } from "./schedule-refresh.ts";

export interface PlainState {
  readonly status: AccountStatus;
  readonly isHeld: boolean;
  readonly expiresAt: Date | null;
  readonly issuedAt: Date | null;
  readonly hasRefreshToken: boolean;
  /** It will be refreshed: an alarm is set, or a refresh is under way that sets one. */
  readonly hasAlarm: boolean;
}

/**
 * Whether a read can be answered with what is there, with nothing to refresh, restore or explain: the common case, told from a few
 * columns. Never true where `decideRefresh` says anything but `fresh`, or where an alarm is missing (R14); false says nothing.
 */
export function isPlainlyFresh(
  state: PlainState,
  policy: RefreshPolicy,
  minTtlSeconds: number | null,
  now: Date,
): boolean {
  if (state.status !== "active" || state.isHeld) return false;
  if (state.expiresAt === null) return true;
  if (!state.hasAlarm && isRenewable(state, policy)) return false;
  const left = remainingSeconds(state.expiresAt, now);
  // A wish beyond the token's whole life does not count for the buffer, and its answer says so.
  return left > 0 && left >= refreshBufferSeconds(state, policy, minTtlSeconds) && left >= (minTtlSeconds ?? 0);
}
