import { decode, encode } from "@auth/core/jwt";
import { parse as parseCookies } from "hono/utils/cookie";

/** The session's cookie: an encrypted token that names a row of `admin_session`, and is worth nothing without it. */
export interface SessionCookie {
  readonly name: string;
  /** What @auth/core sets it with. */
  readonly options: {
    readonly httpOnly: true;
    readonly sameSite: "lax";
    readonly path: "/";
    readonly secure: boolean;
  };
  /** A Set-Cookie header. */
  issue(session: { readonly id: string; readonly userId: string }): Promise<string>;
  /** The id of the session that a Cookie header names; null: none, a forged or an expired one. Says nothing about its row. */
  read(header: string | null): Promise<string | null>;
}

/**
 * Over https with the `__Host-` prefix (checklist G4): no other host, and no page without TLS, can plant one. `Lax` and not `Strict`,
 * since the way back from an identity provider comes from another site.
 *
 * @param options.secret for the encryption, and of no other use
 */
export function createSessionCookie(options: {
  readonly publicUrl: string;
  readonly secret: string;
  readonly lifetimeSeconds: number;
}): SessionCookie {
  const { secret, lifetimeSeconds } = options;
  const secure = options.publicUrl.startsWith("https:");
  const name = `${secure ? "__Host-" : ""}authjs.session-token`;
  return {
    name,
    options: { httpOnly: true, sameSite: "lax", path: "/", secure },
    async issue({ id, userId }) {
      const value = await encode({ token: { sub: userId, sid: id }, secret, salt: name, maxAge: lifetimeSeconds });
      return `${name}=${value}; Path=/; Max-Age=${lifetimeSeconds}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
    },
    async read(header) {
      const value = header === null ? undefined : parseCookies(header, name)[name];
      if (value === undefined) return null;
      const token = await decode({ token: value, secret, salt: name }).catch(() => null);
      return typeof token?.["sid"] === "string" ? token["sid"] : null;
    },
  };
}
