import type { AccountStatus } from "./account.ts";

/** Which accounts somebody wants to see or to do something to. Every part that is not null must hold. */
export interface AccountFilter {
  readonly tenantId: string | null;
  readonly integrationName: string | null;
  readonly status: AccountStatus | null;
  /** Whether the mass-disconnect guard holds it. */
  readonly isHeld: boolean | null;
  /** The beginning of a word of what the account is called (ADR 0050), or of its id. */
  readonly search: string | null;
  /** Whether scopes are missing (`missingScopes`). */
  readonly lacksScopes: boolean | null;
  /** Whether it is active, not held, and its last refresh failed. */
  readonly isFailing: boolean | null;
  /** Active, and its token ends within so many seconds, or has ended. */
  readonly expiresWithinSeconds: number | null;
  readonly lastErrorCode: string | null;
}

export const everyAccount: AccountFilter = {
  tenantId: null,
  integrationName: null,
  status: null,
  isHeld: null,
  search: null,
  lacksScopes: null,
  isFailing: null,
  expiresWithinSeconds: null,
  lastErrorCode: null,
};

/** By what a list is ordered. `tenant_id` is the name of a customer, and then the newest account first. */
export const accountOrders = ["created_at", "updated_at", "refresh_due_at", "expires_at", "tenant_id"] as const;

export interface AccountOrder {
  readonly by: (typeof accountOrders)[number];
  readonly isDescending: boolean;
}

export const newestFirst: AccountOrder = { by: "created_at", isDescending: true };
