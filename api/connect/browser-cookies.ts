import { timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { parse, serialize } from "hono/utils/cookie";
import type { SecretDigests } from "#core/ports/secret-digests";
import { authorizationSeconds } from "#core/domain/connect/connect-failure";
import { languageOf, type Language } from "#core/domain/connect/language";

/**
 * The cookies of the connect pages. `browser` is what state is bound to; Lax, because the way back from the provider is a
 * cross-site top-level GET. `link` lets a failed trip be tried again after the link token has left the address bar: the link's id, with a
 * MAC over it and the browser's secret, since the id alone is known to web and must start nothing. `language` is what the reader chose.
 */
const lifeSeconds = authorizationSeconds * 6;

type Kind = "browser" | "link" | "language" | "typed";

function name(kind: Kind, publicUrl: string): string {
  return publicUrl.startsWith("https:") ? `__Host-evergrant_${kind}` : `evergrant_${kind}`;
}

/** @param header the Cookie header of a request */
export function readConnectCookie(
  header: string | undefined,
  kind: "browser" | "link",
  publicUrl: string,
): string | null {
  const value = readCookie(header, kind, publicUrl);
  return value !== null && /^[A-Za-z0-9_.-]{20,120}$/.test(value) ? value : null;
}

/** The language that the reader chose on a page, if they did. */
export function readLanguageCookie(header: string | undefined, publicUrl: string): Language | null {
  return languageOf(readCookie(header, "language", publicUrl) ?? "");
}

/** The value of a Set-Cookie header. */
export function languageCookie(language: Language, publicUrl: string): string {
  return serialize(name("language", publicUrl), language, cookieOptions(publicUrl));
}

/** What somebody typed into a form that comes again; how it is read, typed-cookie.ts knows. Null takes it away. */
export function setTypedCookie(context: Context, publicUrl: string, value: string | null): void {
  const options = { ...cookieOptions(publicUrl), maxAge: value === null ? 0 : authorizationSeconds };
  setCookie(context, name("typed", publicUrl), value ?? "", options);
}

export function readTypedCookie(header: string | undefined, publicUrl: string): string | null {
  return readCookie(header, "typed", publicUrl);
}

function readCookie(header: string | undefined, kind: Kind, publicUrl: string): string | null {
  const wanted = name(kind, publicUrl);
  return (header === undefined ? undefined : parse(header, wanted)[wanted]) ?? null;
}

export function setConnectCookie(context: Context, kind: "browser" | "link", publicUrl: string, value: string): void {
  setCookie(context, name(kind, publicUrl), value, cookieOptions(publicUrl));
}

function cookieOptions(publicUrl: string) {
  return {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: publicUrl.startsWith("https:"),
    maxAge: lifeSeconds,
  } as const;
}

/** The value of the `link` cookie. */
export function sealLinkCookie(digests: SecretDigests, linkId: string, browserSecret: string): string {
  return `${linkId}.${linkMac(digests, linkId, browserSecret)}`;
}

/** The id of the link that this very browser set out on; null when the cookies do not belong together. */
export function openLinkCookie(
  digests: SecretDigests,
  value: string | null,
  browserSecret: string | null,
): string | null {
  const [linkId, mac, ...rest] = (value ?? "").split(".");
  if (linkId === undefined || mac === undefined || rest.length > 0 || browserSecret === null) return null;
  const expected = Buffer.from(linkMac(digests, linkId, browserSecret));
  const given = Buffer.from(mac);
  return expected.length === given.length && timingSafeEqual(expected, given) ? linkId : null;
}

function linkMac(digests: SecretDigests, linkId: string, browserSecret: string): string {
  return Buffer.from(digests.digest("link_cookie", `${linkId} ${browserSecret}`)).toString("base64url");
}
