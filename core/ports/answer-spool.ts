import type { AccountChange } from "./account-store.ts";

/**
 * Where a provider's answer waits, sealed, while the database is away (invariant 2). Entries survive the process.
 */
export interface AnswerSpool {
  /** Durable before it resolves. */
  put(change: AccountChange): Promise<string>;
  /** What waits: for one account, or for all. */
  list(accountId?: string): Promise<readonly { readonly id: string; readonly change: AccountChange }[]>;
  remove(id: string): Promise<void>;
}
