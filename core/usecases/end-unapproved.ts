import type { ConnectFailure } from "../domain/connect/connect-failure.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { ConnectSession } from "../ports/connect-store.ts";
import { withOwnClient } from "./circuit-of.ts";
import { endGrant, isEndable } from "./end-grant.ts";
import { openHeldGrant } from "./hold-grant.ts";
import { isInUse, type KeepPorts } from "./keep-grant.ts";
import { concreteIntegration, loadIntegration, openSecretsOf } from "./load-integration.ts";

/** How many are ended in one go, and how long that may take, milliseconds: the task comes again. */
const mostAtOnce = 500;
const patienceMs = 240_000;

/**
 * Throws a grant away that its person did not want, or did not answer for (R93), and ends it at the provider where that can be told.
 * What is needed for that is opened first: a key service that is away ends nothing, and the next call finds all as it was.
 *
 * @returns false: somebody approved or ended it first
 * @throws DomainError kms_unavailable, database_unavailable
 */
export async function endUnapproved(
  ports: KeepPorts,
  session: ConnectSession,
  failure: ConnectFailure,
  actor: string,
): Promise<boolean> {
  const end = await prepareEnd(ports, session, actor);
  const { environmentId, id: target, accountId } = session;
  const about = { environmentId, actor, target, accountId };
  const isEnded = await ports.connect.endUnapproved(target, failure, [
    { ...about, action: "secret.erased", detail: { field: "connect_grant", version: 1, reason: failure.code } },
    ...(failure.code === "declined"
      ? [{ ...about, action: "connect.declined" as const, detail: { integration: session.integrationName } }]
      : []),
  ]);
  if (!isEnded) return false;
  ports.log.info({ session: target, failure: failure.code }, "a grant was not approved");
  await end();
  return true;
}

/** Never throws for what lasts: a value that does not open, or a definition that is not to be used, must not keep a grant here. */
async function prepareEnd(ports: KeepPorts, session: ConnectSession, actor: string): Promise<() => Promise<void>> {
  const nothing = async (): Promise<void> => {};
  try {
    const sealed = await ports.connect.findHeldGrant(session.id);
    const account = await ports.accounts.find(session.environmentId, session.accountId);
    if (sealed === null || account === null) return nothing;
    // The grant that is renewed lives, and nobody can tell whether it is the same person's.
    if (account.status === "active" && session.asked?.externalAccount == null) return nothing;
    if (await isInUse(ports, session, session.asked?.externalAccount ?? null)) return nothing;
    const { configured, resolved: found } = await loadIntegration(ports.integrations, account);
    const { document } = configured;
    // Nothing of it goes anywhere but to where it came from (checklist A10).
    if (found.pinnedTokenEndpoint !== session.tokenEndpoint || !isEndable({ document, resolved: found }))
      return nothing;
    const { tokenSet, clientId, fields } = await openHeldGrant(ports, session, sealed, "revoke", actor);
    const concrete = await concreteIntegration(ports.integrations, configured, { ...account, fields });
    const resolved = withOwnClient(concrete.resolved, clientId);
    // With another client than the code was given to, nobody can end it.
    if (clientId !== account.clientId) return nothing;
    const secrets = await openSecretsOf(ports, configured, account, actor);
    const { accessToken, refreshToken } = tokenSet;
    return async () => void (await endGrant(ports, { document, resolved, secrets, accessToken, refreshToken }));
  } catch (error) {
    const isPassing =
      error instanceof DomainError && (error.code === "kms_unavailable" || error.code === "database_unavailable");
    if (isPassing) throw error;
    ports.log.warn({ session: session.id, error }, "a grant that nobody approved can't be ended at its provider");
    return nothing;
  }
}

/** Ends what nobody answered for in time; housekeeping's. @returns how many */
export async function endUnanswered(ports: KeepPorts): Promise<number> {
  const untilMs = ports.clock.monotonicMs() + patienceMs;
  let ended = 0;
  for (const session of await ports.connect.listUnanswered(ports.clock.now(), mostAtOnce)) {
    if (ports.clock.monotonicMs() >= untilMs) break;
    try {
      if (await endUnapproved(ports, session, { code: "expired", detail: null }, "worker")) ended += 1;
    } catch (error) {
      // A key service of one environment must not keep the others' here; a day later it goes unopened.
      ports.log.error(
        { session: session.id, error },
        "a grant that nobody approved could not be ended; it is tried again",
      );
    }
  }
  return ended;
}
