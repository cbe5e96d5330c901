const yearSeconds = 31_536_000;

/** Sets a preference of this browser. Not for anything secret: pages can read it. */
export function setPreference(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  // oxlint-disable-next-line unicorn/no-document-cookie -- cookieStore is missing on plain http
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${yearSeconds}; samesite=lax${secure}`;
}

/** @returns null: it was never set, or not in this browser */
export function readPreference(name: string): string | null {
  // oxlint-disable-next-line unicorn/no-document-cookie -- cookieStore is missing on plain http
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found === undefined ? null : decodeURIComponent(found.slice(name.length + 1));
}
