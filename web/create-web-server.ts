import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { answerHealth, type Health } from "./health.ts";
import type { Log } from "./log.ts";
import { leaveOutScripts } from "./leave-out-scripts.ts";
import { contentSecurityPolicy, formTargets, otherHeaders, readEmbed } from "./security-headers.ts";

export type RenderPage = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

type Parts = { render: RenderPage; health: Health; log: Log; isDevelopment: boolean; isStopping: () => boolean };

/** As long as api's own door keeps them: after the 5 s that Node has by itself, api met closed connections again and again. */
const keepAliveMs = 65_000;

/** The server around the pages: health, security headers, and reading only. Whatever changes something belongs to the API. */
export function createWebServer(parts: Parts): Server {
  const server = createServer((request, response) => {
    void answer(parts, request, response);
  });
  server.keepAliveTimeout = keepAliveMs;
  return server;
}

async function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  logWhenDone(parts.log, request, response, path);
  try {
    setHeaders(parts, request, response, path);
    if (await answerHealth(parts.health, path, response)) return;
    if (!parts.isDevelopment && request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD", "content-type": "text/plain; charset=utf-8" });
      response.end("Pages are only read. Changes go to /api/v1.\n");
      return;
    }
    await parts.render(request, response);
  } catch (error) {
    parts.log.error({ path, err: error }, "page failed");
    if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
    response.end("Something went wrong on our side. Try again.\n");
  }
}

function setHeaders(parts: Parts, request: IncomingMessage, response: ServerResponse, path: string): void {
  const nonce = randomBytes(16).toString("base64");
  const targets = formTargets(request.headers["x-evergrant-form-action"]);
  const isConnect = path.startsWith("/connect/");
  const embed = isConnect ? readEmbed(request.headers) : null;
  const { isDevelopment } = parts;
  const policy = contentSecurityPolicy(nonce, targets, { isDevelopment, embed });
  for (const [name, value] of Object.entries(otherHeaders(embed))) response.setHeader(name, value);
  response.setHeader("content-security-policy", policy);
  if (!path.startsWith("/_next/static/")) response.setHeader("cache-control", "no-store");
  // In development Next's scripts bring each change to the page.
  if (isConnect && !isDevelopment) {
    leaveOutScripts(response, contentSecurityPolicy(nonce, targets, { isDevelopment, embed, ownScriptsOnly: true }));
  }
  if (parts.isStopping()) response.setHeader("connection", "close");

  // Next takes the nonce for its own scripts from here; pages read x-nonce and where they are.
  request.headers["content-security-policy"] = policy;
  request.headers["x-nonce"] = nonce;
  request.headers["x-evergrant-path"] = withoutRouterState(request.url ?? "/");
  // Internal to Next; a visitor has no business sending it (CVE-2025-29927).
  delete request.headers["x-middleware-subrequest"];
}

/** Where the visitor is, without the parameter that Next's router adds to its own requests. */
function withoutRouterState(url: string): string {
  const [path = "/", query] = url.split("?", 2);
  if (query === undefined) return path;
  const parameters = new URLSearchParams(query);
  parameters.delete("_rsc");
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

function logWhenDone(log: Log, request: IncomingMessage, response: ServerResponse, path: string): void {
  const startedAt = performance.now();
  const isQuiet = path.startsWith("/_next/") || path === "/healthz" || path === "/readyz";
  response.once("close", () => {
    const line = {
      method: request.method,
      path,
      status: response.statusCode,
      ms: Math.round(performance.now() - startedAt),
      ...(response.writableFinished ? {} : { aborted: true }),
    };
    log[isQuiet ? "debug" : "info"](line, "request");
  });
}
