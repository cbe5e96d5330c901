import type { AccountEventType } from "../webhook/event-type.ts";
import type { AccountStatus } from "./account.ts";

/** What can happen to an account. Everything that changes its status is one of these. */
export type AccountEvent =
  /** The user came back from the provider, or a token set was imported. */
  | { readonly kind: "credentials_obtained" }
  /** A refresh worked. */
  | { readonly kind: "refresh_succeeded" }
  /** The provider's API refused a call for want of a scope. */
  | { readonly kind: "scope_refused" }
  /** The provider said that the grant is dead. */
  | { readonly kind: "grant_rejected" }
  /** We or the product ended the connection. */
  | { readonly kind: "disconnect" };

export interface Transition {
  readonly from: AccountStatus;
  readonly to: AccountStatus;
  readonly eventType: AccountEventType;
}

const created = "integrated_account:created";
const reactivated = "integrated_account:reactivated";
const failed = "integrated_account:authentication_error";
const ended = "integrated_account:disconnected";

type Target = readonly [to: AccountStatus, eventType: AccountEventType] | null;

/** The whole machine as one table: a cell is where an event leads and what it tells, or null where nothing changes. */
const table: Readonly<Record<AccountStatus, Readonly<Record<AccountEvent["kind"], Target>>>> = {
  connecting: {
    credentials_obtained: ["active", created],
    refresh_succeeded: null,
    scope_refused: null,
    grant_rejected: null,
    disconnect: ["disconnected", ended],
  },
  active: {
    credentials_obtained: null,
    refresh_succeeded: null,
    scope_refused: null,
    grant_rejected: ["needs_reauth", failed],
    disconnect: ["disconnected", ended],
  },
  needs_reauth: {
    credentials_obtained: ["active", reactivated],
    refresh_succeeded: ["active", reactivated],
    scope_refused: null,
    grant_rejected: null,
    disconnect: ["disconnected", ended],
  },
  // Final: its tokens are erased; a customer who returns gets a new account.
  disconnected: {
    credentials_obtained: null,
    refresh_succeeded: null,
    scope_refused: null,
    grant_rejected: null,
    disconnect: null,
  },
};

/**
 * The only way a status changes (invariant 5). Null means that the event changes nothing, so nothing is told: however many
 * failures race, the first makes the transition and the rest find it made.
 */
export function transition(status: AccountStatus, event: AccountEvent): Transition | null {
  const target = table[status][event.kind];
  return target === null ? null : { from: status, to: target[0], eventType: target[1] };
}
