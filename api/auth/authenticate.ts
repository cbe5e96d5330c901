import { hash } from "node:crypto";
import { getCookie } from "hono/cookie";
import type { Context } from "hono";
import { isWellFormedApiKey } from "#core/domain/access/api-key";
import { rolePermissions, type Caller, type Permission } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import type { EnvironmentStore } from "#core/ports/environment-store";
import type { Log } from "#core/ports/log";
import type { Metrics } from "#core/ports/metrics";
import type { SecretDigests } from "#core/ports/secret-digests";
import type { AccessStore, AdminUser } from "#adapters/postgres/access-store";
import type { AdminSignIn } from "./admin-sign-in.ts";

/** The environment that a browser's requests are about; the dashboard's switcher sets it. */
export const environmentCookie = "evergrant_environment";

/** A revoked key is refused everywhere within this time. */
const keyCacheMs = 750;

export interface Authenticator {
  /** @throws DomainError unauthorized, forbidden */
  callerOf(context: Context): Promise<Caller>;
  /** Null: it names no key that is in force. @throws DomainError database_unavailable */
  callerByKey(authorization: string): Promise<Caller | null>;
  /** Who is signed in, with the environment of this browser. @throws DomainError unauthorized */
  adminOf(context: Context): Promise<{ readonly user: AdminUser; readonly caller: Caller }>;
}

export function createAuthenticator(ports: {
  readonly access: AccessStore;
  readonly environments: EnvironmentStore;
  readonly digests: SecretDigests;
  readonly signIn: AdminSignIn;
  readonly publicUrl: string;
  readonly log: Log;
  readonly metrics: Pick<Metrics, "keyRejected">;
}): Authenticator {
  // By a digest of this process's own: the one that the database knows is keyed, and costs more than a read should.
  const keys = new Map<string, { readonly at: number; readonly caller: Promise<Caller | null> }>();

  const findCaller = async (key: string): Promise<Caller | null> => {
    if (!isWellFormedApiKey(key)) return null;
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
    };
  };

  const callerByKey = (authorization: string): Promise<Caller | null> => {
    const key = keyIn(authorization);
    const id = hash("sha256", key, "base64");
    const known = keys.get(id);
    if (known !== undefined && performance.now() - known.at < keyCacheMs) return known.caller;
    if (keys.size > 10_000) keys.clear();
    const caller = findCaller(key);
    keys.set(id, { at: performance.now(), caller });
    // A failure is not remembered: the next request asks the database again.
    caller.catch(() => keys.delete(id));
    return caller;
  };

  const byKey = async (authorization: string): Promise<Caller> => {
    const caller = await callerByKey(authorization);
    if (caller !== null) return caller;
    ports.metrics.keyRejected(isWellFormedApiKey(keyIn(authorization)) ? "not_in_force" : "malformed");
    throw new DomainError("unauthorized", {
      detail: "The API key is not known, was revoked or has expired. Send a valid one as: Authorization: Bearer evg_…",
    });
  };

  const adminOf = async (context: Context): Promise<{ user: AdminUser; caller: Caller }> => {
    const user = await ports.signIn.userOf(context.req.raw);
    if (user === null) {
      throw new DomainError("unauthorized", {
        detail: "Send an API key as: Authorization: Bearer evg_…, or sign in to the dashboard.",
      });
    }
    refuseForeignOrigin(context, ports.publicUrl);
    const name = getCookie(context, environmentCookie) ?? "production";
    const environment =
      (await ports.environments.findByName(name)) ?? (await ports.environments.findByName("production"));
    if (environment === null) throw new DomainError("not_found", { detail: `There is no environment ${name}.` });
    const caller: Caller = {
      kind: "admin",
      id: user.id,
      environmentId: environment.id,
      environment: environment.name,
      permissions: new Set(rolePermissions[user.role]),
      tenantIds: null,
      integrationNames: null,
    };
    return { user, caller };
  };

  return {
    adminOf,
    callerByKey,
    async callerOf(context) {
      const authorization = context.req.header("authorization");
      return authorization === undefined ? (await adminOf(context)).caller : await byKey(authorization);
    },
  };
}

function keyIn(authorization: string): string {
  return /^Bearer ([^\s]+)$/i.exec(authorization.trim())?.[1] ?? "";
}

/** A cookie goes along with requests that another site makes a browser send; a change must come from our own pages (G6). */
function refuseForeignOrigin(context: Context, publicUrl: string): void {
  if (context.req.method === "GET" || context.req.method === "HEAD") return;
  const origin = context.req.header("origin");
  const isOwn = origin === undefined ? context.req.header("sec-fetch-site") === "same-origin" : origin === publicUrl;
  if (isOwn) return;
  throw new DomainError("forbidden", {
    detail: `Changes with a session come from pages of ${publicUrl} only. Open the dashboard at exactly that address, or use an API key.`,
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
