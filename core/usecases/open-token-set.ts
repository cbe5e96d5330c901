import type { Account } from "../domain/account/account.ts";
import { decodeTokenSet, type TokenSet } from "../domain/token/token-set.ts";
import type { SealedCredential } from "../ports/account-store.ts";
import { tokenSetLocation } from "./attempt-changes.ts";
import type { OpenAccess, Vault } from "./vault.ts";

/** The token set of an account in the clear, in memory; the bytes it came in are zeroed. */
export async function openTokenSet(
  vault: Vault,
  account: Account,
  credential: SealedCredential,
  access: Pick<OpenAccess, "actor" | "purpose">,
): Promise<TokenSet> {
  const location = tokenSetLocation(account, credential.version);
  const bytes = await vault.open(location, credential.sealed, { ...access, accountId: account.id });
  const set = decodeTokenSet(bytes);
  bytes.fill(0);
  return set;
}
