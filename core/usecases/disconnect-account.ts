import type { Account } from "../domain/account/account.ts";
import { transition } from "../domain/account/transition.ts";
import { isTypedDocument } from "../domain/integration/credential-fields.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { TokenSet } from "../domain/token/token-set.ts";
import type { AccountChange, SealedCredential } from "../ports/account-store.ts";
import type { ClientSecrets } from "../ports/authorization-server.ts";
import { happeningOf } from "./attempt-changes.ts";
import { withOwnClient } from "./circuit-of.ts";
import { endGrant, isEndable, type Revocation } from "./end-grant.ts";
import {
  concreteIntegration,
  findDefinition,
  openClientSecrets,
  ownClientSecrets,
  type LoadedIntegration,
} from "./load-integration.ts";
import { notFound } from "./account-problem.ts";
import { openCredential } from "./open-credential.ts";
import { plainChange } from "./plain-change.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

const attempts = 10;

/**
 * Ends a connection: tokens erased, fence raised, event written, and only then the provider told (R33). It finishes here even
 * if the provider never answers, and says what could not be revoked. A second call finds nothing left to do.
 */
export async function disconnectAccount(
  ports: RefreshPorts,
  input: { readonly environmentId: string; readonly accountId: string; readonly actor: string },
): Promise<{ readonly account: Account; readonly revocation: Revocation }> {
  let prepared: (() => Promise<Revocation>) | null = null;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const found = await ports.accounts.findWithCredential(input.environmentId, input.accountId);
    if (found === null) throw notFound();
    const { account } = found;
    // Ended before this call; or by it, when the word of its commit was lost: then the provider is still to be told.
    if (transition(account.status, { kind: "disconnect" }) === null)
      return { account, revocation: prepared === null ? "not_supported" : await prepared() };
    const revoke = await prepareRevocation(ports, found, input.actor);
    prepared = revoke;
    const stored = await applyOrLater(ports, attempt, {
      // By version too: a refresh that was written meanwhile raises no fence, and its token is the one to revoke.
      ...plainChange(account, {}),
      raiseFence: true,
      releaseLease: true,
      set: {
        hold: null,
        refreshDueAt: null,
        cooldownUntil: null,
        expiresAt: null,
        issuedAt: null,
        hasRefreshToken: false,
      },
      happening: happeningOf(ports.random, "disconnect", ports.clock.now(), input.actor),
      credential: { kind: "erase" },
      audit: [
        {
          environmentId: account.environmentId,
          actor: input.actor,
          action: "credential.erased",
          target: account.id,
          accountId: account.id,
        },
      ],
    });
    // The fence moved between read and write (a refresh was written): the token to revoke is another one now.
    if (stored === null) continue;
    return { account: stored, revocation: await revoke() };
  }
  throw new DomainError("conflict", { detail: "The account kept changing. Try again." });
}

/** A database that failed may have committed all the same: the next look at the row tells. */
async function applyOrLater(ports: RefreshPorts, attempt: number, change: AccountChange): Promise<Account | null> {
  try {
    return await ports.accounts.apply(change);
  } catch (error) {
    if (attempt >= 2) throw error;
    await ports.clock.sleep(200);
    return null;
  }
}

/**
 * Opens what the provider must be told before it is erased. What lasts (a value that does not open, credentials of another kind than
 * the definition's) must not keep anybody connected; what passes is waited for, so that the grant can still be ended.
 *
 * @throws DomainError kms_unavailable, database_unavailable
 */
async function prepareRevocation(
  ports: RefreshPorts,
  found: { readonly account: Account; readonly credential: SealedCredential | null },
  actor: string,
): Promise<() => Promise<Revocation>> {
  const { account, credential } = found;
  if (credential === null) return async () => "not_supported";
  const failed = async (): Promise<Revocation> => "failed";
  let integration: LoadedIntegration;
  try {
    const configured = await findDefinition(ports.integrations, account);
    // What somebody typed is ended where it was made, by whoever made it. Tokens of a definition that was another one may live on.
    if (isTypedDocument(configured.document)) {
      return account.hasRefreshToken || account.expiresAt !== null ? failed : async () => "not_supported";
    }
    integration = await concreteIntegration(ports.integrations, configured, account);
  } catch (error) {
    refusePassing(error);
    // With a reason, there is a definition that must not be used: the grant may well be alive at the provider.
    const isGone =
      error instanceof DomainError && error.code === "client_misconfigured" && !("reason" in error.extensions);
    return isGone ? async () => "not_supported" : failed;
  }
  const { document } = integration.configured;
  if (!isEndable({ document, resolved: integration.resolved })) return async () => "not_supported";
  let set: TokenSet;
  let secrets: ClientSecrets;
  try {
    const opened = await openCredential(ports.vault, account, credential, { actor, purpose: "revoke" });
    if (opened.kind === "typed") return async () => "not_supported";
    set = opened.set;
    secrets =
      account.clientId === null
        ? await openClientSecrets(ports, integration.configured, actor)
        : ownClientSecrets(set, ports.clock.now());
  } catch (error) {
    refusePassing(error);
    return failed;
  }
  const resolved = withOwnClient(integration.resolved, account.clientId);
  const { accessToken, refreshToken } = set;
  return async () => await endGrant(ports, { document, resolved, secrets, accessToken, refreshToken });
}

/** Throws what another try may not meet. */
function refusePassing(error: unknown): void {
  if (error instanceof DomainError && (error.code === "kms_unavailable" || error.code === "database_unavailable")) {
    throw error;
  }
}
