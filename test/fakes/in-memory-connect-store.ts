import type { AuditRecord } from "#core/domain/audit/audit-record";
import { nextTryAt } from "#core/domain/connect/form-tries";
import type { ConnectSession, ConnectStore, ConnectTry, Link } from "#core/ports/connect-store";
import { DomainError } from "#core/domain/problem/domain-error";
import type { AccountChange } from "#core/ports/account-store";
import type { Clock } from "#core/ports/clock";
import type { ApplyFailure } from "./in-memory-account-store.ts";

export interface InMemoryConnectStore extends ConnectStore {
  readonly links: ReadonlyMap<string, Link>;
  readonly sessions: ReadonlyMap<string, ConnectSession>;
  readonly tries: ReadonlyMap<string, ConnectTry>;
  readonly audit: readonly AuditRecord[];
  /** Sealed, by session. */
  readonly held: ReadonlyMap<string, Uint8Array>;
  /** What the account store does in the transaction of a change that completes a link. @returns false: the link is used */
  complete(done: NonNullable<AccountChange["completes"]>): boolean;
  /** One entry for each coming holdGrant, as `failApplies` of the account store; null: the database is back. */
  failHolds(...failures: (ApplyFailure | null)[]): void;
}

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

export function createInMemoryConnectStore(clock: Clock): InMemoryConnectStore {
  const links = new Map<string, Link>();
  const linkDigests = new Map<string, Uint8Array>();
  const sessions = new Map<string, ConnectSession>();
  const stateDigests = new Map<string, Uint8Array>();
  const verifiers = new Map<string, Uint8Array>();
  const tries = new Map<string, ConnectTry>();
  const held = new Map<string, Uint8Array>();
  const audit: AuditRecord[] = [];
  const holdFailures: ApplyFailure[] = [];
  const away = (): DomainError => new DomainError("database_unavailable", { detail: "The database is away." });
  const forget = (id: string): void => {
    verifiers.delete(id);
    held.delete(id);
  };
  return {
    held,
    links,
    sessions,
    tries,
    audit,
    failHolds(...failures) {
      for (const one of failures) {
        if (one === null) holdFailures.splice(0);
        else holdFailures.push(one);
      }
    },
    complete({ sessionId, linkId, isApproval }) {
      if (isApproval === true && sessions.get(sessionId)?.status !== "unapproved") return false;
      if (linkId !== null) {
        const link = links.get(linkId);
        if (link === undefined || link.usedAt !== null) return false;
        links.set(linkId, { ...link, usedAt: clock.now() });
      }
      const session = sessions.get(sessionId);
      if (session !== undefined)
        sessions.set(sessionId, { ...session, status: "connected", failure: null, asked: null });
      if (isApproval === true) forget(sessionId);
      return true;
    },
    async createLink({ digest, ...link }, record) {
      const there = links.get(link.id);
      if (there !== undefined) return there.expiresAt;
      links.set(link.id, link);
      linkDigests.set(link.id, digest);
      audit.push(record);
      return link.expiresAt;
    },
    async findLinkByDigest(digest) {
      return [...links.values()].find(({ id }) => same(linkDigests.get(id) ?? new Uint8Array(), digest)) ?? null;
    },
    findLink: async (id) => links.get(id) ?? null,
    async bindAccount(linkId, accountId) {
      const link = links.get(linkId);
      if (link !== undefined) links.set(linkId, { ...link, accountId });
    },
    async createSession({ stateDigest, verifier, ...session }, records) {
      audit.push(...records);
      sessions.set(session.id, { ...session, status: "authorizing", failure: null, asked: null });
      if (stateDigest !== null) stateDigests.set(session.id, stateDigest);
      if (verifier !== null) verifiers.set(session.id, verifier.sealed);
    },
    async takeSession({ stateDigest, browserDigest, callbackId, now }) {
      const session = [...sessions.values()].find(
        (one) =>
          same(stateDigests.get(one.id) ?? new Uint8Array(), stateDigest) &&
          same(one.browserDigest, browserDigest) &&
          one.callbackId === callbackId &&
          one.status === "authorizing" &&
          one.expiresAt > now,
      );
      if (session === undefined) return null;
      const { callbackId: taker, redirectUri, tokenEndpoint } = session;
      if (taker === null || redirectUri === null || tokenEndpoint === null) throw new Error("a state without a trip");
      const taken = { ...session, callbackId: taker, redirectUri, tokenEndpoint, status: "exchanging" as const };
      sessions.set(session.id, taken);
      if (session.needsConfirmation) return { session: taken, verifier: null };
      const verifier = verifiers.get(session.id) ?? null;
      verifiers.delete(session.id);
      return { session: taken, verifier };
    },
    async findSessionOfBrowser(browserDigest) {
      return [...sessions.values()].findLast((one) => same(one.browserDigest, browserDigest)) ?? null;
    },
    findSession: async (id) => sessions.get(id) ?? null,
    async failSession(id, failure) {
      const session = sessions.get(id);
      if (session === undefined || session.status === "connected") return;
      sessions.set(id, { ...session, status: "failed", failure, asked: null });
      forget(id);
    },
    async holdAnswer({ sessionId, sealed, expiresAt }, records) {
      const session = sessions.get(sessionId);
      if (session === undefined || !["authorizing", "exchanging"].includes(session.status)) return false;
      sessions.set(sessionId, { ...session, status: "unconfirmed", expiresAt });
      held.set(sessionId, sealed);
      audit.push(...records);
      return true;
    },
    async findHeldAnswer(id) {
      const answer = held.get(id);
      return answer === undefined ? null : { answer, verifier: verifiers.get(id) ?? null };
    },
    async takeConfirmed(id, now, record) {
      const session = sessions.get(id);
      if (session?.status !== "unconfirmed" || session.expiresAt <= now) return null;
      const taken = { ...session, status: "exchanging" as const };
      sessions.set(id, taken);
      audit.push(record);
      const all = { connect_answer: held.get(id), pkce_verifier: verifiers.get(id) };
      forget(id);
      const sealed = Object.entries(all).flatMap(([field, bytes]) =>
        bytes === undefined ? [] : [{ field, version: 1, kid: "k1", sealed: bytes }],
      );
      return { session: taken, sealed };
    },
    async giveBackConfirmed({ session: { id }, sealed }) {
      const session = sessions.get(id);
      if (session?.status !== "exchanging" || !session.needsConfirmation) return false;
      sessions.set(id, { ...session, status: "unconfirmed" });
      for (const one of sealed) (one.field === "connect_answer" ? held : verifiers).set(id, one.sealed);
      return true;
    },
    async endUnconfirmed(id, failure) {
      const session = sessions.get(id);
      if (session?.status !== "unconfirmed") return false;
      sessions.set(id, { ...session, status: "failed", failure });
      forget(id);
      return true;
    },
    async refuseConfirmation({ id }, _tenantId, record) {
      const session = sessions.get(id);
      audit.push(record);
      if (session === undefined || !["authorizing", "unconfirmed"].includes(session.status)) return;
      sessions.set(id, { ...session, status: "failed", failure: { code: "binding_failed", detail: null } });
      forget(id);
    },
    async holdGrant({ sessionId, sealed, expiresAt }, asked, records) {
      const failure = holdFailures.shift();
      if (failure === "before_commit") throw away();
      const session = sessions.get(sessionId);
      if (session?.status !== "exchanging" && session?.status !== "unapproved") return false;
      sessions.set(sessionId, { ...session, status: "unapproved", asked, expiresAt });
      if (!held.has(sessionId)) audit.push(...records);
      held.set(sessionId, held.get(sessionId) ?? sealed);
      if (failure === "after_commit") throw away();
      return true;
    },
    findHeldGrant: async (id) => (sessions.get(id)?.status === "unapproved" ? (held.get(id) ?? null) : null),
    async endUnapproved(id, failure, records) {
      const session = sessions.get(id);
      if (session?.status !== "unapproved") return false;
      sessions.set(id, { ...session, status: "failed", failure, asked: null });
      forget(id);
      audit.push(...records);
      return true;
    },
    isAskedElsewhere: async ({ id, environmentId, integrationName, accountId }, externalAccountId) =>
      [...sessions.values()].some((one) => {
        const isOther = one.id !== id && one.environmentId === environmentId && one.integrationName === integrationName;
        if (!isOther || one.asked === null) return false;
        const other = one.asked.externalAccount?.id ?? null;
        if (other === null || externalAccountId === null) return one.accountId === accountId;
        return other === externalAccountId;
      }),
    listUnanswered: async (now, limit) =>
      [...sessions.values()]
        .filter((one) => one.status === "unapproved" && one.expiresAt <= now)
        .toSorted((one, other) => one.expiresAt.getTime() - other.expiresAt.getTime())
        .slice(0, limit),
    async beginTry(attempt) {
      const made = [...tries.values()].filter((one) => one.linkTokenId === attempt.linkTokenId);
      const next = nextTryAt(
        made.map((one) => one.madeAt),
        attempt.madeAt,
      );
      if (next === null) tries.set(attempt.id, { ...attempt, failure: null });
      return next;
    },
    async failTry(id, failure) {
      const attempt = tries.get(id);
      if (attempt !== undefined) tries.set(id, { ...attempt, failure });
    },
    findTry: async (linkId, browserDigest, since) =>
      [...tries.values()].findLast(
        (one) => one.linkTokenId === linkId && same(one.browserDigest, browserDigest) && one.madeAt > since,
      ) ?? null,
    listTries: async (linkId, since) =>
      [...tries.values()].filter((one) => one.linkTokenId === linkId && one.madeAt > since).map((one) => one.madeAt),
  };
}
