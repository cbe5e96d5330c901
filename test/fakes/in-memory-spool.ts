import type { AccountChange } from "#core/ports/account-store";
import type { AnswerSpool } from "#core/ports/answer-spool";

/** A spool that forgets nothing until it is told to. */
export function createInMemorySpool(): AnswerSpool & { readonly entries: ReadonlyMap<string, AccountChange> } {
  const entries = new Map<string, AccountChange>();
  let count = 0;
  return {
    entries,
    async put(change) {
      count += 1;
      const id = `entry-${count}`;
      entries.set(id, change);
      return id;
    },
    async list(accountId) {
      const wanted = [...entries].filter(([, change]) => accountId === undefined || change.accountId === accountId);
      return wanted.map(([id, change]) => ({ id, change }));
    },
    async remove(id) {
      entries.delete(id);
    },
  };
}
