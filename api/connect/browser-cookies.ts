import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { parse } from "hono/utils/cookie";
import { authorizationSeconds } from "#core/domain/connect/connect-failure";

/**
 * The cookies of the connect pages. `browser` is what state is bound to; Lax, because the way back from the provider is a
 * cross-site top-level GET. `link` lets a failed trip be tried again after the link token has left the address bar.
 */
const lifeSeconds = authorizationSeconds * 6;

function name(kind: "browser" | "link", publicUrl: string): string {
  return publicUrl.startsWith("https:") ? `__Host-evergrant_${kind}` : `evergrant_${kind}`;
}

/** @param header the Cookie header of a request */
export function readConnectCookie(
  header: string | undefined,
  kind: "browser" | "link",
  publicUrl: string,
): string | null {
  const wanted = name(kind, publicUrl);
  const value = header === undefined ? undefined : parse(header, wanted)[wanted];
  return value !== undefined && /^[A-Za-z0-9_-]{20,100}$/.test(value) ? value : null;
}

export function setConnectCookie(context: Context, kind: "browser" | "link", publicUrl: string, value: string): void {
  setCookie(context, name(kind, publicUrl), value, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: publicUrl.startsWith("https:"),
    maxAge: lifeSeconds,
  });
}
