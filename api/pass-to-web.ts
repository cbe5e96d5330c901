import type { IncomingMessage, ServerResponse } from "node:http";
import { createProxyServer } from "httpxy";
import type { Log } from "#core/ports/log";

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
 * The pass to web: no credential but the visitor's cookie, no header of ours from outside. A maintained proxy library does the
 * copying (or nginx, Caddy, an ingress in front of both: see docs/guides/behind-a-proxy.md).
 */
export function createWebPass(options: {
  readonly webOrigin: string;
  readonly publicUrl: string;
  readonly log: Log;
}): WebPass {
  const publicAddress = new URL(options.publicUrl);
  const proxy = createProxyServer({ target: options.webOrigin, changeOrigin: false, ws: false, proxyTimeout: 60_000 });
  return (request, response, headers = {}, whenAway = () => unavailable(response)) => {
    for (const name of Object.keys(request.headers)) {
      if (ownHeader.test(name) || name === "authorization" || name.startsWith("x-forwarded-") || name === "forwarded") {
        delete request.headers[name];
      }
    }
    Object.assign(request.headers, headers, {
      host: publicAddress.host,
      "x-forwarded-host": publicAddress.host,
      "x-forwarded-proto": publicAddress.protocol.slice(0, -1),
      "x-forwarded-for": request.socket.remoteAddress ?? "",
    });
    proxy.web(request, response).catch((error: unknown) => {
      options.log.warn({ error, path: (request.url ?? "").split("?")[0] }, "web did not answer");
      if (response.headersSent) response.destroy();
      else whenAway();
    });
  };
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
