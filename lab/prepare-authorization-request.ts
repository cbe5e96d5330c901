import type { IncomingMessage } from "node:http";

/**
 * Makes every authorization ask who it is and what is allowed, as if nobody had been here before.
 *
 * The session cookie is dropped, so that one browser can connect several people one after the other. And `prompt` is
 * set, because without `consent` in it the server must ignore `offline_access` (OpenID Connect Core §11), and many
 * clients never send it.
 */
export function prepareAuthorizationRequest(request: IncomingMessage, url: URL): void {
  const cookies = (request.headers.cookie ?? "").split(/; */).filter((cookie) => !/^_session(\.\w+)*=/.test(cookie));
  request.headers.cookie = cookies.join("; ");
  const isNewRequest = url.pathname === "/auth" && request.method === "GET";
  if (!isNewRequest || url.searchParams.get("prompt") === "none") return;
  url.searchParams.set("prompt", "login consent");
  request.url = `${url.pathname}${url.search}`;
}
