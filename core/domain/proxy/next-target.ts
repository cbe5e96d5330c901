import { accountParameter, parameterName, parameterValue, readProxyTarget, type ProxyTarget } from "./proxy-target.ts";

type Target = Pick<ProxyTarget, "path" | "query">;

/** How the next page of a list is asked for, as a definition reads it from an answer. */
export type NextPage =
  | { readonly kind: "parameter"; readonly name: string; readonly value: string }
  | { readonly kind: "address"; readonly url: string };

/** What a call was authorized with. */
export interface SentCredentials {
  /** Names of parameters that carry them. */
  readonly parameters: readonly string[];
  /** Themselves, wherever they stood. */
  readonly values: readonly string[];
}

/**
 * The target of the next page. An address that a provider names is followed below the integration's own base address alone: to any
 * other the credentials don't go.
 *
 * @param asked the whole address of this page
 * @param credentials which a provider may have put into its address: they are put there anew, and never into a cursor
 * @returns null where it leads elsewhere
 */
export function nextTarget(
  target: Target,
  asked: { readonly origin: string; readonly path: string },
  next: NextPage,
  credentials: SentCredentials,
): Target | null {
  if (next.kind === "parameter") return { ...target, query: withParameter(target.query, next.name, next.value) };
  const address = asked.origin + asked.path;
  if (!URL.canParse(next.url, address)) return null;
  const { origin, pathname, search, username, password } = new URL(next.url, address);
  const [whole = ""] = asked.path.split("?");
  const base = whole.slice(0, whole.length - target.path.length).replace(/\/+$/, "");
  if (origin !== asked.origin || username !== "" || password !== "" || !`${pathname}/`.startsWith(`${base}/`))
    return null;
  const parts = search === "" ? [] : search.slice(1).split("&");
  const own = parts.filter((part) => !isCredential(part, credentials));
  return checked(pathname.slice(base.length), own.length === 0 ? null : own.join("&"));
}

function isCredential(part: string, { parameters, values }: SentCredentials): boolean {
  return parameters.includes(parameterName(part)) || values.includes(parameterValue(part));
}

/** What somebody else wrote is read like what a caller writes. */
function checked(path: string, query: string | null): Target | null {
  const reading = readProxyTarget(`${path}?${accountParameter}=x${query === null ? "" : `&${query}`}`);
  return reading.kind === "target" ? { path: reading.target.path, query: reading.target.query } : null;
}

/** In place of what has that name. */
export function withParameter(query: string | null, name: string, value: string): string {
  const others = (query ?? "").split("&").filter((part) => part !== "" && parameterName(part) !== name);
  return [...others, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`].join("&");
}

/** What is sent with every page, unless the caller says otherwise. */
export function withDefaults(query: string | null, defaults: Readonly<Record<string, string>>): string | null {
  const given = new Set(Object.keys(queryRecord(query)));
  return Object.entries(defaults).reduce(
    (sum, [name, value]) => (given.has(name) ? sum : withParameter(sum, name, value)),
    query,
  );
}

/** The parameters by their names; the last of several. */
export function queryRecord(query: string | null): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(query ?? ""));
}

/** Where a list goes on, to be handed back as it is. It opens nothing that its holder could not ask for. */
export function encodePageCursor({ path, query }: Target): string {
  return Buffer.from(JSON.stringify([path, query])).toString("base64url");
}

/** @returns null when it is none of ours, or leads where no caller may */
export function decodePageCursor(cursor: string): Target | null {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(read)) return null;
    const [path, query] = read as unknown[];
    if (typeof path !== "string" || (query !== null && typeof query !== "string")) return null;
    return checked(path, query);
  } catch {
    return null;
  }
}
