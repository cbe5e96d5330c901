import type { ExternalAccount } from "../account/account.ts";

/**
 * Whether the person is shown which external account it is, and asked, before anything becomes active (R93; the victim's browser
 * with the attacker's account, RFC 9700 §4.7). Not where the account that is renewed says itself who it must be (R32).
 *
 * @param known who is connected so far; null: nobody, or the provider never told
 * @param found who signed in now, as far as that can be told
 */
export function needsApproval(
  known: ExternalAccount | null,
  found: { readonly externalAccount: ExternalAccount | null; readonly isUnidentified: boolean },
): boolean {
  return known === null || (found.externalAccount === null && !found.isUnidentified);
}
