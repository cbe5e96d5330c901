import { Secret } from "../domain/secret/secret.ts";
import type { Account } from "../domain/account/account.ts";
import type { Overrides } from "../domain/integration/overrides.ts";
import { ownClientFault } from "../domain/integration/own-client-fault.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import { leaseSeconds } from "../domain/refresh/refresh-policy.ts";
import { addOwnSecret } from "../domain/token/own-secrets.ts";
import { encodeTokenSet, type TokenSet } from "../domain/token/token-set.ts";
import type { AccountChange, SealedCredential } from "../ports/account-store.ts";
import type { ConfiguredIntegration } from "../ports/integration-store.ts";
import type { DataKey } from "../domain/sealing/envelope.ts";
import { tokenSetLocation } from "./attempt-changes.ts";
import { findDefinition } from "./load-integration.ts";
import { openTokenSet } from "./open-token-set.ts";
import { plainChange } from "./plain-change.ts";
import { notFound } from "./account-problem.ts";
import { refreshAccount } from "./refresh-account.ts";
import type { RefreshPorts } from "./refresh-ports.ts";
import { clientChangeRecord, invalidClient, refuseEnded, type OwnClientInput } from "./own-client-change.ts";
import { nextOverrides } from "./update-account.ts";

const pointer = "/overrides/credentials/oauth2";
/** A refresh that is under way is waited for this long, as its other waiters do. */
const patienceMs = (leaseSeconds + 5) * 1000;
const pauseMs = 250;

/**
 * Gives the client that an account brought itself another secret, where it keeps a customer's grant (R65). It is not tried: the only
 * request that could try it would spend a refresh token. So it overlaps instead, as an environment's does: the next refresh tries
 * it first and the one before it next, and since the provider refuses a client before it looks at the grant, nothing is spent. An
 * account that ended (`needs_reauth`) or is held, perhaps for its client, has nothing to lose and is refreshed at once.
 *
 * @throws DomainError not_found, disconnected, not_connected, invalid_request naming the field; conflict while a refresh of the
 *   account is open
 */
export async function addSecretOfOwnClient(ports: RefreshPorts, input: OwnClientInput): Promise<Account> {
  const startedMs = ports.clock.monotonicMs();
  do {
    const found = await ports.accounts.findWithCredential(input.environmentId, input.accountId);
    if (found === null) throw notFound();
    const { account, credential } = found;
    const overrides = await checked(ports, account, input);
    if (credential === null) throw new DomainError("not_connected", { detail: "This account has no credentials." });
    // The answer to an open attempt may bring a rotated refresh token: nothing may be written over what it goes on top of.
    if (account.attempt === null) {
      const stored = await ports.accounts.apply(await secretChange(ports, { account, credential, overrides, input }));
      if (stored !== null) return await comeBack(ports, stored, input.actor);
    }
    await ports.clock.sleep(pauseMs);
  } while (ports.clock.monotonicMs() - startedMs < patienceMs);
  throw new DomainError("conflict", {
    detail:
      "A refresh of this account is under way, or its outcome is not known yet; nothing was changed. Refresh the account (POST /api/v1/integrated-accounts/{id}/refresh), and try again.",
  });
}

/** @returns the account's overrides once those sent are laid over them; null: they stay */
async function checked(ports: RefreshPorts, account: Account, input: OwnClientInput): Promise<Overrides | null> {
  refuseEnded(account);
  const overrides = await nextOverrides(ports, account, input.overrides ?? null);
  const present = overrides === null ? account : { ...account, overrides };
  refuseUnfit(await findDefinition(ports.integrations, present), account, input);
  return overrides;
}

