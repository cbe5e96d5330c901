import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import { approvalSeconds } from "../domain/connect/connect-failure.ts";
import { decodeHeldGrant, encodeHeldGrant, type HeldGrant } from "../domain/connect/held-grant.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { Account } from "../domain/account/account.ts";
import type { SealLocation } from "../domain/sealing/envelope.ts";
import { firstTokenSet } from "../domain/token/token-set.ts";
import type { AskedGrant, ConnectSession } from "../ports/connect-store.ts";
import { forgetKeys, isInUse, refuseGrant, type InspectedGrant, type KeepPorts } from "./keep-grant.ts";
import { untilAvailable } from "./until-available.ts";
import type { OpenAccess, Vault } from "./vault.ts";

/** A session whose person is asked. */
export type AskedSession = ConnectSession & { readonly asked: AskedGrant };

/** How long the person's browser waits for a database that is away, milliseconds. */
const patienceMs = 10_000;
const pauseMs = 500;

/**
 * Seals what a code was exchanged for until the person has said that it is the right account (R93). The data key was made before
 * the exchange, so nothing but the database can fail here. A grant that it does not take in time is ended at its provider: the
 * person is at the page, and tries again.
 */
export async function holdGrant(
  ports: KeepPorts,
  grant: InspectedGrant,
  { clientId, externalAccount: known }: Account,
): Promise<AskedSession | ConnectFailure> {
  const { session, result, sentAt, inspected } = grant;
  const [dataKey] = grant.keys;
  if (dataKey === undefined) throw new Error(`no data key was made for the grant of ${session.id}`);
  const tokenSet = firstTokenSet(result.response, session.scopesRequested, sentAt);
  const plaintext = encodeHeldGrant({
    tokenSet,
    fields: inspected.fields,
    clientId,
    asked: { at: sentAt, httpStatus: result.httpStatus },
  });
  const { kid, sealed } = ports.vault.seal(dataKey, locationOf(session), plaintext);
  plaintext.fill(0);
  const asked: AskedGrant = {
    externalAccount: inspected.externalAccount,
    scopesGranted: tokenSet.scopes,
    known: known?.id ?? null,
  };
  const expiresAt = new Date(ports.clock.now().getTime() + approvalSeconds * 1000);
  const isHeld = await insist(ports, session, () =>
    ports.connect.holdGrant(
      { sessionId: session.id, environmentId: session.environmentId, kid, sealed, expiresAt },
      asked,
      [
        {
          environmentId: session.environmentId,
          actor: "connect",
          action: "secret.sealed",
          target: session.id,
          accountId: session.accountId,
          keyId: kid,
          detail: { field: "connect_grant", version: 1 },
        },
      ],
    ),
  );
  if (isHeld === true) {
    forgetKeys(grant.keys);
    return { ...session, status: "unapproved", asked, expiresAt };
  }
  const dropped = dropUnheld(ports, grant);
  // While the database is away that may take long; nobody waits for it at a page.
  if (isHeld === null) {
    dropped.catch((error: unknown) => ports.log.error({ session: session.id, error }, "a grant could not be dropped"));
    return { code: "server_error", detail: null };
  }
  await dropped;
  return { code: "expired", detail: null };
}

/** @returns null when the database did not take it in time; its last word is then not known */
async function insist(
  { clock, log }: KeepPorts,
  { id }: ConnectSession,
  hold: () => Promise<boolean>,
): Promise<boolean | null> {
  const untilMs = clock.monotonicMs() + patienceMs;
  for (;;) {
    try {
      return await hold();
    } catch (error) {
      const isAway = error instanceof DomainError && error.code === "database_unavailable";
      if (!isAway || clock.monotonicMs() >= untilMs) {
        log.error({ session: id, error }, "a grant could not be stored for its person to approve");
        return null;
      }
      await clock.sleep(pauseMs);
    }
  }
}

/** Ended only once it is certain that nobody can approve it any more. */
async function dropUnheld(ports: KeepPorts, grant: InspectedGrant): Promise<void> {
  const { id } = grant.session;
  const failure: ConnectFailure = { code: "server_error", detail: null };
  const session = await untilAvailable(ports.clock, "database_unavailable", async () => {
    await ports.connect.failSession(id, failure);
    return await ports.connect.findSession(id);
  });
  // The word of a COMMIT was lost, and its person was quick; or another account of the same person's works.
  const { externalAccount } = grant.inspected;
  const isKept = session?.status === "connected" || (await isInUse(ports, grant.session, externalAccount));
  if (isKept) forgetKeys(grant.keys);
  else await refuseGrant(ports, grant, failure);
}

/** @throws DomainError as `Vault.open` does */
export async function openHeldGrant(
  ports: { readonly vault: Vault },
  session: ConnectSession,
  sealed: Uint8Array,
  purpose: OpenAccess["purpose"] & ("approval" | "revoke"),
  actor: string,
): Promise<HeldGrant> {
  const bytes = await ports.vault.open(locationOf(session), sealed, { actor, accountId: session.accountId, purpose });
  const grant = decodeHeldGrant(bytes);
  bytes.fill(0);
  return grant;
}

function locationOf({ environmentId, id }: ConnectSession): SealLocation {
  return { environmentId, owner: id, field: "connect_grant", version: 1 };
}
