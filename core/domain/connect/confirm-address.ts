/**
 * Where a browser goes whose session the product's backend must confirm: the return URL as it was allowed, letter by letter, and the
 * session's id behind what it has of a query. A URLSearchParams would write that anew.
 */
export function confirmAddress(returnUrl: string, sessionId: string): string {
  const hash = returnUrl.indexOf("#");
  const address = hash === -1 ? returnUrl : returnUrl.slice(0, hash);
  const fragment = hash === -1 ? "" : returnUrl.slice(hash);
  const question = address.indexOf("?");
  const glue = question === -1 ? "?" : /[?&]$/.test(address) ? "" : "&";
  return `${address}${glue}connect_session_id=${encodeURIComponent(sessionId)}${fragment}`;
}
