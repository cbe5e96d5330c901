import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { parse as parseCookies } from "hono/utils/cookie";
import { isWellFormedApiKey } from "#core/domain/access/api-key";
import { rolePermissions, type Caller, type Permission } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import type { EnvironmentStore } from "#core/ports/environment-store";
import type { Log } from "#core/ports/log";
import type { Metrics } from "#core/ports/metrics";
import type { SecretDigests } from "#core/ports/secret-digests";
import type { AccessStore } from "#adapters/postgres/access-store";
import type { Admission } from "./admission.ts";
import type { AdminSignIn, LiveSession } from "./admin-sign-in.ts";
import { passHeader, permissionsOfPages, type PagePass } from "./page-pass.ts";

/** The environment that a browser's requests are about; the dashboard's switcher sets it. */
export const environmentCookie = "evergrant_environment";
/** Sent by pages of the dashboard: of which environment they are. */
export const environmentHeader = "evergrant-environment";

/** A revoked key is refused everywhere within this time. */
const keyCacheMs = 750;

/** What of a request tells who makes it, whichever server read it. */
export interface CredentialedRequest {
  readonly method: string;
  /** By lower-case name. */
  header(name: string): string | undefined;
  /** For where it came from. */
  readonly incoming: IncomingMessage;
}

export interface Authenticator {
  /** @throws DomainError unauthorized, forbidden, rate_limited */
  callerOf(request: CredentialedRequest): Promise<Caller>;
  /** @param authorization the header as it came. @throws DomainError unauthorized, forbidden, rate_limited, database_unavailable */
  callerByKey(authorization: string, request: IncomingMessage): Promise<Caller>;
  /**
   * The same at once, for a key that was found in force a moment ago. Null: `callerByKey` has to ask.
   * @throws DomainError rate_limited; forbidden from an address that the key is not for
   */
  knownByKey(authorization: string, request: IncomingMessage): Caller | null;
  /** Whether who made a request earlier might make it now: the session lives, the key is neither revoked, stopped nor expired. */
  isInForce(caller: Caller, request: CredentialedRequest): Promise<boolean>;
  /** Who is signed in, with the environment of this browser. @throws DomainError unauthorized */
  adminOf(request: CredentialedRequest): Promise<LiveSession & { readonly caller: Caller }>;
}

/** What was found of a key, and when. */
interface Known {
  at: number;
  readonly caller: Promise<Caller | null>;
  /** As it was found last. */
  isInForce: boolean;
  /** Null: it is not in force, or not found yet. */
  found: Caller | null;
}

