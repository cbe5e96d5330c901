import type { SessionTimes } from "../domain/access/admin-session.ts";
import type { AuditAction, AuditRecord } from "../domain/audit/audit-record.ts";
import { idRandomBytes, makeId } from "../domain/identifier/identifier.ts";
import type { AdminStore, NewSession } from "../ports/admin-store.ts";
import type { AuditLog } from "../ports/audit-log.ts";
import type { Clock } from "../ports/clock.ts";
import type { Passwords } from "../ports/passwords.ts";
import type { Randomness } from "../ports/randomness.ts";

/** What administering administrators needs. */
export interface AdminPorts {
  readonly admins: AdminStore;
  readonly passwords: Passwords;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly sessionTimes: SessionTimes;
  /** Administrators belong to no environment; this one's log stands for the installation. */
  readonly auditEnvironmentId: string;
}

/** The browser that signs in. */
export interface Browser {
  /** Empty: nobody can tell. */
  readonly address: string;
  readonly userAgent: string;
  /** The session that it has, as its cookie says; null: none. */
  readonly sessionId: string | null;
}

export function recordOf(
  ports: Pick<AdminPorts, "auditEnvironmentId">,
  action: AuditAction,
  actor: string,
  target: string,
  detail: AuditRecord["detail"] = {},
): AuditRecord {
  return { environmentId: ports.auditEnvironmentId, actor, action, target, detail };
}

/** A browser says what it likes: as much as tells one from another. */
const mostOfUserAgent = 300;

/** A session for this browser, and the end of the one that it had: whoever planted an id in it holds nothing (session fixation). */
export function newSession(
  ports: Pick<AdminPorts, "random" | "sessionTimes">,
  browser: Browser,
  how: Pick<NewSession, "method" | "confirmedAt">,
): NewSession {
  return {
    ...how,
    id: makeId("ses", ports.random.bytes(idRandomBytes)),
    lifetimeSeconds: ports.sessionTimes.absoluteSeconds,
    address: browser.address,
    userAgent: browser.userAgent.slice(0, mostOfUserAgent),
    replaces: browser.sessionId,
  };
}
