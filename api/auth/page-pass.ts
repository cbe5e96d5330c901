import { decode, encode } from "@auth/core/jwt";
import type { Permission } from "#core/domain/access/permission";

/** Whom a page is made for. */
export interface Visitor {
  /** The administrator's session; null: nobody is signed in. */
  readonly sessionId: string | null;
  /** The digest of a customer's browser secret, for what a connect page shows; null: there is none. */
  readonly browser: Uint8Array | null;
}

/**
 * What web gets of a visitor, instead of their cookies: it makes a page with it, and can do nothing else (ADR 0049). Whoever takes it
 * out of web's memory reads for a minute what that visitor's pages show: no token, and no change.
 */
export interface PagePass {
  issue(visitor: Visitor): Promise<string>;
  /** Null: there is none, it is over, or it is not one of ours. */
  read(header: string | undefined): Promise<Visitor | null>;
}

/** The header in which it goes to web and comes back; one that comes from outside never reaches web. */
export const passHeader = "x-evergrant-visitor";

/** A page asks while it is made. */
const lifetimeSeconds = 60;
const salt = "evergrant.page-pass";

/** @param secret for the encryption, and of no other use */
export function createPagePass(secret: string): PagePass {
  return {
    async issue({ sessionId, browser }) {
      const visitor = { s: sessionId, b: browser === null ? null : Buffer.from(browser).toString("base64url") };
      return await encode({ token: { visitor }, secret, salt, maxAge: lifetimeSeconds });
    },
    async read(header) {
      if (header === undefined || header === "") return null;
      const token = await decode({ token: header, secret, salt }).catch(() => null);
      const visitor = token?.["visitor"] as { s: string | null; b: string | null } | undefined;
      if (visitor === undefined) return null;
      return { sessionId: visitor.s, browser: visitor.b === null ? null : Buffer.from(visitor.b, "base64url") };
    },
  };
}

/** Denied unless listed: what pages show. Neither tokens nor calls with them, nor anything that changes something. */
const ofPages: readonly Permission[] = [
  "accounts:read",
  "integrations:read",
  "webhooks:read",
  "audit:read",
  "approvals:read",
  "keys:read",
  "users:read",
];

/** What of somebody's permissions a page has that is made for them. */
export function permissionsOfPages(permissions: readonly Permission[]): ReadonlySet<Permission> {
  return new Set(permissions.filter((one) => ofPages.includes(one)));
}