export function createAuthenticator(ports: {
  readonly access: AccessStore;
  readonly environments: EnvironmentStore;
  readonly digests: SecretDigests;
  readonly signIn: AdminSignIn;
  readonly pagePass: Pick<PagePass, "read">;
  readonly admission: Admission;
  readonly publicUrl: string;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "keyRejected">;
}): Authenticator {
  const keys = new Map<string, Known>();
  const { admission } = ports;

  const findCaller = async (key: string): Promise<Caller | null> => {
    const record = await ports.access.findUsableKey(ports.digests.digest("api_key", key));
    if (record === null) return null;
    ports.access.touchKey(record.id).catch((error: unknown) => ports.log.warn({ error }, "last use not noted"));
    return {
      kind: "api_key",
      id: record.id,
      environmentId: record.environmentId,
      environment: record.environment,
      permissions: new Set(record.permissions),
      tenantIds: record.tenantIds.length > 0 ? record.tenantIds : null,
      integrationNames: record.integrationNames.length > 0 ? record.integrationNames : null,
      ...(record.addresses.length > 0 ? { addresses: record.addresses } : {}),
    };
  };

  const ask = (id: string, key: string, isInForce: boolean): Known => {
    if (keys.size > 10_000) keys.clear();
    const asked: Known = { at: performance.now(), caller: findCaller(key), isInForce, found: null };
    keys.set(id, asked);
    asked.caller.then(
      (caller) => {
        asked.isInForce = caller !== null;
        asked.found = caller;
      },
      // A failure is not remembered: the next request asks the database again.
      () => (asked.at = -keyCacheMs),
    );
    return asked;
  };

  const isFresh = (known: Known): boolean => performance.now() - known.at < keyCacheMs;

  const findKnown = async (key: string, request: IncomingMessage): Promise<Caller | null> => {
    const id = cacheNameOf(key);
    const known = keys.get(id);
    if (known !== undefined && isFresh(known)) {
      const caller = await known.caller;
      if (caller === null) admission.admitUnknown(request);
      return caller;
    }
    // A key that was in force a moment ago is looked up whatever comes from its address: its owner may share that with a flood.
    if (known?.isInForce === true) return await ask(id, key, true).caller;
    // Before the query, so that a flood of keys that do not exist costs none.
    admission.admitUnknown(request);
    let isUnknown = false;
    try {
      const caller = await ask(id, key, false).caller;
      isUnknown = caller === null;
      return caller;
    } finally {
      // A database that is away says nothing about a key: its owner is to hear that, and not that there were too many.
      if (!isUnknown) admission.takeBack(request);
    }
  };

  const byKey = async (authorization: string, request: IncomingMessage): Promise<Caller> => {
    const key = keyIn(authorization);
    // One that is mistyped costs no query (F4).
    const isPossible = isWellFormedApiKey(key);
    if (!isPossible) admission.admitUnknown(request);
    const caller = isPossible ? await findKnown(key, request) : null;
    if (caller === null) {
      ports.metrics.keyRejected(isPossible ? "not_in_force" : "malformed");
      throw new DomainError("unauthorized", {
        detail:
          "The API key is not known, was revoked or stopped, or has expired. Send a valid one as: Authorization: Bearer evg_…",
      });
    }
    admission.admit(caller, request);
    return caller;
  };

  // Several doors may ask about one request, which counts once against its limit.
  const asked = new WeakMap<IncomingMessage, Caller | Promise<Caller>>();
  const callerByKey = async (authorization: string, request: IncomingMessage): Promise<Caller> => {
    const known = asked.get(request) ?? byKey(authorization, request);
    asked.set(request, known);
    return await known;
  };
  const knownByKey = (authorization: string, request: IncomingMessage): Caller | null => {
    // Its form needs no check: what has none is never remembered as found.
    const known = keys.get(cacheNameOf(keyIn(authorization)));
    if (known === undefined || known.found === null || !isFresh(known)) return null;
    // Who is refused here is refused by callerByKey, which counts no more than this does.
    admission.admit(known.found, request);
    asked.set(request, known.found);
    return known.found;
  };

  const liveBy = async (pass: string): Promise<LiveSession | null> => {
    const visitor = await ports.pagePass.read(pass);
    return visitor === null || visitor.sessionId === null ? null : await ports.signIn.sessionBy(visitor.sessionId);
  };

  const adminOf = async (request: CredentialedRequest): Promise<LiveSession & { caller: Caller }> => {
    const cookies = request.header("cookie") ?? null;
    const pass = request.header(passHeader);
    const live = await (pass === undefined ? ports.signIn.sessionOf(cookies) : liveBy(pass));
    if (live === null) {
      throw new DomainError("unauthorized", {
        detail: "Send an API key as: Authorization: Bearer evg_…, or sign in to the dashboard.",
      });
    }
    if (pass === undefined) refuseForeignOrigin(request, ports.publicUrl);
    else refuseChange(request);
    const name = parseCookies(cookies ?? "", environmentCookie)[environmentCookie] ?? "production";
    const environment =
      (await ports.environments.findByName(name)) ?? (await ports.environments.findByName("production"));
    if (environment === null) throw new DomainError("not_found", { detail: `There is no environment ${name}.` });
    refuseOther(request.header(environmentHeader), environment.name);
    const { user, session } = live;
    const role = rolePermissions[user.role];
    const caller: Caller = {
      kind: "admin",
      id: user.id,
      environmentId: environment.id,
      environment: environment.name,
      permissions: pass === undefined ? new Set(role) : permissionsOfPages(role),
      tenantIds: null,
      integrationNames: null,
      // A page has confirmed nothing, however lately its visitor did.
      session: { id: session.id, confirmedAt: pass === undefined ? session.confirmedAt : null },
    };
    return { user, session, caller };
  };

  return {
    adminOf,
    callerByKey,
    knownByKey,
    async isInForce({ session }, request) {
      if (session !== undefined) return await ports.signIn.isLive(session.id);
      return (await findKnown(keyIn(request.header("authorization") ?? ""), request.incoming)) !== null;
    },
    async callerOf(request) {
      const authorization = request.header("authorization");
      if (authorization !== undefined) return await callerByKey(authorization, request.incoming);
      const { caller } = await adminOf(request);
      admission.admit(caller, request.incoming);
      return caller;
    },
  };
}

/** By a plain digest: it stays in this process, and that of the database is keyed and costs more than a read should. */
function cacheNameOf(key: string): string {
  return hash("sha256", key, "base64");
}

function keyIn(authorization: string): string {
  return /^Bearer ([^\s]+)$/i.exec(authorization.trim())?.[1] ?? "";
}

/** A cookie goes along with requests that another site makes a browser send; a change must come from our own pages (G6). */
export function refuseForeignOrigin(request: CredentialedRequest, publicUrl: string): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  const origin = request.header("origin");
  const isOwn = origin === undefined ? request.header("sec-fetch-site") === "same-origin" : origin === publicUrl;
  if (isOwn) return;
  throw new DomainError("forbidden", {
    detail: `Changes with a session come from pages of ${publicUrl} only. Open the dashboard at exactly that address, or use an API key.`,
  });
}

/** The cookie is of all windows of a browser; a page that one of them shows is of the environment that it was made for. */
function refuseOther(ofPage: string | undefined, environment: string): void {
  if (ofPage === undefined || ofPage === environment) return;
  throw new DomainError("conflict", {
    detail: `This page is of the environment ${ofPage}, and this browser has switched to ${environment} since. Nothing was done. Switch back, or load the page again.`,
    extensions: { reason: "other_environment" },
  });
}

/** web makes pages, and changes nothing. */
function refuseChange({ method }: CredentialedRequest): void {
  if (method === "GET" || method === "HEAD") return;
  throw new DomainError("forbidden", {
    detail: "A page's pass only reads. Changes come with the visitor's own session.",
  });
}

/** @throws DomainError forbidden, naming the permission */
export function demand(caller: Caller, permission: Permission): void {
  if (caller.permissions.has(permission)) return;
  throw new DomainError("forbidden", {
    detail: `This needs the permission ${permission}, which ${caller.kind === "api_key" ? "this key" : "your role"} does not have.`,
    extensions: { permission },
  });
}
