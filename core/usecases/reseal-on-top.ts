import { DomainError } from "../domain/problem/domain-error.ts";
import { ownSecrets, withOwnSecrets } from "../domain/token/own-secrets.ts";
import { encodeTokenSet } from "../domain/token/token-set.ts";
import type { AccountChange, AccountStore } from "../ports/account-store.ts";
import type { Log } from "../ports/log.ts";
import { tokenSetLocation } from "./attempt-changes.ts";
import { openTokenSet } from "./open-token-set.ts";
import type { Vault } from "./vault.ts";

export interface ResealPorts {
  readonly accounts: AccountStore;
  readonly vault: Vault;
  readonly log: Log;
}

/**
 * An answer that waited on disk, and whose account's own client got another secret meanwhile (R65): its tokens with the secrets that
 * are there by now, as the next version. Null: the tokens below are other ones than it was obtained with, or nothing can be opened;
 * it is superseded then.
 *
 * @throws DomainError `kms_unavailable`, `database_unavailable`
 */
export async function resealOnTop(ports: ResealPorts, change: AccountChange): Promise<AccountChange | null> {
  const { credential, onCredentialFence } = change;
  if (credential?.kind !== "replace" || onCredentialFence === undefined) return null;
  const found = await ports.accounts.findWithCredential(change.environmentId, change.accountId);
  if (found === null || found.credential === null) return null;
  const { account } = found;
  const { clientId, credentialVersion, credentialFence } = account;
  if (clientId === null || credentialFence !== onCredentialFence || credentialVersion === change.ifVersion) return null;
  const access = { actor: "recovery", purpose: "client_change" } as const;
  try {
    const present = await openTokenSet(ports.vault, account, found.credential, access);
    const waited = await openTokenSet(ports.vault, account, credential, access);
    const version = credentialVersion + 1;
    const dataKey = await ports.vault.prepare(change.environmentId, account.tenantId);
    const plaintext = encodeTokenSet(withOwnSecrets(waited, ownSecrets(present)));
    const { kid, sealed } = ports.vault.seal(dataKey, tokenSetLocation(account, version), plaintext);
    plaintext.fill(0);
    return {
      ...change,
      ifVersion: credentialVersion,
      set: { ...change.set, credentialVersion: version },
      credential: { ...credential, version, kid, sealed },
      audit: change.audit.map((one) =>
        one.action === "credential.sealed" ? { ...one, keyId: kid, detail: { ...one.detail, version } } : one,
      ),
    };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "sealed_value_invalid") throw error;
    ports.log.error({ account: account.id, error }, "a spooled answer could not be put on top of a new client secret");
    return null;
  }
}
