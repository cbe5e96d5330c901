import type { FieldError } from "../problem/domain-error.ts";

/** Where a call through the proxy goes, in the caller's own bytes. */
export interface ProxyTarget {
  readonly accountId: string;
  /** Below the integration's base address: empty, or with a slash in front. */
  readonly path: string;
  /** Without the question mark and without our own parameter; null: there was none. */
  readonly query: string | null;
}

export type ProxyTargetReading =
  | { readonly kind: "target"; readonly target: ProxyTarget }
  | { readonly kind: "refused"; readonly error: FieldError };

export const accountParameter = "integrated_account_id";

/**
 * Reads the target of a request as it stands in its first line. Nothing is decoded, tidied or encoded on the way: what is not
 * refused goes on byte for byte. Refused is whatever some server between here and the provider's code might take for another
 * host, or for a way out of the base path (checklist D1).
 *
 * @param written what follows `/api/v1/proxy`
 */
export function readProxyTarget(written: string): ProxyTargetReading {
  const refused = (pointer: string, detail: string): ProxyTargetReading => ({
    kind: "refused",
    error: { pointer, detail },
  });
  const mark = written.indexOf("?");
  const path = mark === -1 ? written : written.slice(0, mark);
  const fault = pathFault(path);
  if (fault !== null) return refused("path", fault);
  const query = mark === -1 ? "" : written.slice(mark + 1);
  if (!/^[\u0021-\u00ff]*$/.test(query) || query.includes("#")) {
    return refused("query", "holds a character that no query has; encode it (RFC 3986 §3.4)");
  }
  const parts = query === "" ? [] : query.split("&");
  const own = parts.filter((part) => parameterName(part) === accountParameter);
  const [first] = own;
  if (first === undefined) return refused(accountParameter, "is missing; name the account that the call is for");
  if (own.length > 1) return refused(accountParameter, "is given more than once");
  const rest = parts.filter((part) => part !== first);
  const accountId = decode(first.slice(first.indexOf("=") + 1));
  if (!/^[\u0021-\u007e]{1,100}$/.test(accountId)) return refused(accountParameter, "can't be the id of an account");
  return { kind: "target", target: { accountId, path, query: rest.length === 0 ? null : rest.join("&") } };
}

/** The name of one part of a query as servers read it (application/x-www-form-urlencoded). */
export function parameterName(part: string): string {
  const equals = part.indexOf("=");
  return decode(equals === -1 ? part : part.slice(0, equals));
}

/** Its value, likewise. */
export function parameterValue(part: string): string {
  const equals = part.indexOf("=");
  return equals === -1 ? "" : decode(part.slice(equals + 1));
}

function decode(text: string): string {
  return decodeOnce(text.replaceAll("+", " "));
}

function decodeOnce(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}

function pathFault(path: string): string | null {
  if (path !== "" && !path.startsWith("/")) return "must begin with a slash";
  if (!/^[\u0021-\u00ff]*$/.test(path) || path.includes("#")) return "holds a character that no path has; encode it";
  if (/^\/[a-z][a-z0-9+.-]*:\/\//i.test(path)) return "must be relative to the integration's base address";
  for (const seen of readings(path)) {
    // eslint-disable-next-line no-control-regex
    if (/[\u0000\r\n]/.test(seen)) return "holds an encoded control character";
    if (seen.includes("\\")) return "holds a backslash, which some servers take for a slash";
    // What parses addresses as browsers do (WHATWG URL) drops tabs, and the others at the ends.
    // eslint-disable-next-line no-control-regex
    const bare = seen.replaceAll(/[\u0001-\u001f\u007f]/g, "");
    if (bare.startsWith("//")) return "must begin with one slash: after two, a host would follow";
    if (bare.startsWith("/@"))
      return "must not begin with an @: what stands before it could be taken for a user's name";
    if ([bare, compatible(bare)].some((one) => one.split("/").some(isDots)))
      return "holds a dot segment (. or ..), in whichever encoding";
  }
  return null;
}

/** More turns of decoding than any chain of servers takes. */
const mostTurns = 8;

/** The path as it is written, and as it reads after each further turn of decoding. */
function readings(path: string): string[] {
  const all = [path];
  for (let seen = path; all.length <= mostTurns;) {
    const next = decodeOnce(unfold(seen));
    if (next === seen) break;
    seen = next;
    all.push(seen);
  }
  return all;
}

/** Overlong UTF-8 in any length, and %u, which old servers read as the plain character (CAPEC-80). */
function unfold(path: string): string {
  return path
    .replaceAll(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
    .replaceAll(
      /%(?:c([01])|(?:e0|f0%80|f8%80%80|fc%80%80%80)%8([01]))%([0-9a-f]{2})/gi,
      (_, two: string | undefined, more: string | undefined, last: string) =>
        String.fromCharCode(Number(two ?? more) * 64 + (Number.parseInt(last, 16) & 63)),
    )
    .replaceAll(/%u([0-9a-f]{4})/gi, (written, hex: string) => {
      const plain = String.fromCharCode(Number.parseInt(hex, 16)).normalize("NFKC");
      return Array.from(plain).every((one) => one < "\u0080") ? plain : written;
    });
}

/** As who folds what looks alike reads it (NFKC): full-width dots and slashes are dots and slashes to them. */
function compatible(path: string): string {
  if (!/[\u0080-\u00ff]/.test(path)) return path;
  return new TextDecoder().decode(Uint8Array.from(path, (byte) => byte.charCodeAt(0))).normalize("NFKC");
}

/**
 * `..;x=y` too: servers that know path parameters cut them off before they look at the dots. So do those that decode a path and
 * then read it once more, with what stands behind a `?` or `#`; and blanks around a name are nothing to some file systems.
 */
function isDots(segment: string): boolean {
  return /^ *\.{1,2} *(?:[;?#]|$)/.test(segment);
}

/**
 * The address that is asked: the base of the integration, and what the caller wrote behind it.
 *
 * @param base with everything filled in
 * @returns null where that would leave the base's origin or path after all; nothing that `readProxyTarget` let through does
 */
export function joinProxyTarget(
  base: string,
  target: Pick<ProxyTarget, "path" | "query">,
): { readonly origin: string; readonly path: string } | null {
  if (!URL.canParse(base)) return null;
  const { origin, pathname, search, hash, username, password } = new URL(base);
  if (search !== "" || hash !== "" || username !== "" || password !== "") return null;
  const path = pathname.replace(/\/+$/, "") + target.path;
  const whole = (path === "" ? "/" : path) + (target.query === null ? "" : `?${target.query}`);
  // A second opinion: what the standard's parser makes of it has as many segments, at the same host.
  const parsed = URL.canParse(origin + whole) ? new URL(origin + whole) : null;
  const slashes = (text: string): number => text.split("/").length;
  if (parsed === null || parsed.origin !== origin) return null;
  return slashes(parsed.pathname) === slashes(path === "" ? "/" : path) ? { origin, path: whole } : null;
}
