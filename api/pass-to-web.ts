import type { IncomingMessage, ServerResponse } from "node:http";
import { createProxyServer } from "httpxy";
import type { Log } from "#core/ports/log";
import { passHeader } from "./auth/page-pass.ts";

/** Hands a request for a page on to web, and web's answer back. `whenAway` answers in web's place; without it, plain words do. */
export interface WebPass {
  (
    request: IncomingMessage,
    response: ServerResponse,
    headers?: Readonly<Record<string, string>>,
    whenAway?: () => void,
  ): void;
}

/** Headers of ours that only the door may set. */
const ownHeader = /^x-(?:evergrant-|nonce$|middleware-)/i;

/**
 * Cookies that pages are drawn by, and worth nothing to whoever else has them. The others stay here: of the visitor web gets a pass for
 * a minute (auth/page-pass.ts), and of whatever else their browser keeps for this host nothing.
 */
const ofPages = /^(?:evergrant_(?:theme|environment|shortcuts|first_run_[\w-]{1,64})|(?:__Host-)?evergrant_typed)$/;

/** Of a Cookie header what web gets. */
export function cookiesOfPages(header: string | undefined): string {
  const pairs = (header ?? "").split(";").map((pair) => pair.trim());
  return pairs.filter((pair) => ofPages.test(pair.slice(0, Math.max(0, pair.indexOf("="))))).join("; ");
}

/**
 * The pass to web: no credential of the visitor, no header of ours from outside. A maintained proxy library does the
 * copying.
 */
export function createWebPass(options: {
  readonly webOrigin: string;
  readonly publicUrl: string;
  readonly log: Log;
  /** What web may read with, for whom a Cookie header belongs to; null: for nobody. */
  readonly passOf: (cookies: string) => Promise<string | null>;
}): WebPass {
  const publicAddress = new URL(options.publicUrl);
  const proxy = createProxyServer({ target: options.webOrigin, changeOrigin: false, ws: false, proxyTimeout: 60_000 });
  const visitorIn = async ({ url = "", headers: { cookie } }: IncomingMessage): Promise<Record<string, string>> => {
    // Files are the same for everybody.
    const pass = cookie === undefined || url.startsWith("/_next/static/") ? null : await options.passOf(cookie);
    return pass === null ? {} : { [passHeader]: pass };
  };
  const passOn = async (
    request: IncomingMessage,
    response: ServerResponse,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> => {
    const visitor = await visitorIn(request);
    const cookies = cookiesOfPages(request.headers.cookie);
    if (cookies === "") delete request.headers.cookie;
    else request.headers.cookie = cookies;
    for (const name of Object.keys(request.headers)) {
      if (ownHeader.test(name) || name === "authorization" || name.startsWith("x-forwarded-") || name === "forwarded") {
        delete request.headers[name];
      }
    }
    Object.assign(request.headers, headers, visitor, {
      host: publicAddress.host,
      "x-forwarded-host": publicAddress.host,
      "x-forwarded-proto": publicAddress.protocol.slice(0, -1),
      "x-forwarded-for": request.socket.remoteAddress ?? "",
    });
    await proxy.web(request, response).catch(async (error: unknown) => {
      if (!isSafeToResend(error, request, response)) throw error;
      // On a connection of its own: another idle one may have been closed in the same moment.
      await proxy.web(request, response, { agent: false });
    });
  };
  return (request, response, headers = {}, whenAway = () => unavailable(response)) => {
    passOn(request, response, headers).catch((error: unknown) => {
      options.log.warn({ error, path: (request.url ?? "").split("?")[0] }, "web did not answer");
      if (response.headersSent) response.destroy();
      else whenAway();
    });
  };
}

/**
 * Whether nothing but the connection broke: web may close an idle one in the moment in which the next request leaves on it. RFC 9110
 * §9.2.2 lets a client send again on another what is idempotent; a body would have been read already.
 */
function isSafeToResend(error: unknown, { method, headers }: IncomingMessage, response: ServerResponse): boolean {
  const { code } = error as NodeJS.ErrnoException;
  const isReading = method === "GET" || method === "HEAD";
  const hasBody = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
  const isBroken = code === "ECONNRESET" || code === "EPIPE";
  return isBroken && isReading && !hasBody && !response.headersSent && !response.destroyed;
}

/** Plain words while web starts, restarts or is not run at all. */
function unavailable(response: ServerResponse): void {
  response.writeHead(503, {
    "content-type": "text/plain; charset=utf-8",
    "retry-after": "2",
    "cache-control": "no-store",
  });
  response.end("The pages of Evergrant are not available at the moment. The API is. Try again in a few seconds.\n");
}
