import type { Account } from "../domain/account/account.ts";
import {
  decodeTypedCredential,
  isTypedCredential,
  type TypedCredential,
} from "../domain/credential/typed-credential.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { decodeTokenSet, type TokenSet } from "../domain/token/token-set.ts";
import type { SealedCredential } from "../ports/account-store.ts";
import { tokenSetLocation } from "./attempt-changes.ts";
import type { OpenAccess, Vault } from "./vault.ts";

/** What an account holds, in the clear. The bytes tell which it is, whatever the integration's definition says by now. */
export type OpenedCredential =
  | { readonly kind: "token_set"; readonly set: TokenSet }
  | { readonly kind: "typed"; readonly typed: TypedCredential };

/** What stands sealed in an account's row, in memory; the bytes it came in are zeroed. */
export async function openCredential(
  vault: Vault,
  account: Pick<Account, "id" | "environmentId">,
  credential: SealedCredential,
  access: Pick<OpenAccess, "actor" | "purpose">,
): Promise<OpenedCredential> {
  const location = tokenSetLocation(account, credential.version);
  const bytes = await vault.open(location, credential.sealed, { ...access, accountId: account.id });
  try {
    return isTypedCredential(bytes)
      ? { kind: "typed", typed: decodeTypedCredential(bytes) }
      : { kind: "token_set", set: decodeTokenSet(bytes) };
  } finally {
    bytes.fill(0);
  }
}

/** The definition asks for other credentials than the account holds: only a catalogue that changed can bring that about. */
export function wrongCredential(account: Account, holds: "tokens" | "typed credentials"): DomainError {
  return new DomainError("client_misconfigured", {
    detail: `This account holds ${holds}, and its integration's definition asks for other ones by now. Connect it anew, or bring the definition back.`,
    extensions: { integrated_account_id: account.id, reason: "credentials_differ" },
  });
}
