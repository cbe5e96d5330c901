import type { Account, ExternalAccount } from "../domain/account/account.ts";
import { encodeTypedCredential, type TypedCredential } from "../domain/credential/typed-credential.ts";
import type { DataKey } from "../domain/sealing/envelope.ts";
import type { AccountChange } from "../ports/account-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";
import { happeningOf, tokenSetLocation } from "./attempt-changes.ts";
import { plainChange } from "./plain-change.ts";
import type { Vault } from "./vault.ts";

export interface NewTypedCredential {
  readonly typed: TypedCredential;
  /** Null: leave what is there. */
  readonly externalAccount: ExternalAccount | null;
  readonly dataKey: DataKey;
  readonly actor: string;
  readonly reason: "connected" | "reauthorized" | "imported";
  readonly completes: AccountChange["completes"];
}

/** The change that gives an account what was typed: no end, no alarm, no circuit, and the one sealed value that an account has. */
export function typedCredentialChange(
  ports: { readonly vault: Vault; readonly clock: Clock; readonly random: Randomness },
  account: Account,
  { typed, externalAccount, dataKey, actor, reason, completes }: NewTypedCredential,
): AccountChange {
  const now = ports.clock.now();
  const version = account.credentialVersion + 1;
  const plaintext = encodeTypedCredential(typed);
  const { kid, sealed } = ports.vault.seal(dataKey, tokenSetLocation(account, version), plaintext);
  plaintext.fill(0);
  return {
    ...plainChange(account, {}),
    raiseFence: true,
    releaseLease: true,
    set: {
      hold: null,
      ...(externalAccount === null ? {} : { externalAccount }),
      scopesRequested: [],
      scopesGranted: [],
      scopesRefused: [],
      expiresAt: null,
      issuedAt: now,
      hasRefreshToken: false,
      refreshDueAt: null,
      cooldownUntil: null,
      consecutiveFailures: 0,
      doubts: 0,
      doubtedAt: null,
      learnedLifetimeSeconds: null,
      refreshTokenRotatedAt: null,
      lastError: null,
      circuitKey: null,
      credentialVersion: version,
    },
    happening: happeningOf(ports.random, "credentials_obtained", now, actor),
    credential: { kind: "replace", version, kid, sealed, fingerprint: null },
    completes,
    audit: [
      {
        environmentId: account.environmentId,
        actor,
        action: "credential.sealed",
        target: account.id,
        accountId: account.id,
        keyId: kid,
        // The one sealed value of an account has one name, whatever it holds.
        detail: { field: "token_set", format: typed.format, version, reason },
      },
    ],
  };
}
