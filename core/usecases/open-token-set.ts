import type { Account } from "../domain/account/account.ts";
import type { TokenSet } from "../domain/token/token-set.ts";
import type { SealedCredential } from "../ports/account-store.ts";
import { openCredential, wrongCredential } from "./open-credential.ts";
import type { OpenAccess, Vault } from "./vault.ts";

/** The token set of an account in the clear, in memory. */
export async function openTokenSet(
  vault: Vault,
  account: Account,
  credential: SealedCredential,
  access: Pick<OpenAccess, "actor" | "purpose">,
): Promise<TokenSet> {
  const opened = await openCredential(vault, account, credential, access);
  if (opened.kind === "typed") throw wrongCredential(account, "typed credentials");
  return opened.set;
}