function refuseUnfit({ name, document }: ConfiguredIntegration, account: Account, input: OwnClientInput): void {
  const { credentials } = document;
  if (credentials.format !== "oauth2") {
    throw invalidClient(pointer, `${name} is of the format ${credentials.format}`);
  }
  const { clientId } = account;
  if (clientId === null) {
    throw invalidClient(
      pointer,
      "this account's grant was given to its environment's client; its own comes with an import",
    );
  }
  // RFC 6749 §6: "the refresh token is bound to the client to which it was issued".
  if (input.clientId !== null && input.clientId !== clientId) {
    throw invalidClient(
      `${pointer}/client_id`,
      "the account's grant is bound to the client that it came with; leave it out",
    );
  }
  const { clientSecret } = input;
  const fault = ownClientFault(credentials.config.options.authorizationMethod, { clientId, clientSecret });
  if (fault !== null) throw invalidClient(`${pointer}/${fault.field}`, `${name} ${fault.detail}`);
}

interface Adding {
  readonly account: Account;
  readonly credential: SealedCredential;
  readonly overrides: Overrides | null;
  readonly input: OwnClientInput;
}

/** Applied only while fence and version are those read: a refresh that was begun since has another fence. */
async function secretChange(ports: RefreshPorts, adding: Adding): Promise<AccountChange> {
  const { account, overrides, input } = adding;
  const access = { actor: input.actor, purpose: "client_change" } as const;
  const set = await openTokenSet(ports.vault, account, adding.credential, access);
  const dataKey = await ports.vault.prepare(account.environmentId, account.tenantId);
  const sealed = seal(ports, account, dataKey, addOwnSecret(set, new Secret(input.clientSecret), ports.clock.now()));
  const { version, kid } = sealed;
  return {
    ...plainChange(account, {
      credentialVersion: version,
      ...recalled(account, ports.clock.now()),
      ...(input.metadata === null ? {} : { metadata: input.metadata }),
      ...(overrides === null ? {} : { overrides }),
    }),
    ...(overrides === null ? {} : { ifOverrides: account.overrides }),
    credential: sealed,
    audit: [
      {
        environmentId: account.environmentId,
        actor: input.actor,
        action: "credential.sealed",
        target: account.id,
        accountId: account.id,
        keyId: kid,
        detail: { field: "token_set", version, reason: "client_secret_added" },
      },
      clientChangeRecord(account, input, overrides, ["client_secret"]),
    ],
  };
}

/** Whoever waits for hours since its client or its definition did not do is due again, as after a change of an environment's client. */
function recalled({ refreshDueAt, lastError, doubts }: Account, now: Date): AccountChange["set"] {
  const isPutOff = refreshDueAt !== null && refreshDueAt > now && lastError?.code === "client_misconfigured";
  return isPutOff && doubts === 0 ? { refreshDueAt: now, cooldownUntil: null } : {};
}

function seal(ports: RefreshPorts, account: Account, dataKey: DataKey, set: TokenSet) {
  const version = account.credentialVersion + 1;
  const plaintext = encodeTokenSet(set);
  const { kid, sealed } = ports.vault.seal(dataKey, tokenSetLocation(account, version), plaintext);
  plaintext.fill(0);
  const fingerprint =
    set.refreshToken === null ? null : ports.digests.digest("refresh_token", set.refreshToken.reveal());
  return { kind: "replace", version, kid, sealed, fingerprint, keepsTokens: true } as const;
}

/** The secret is kept, whatever comes of this. */
async function comeBack(ports: RefreshPorts, account: Account, actor: string): Promise<Account> {
  const { environmentId, id: accountId } = account;
  const hasEnded = account.status === "needs_reauth" || account.hold !== null;
  if (!hasEnded || !account.hasRefreshToken) return account;
  const { credentialVersion: seenVersion, credentialFence: seenFence } = account;
  const demand = { reason: "forced", minTtlSeconds: null, seenVersion, seenFence } as const;
  try {
    const outcome = await refreshAccount(ports, { environmentId, accountId, demand, actor });
    return outcome.kind === "not_found" ? account : outcome.account;
  } catch (error) {
    ports.log.warn({ account: accountId, error }, "an account with a new client secret could not be refreshed");
    return account;
  }
}
