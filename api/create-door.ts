import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { ApiPorts } from "./api-environment.ts";
import { createAdminSignIn } from "./auth/admin-sign-in.ts";
import { createApp } from "./app.ts";
import { readConnectCookie } from "./connect/browser-cookies.ts";
import { isForCustomers } from "./connect/connect-hosts.ts";
import { passPage } from "./connect/pass-page.ts";
import { withLiveSecrets } from "#adapters/log/live-secrets";
import { answerHealth, type Readiness } from "#adapters/system/health";
import { createProblemWriter } from "./problem.ts";
import { createProxyHandler, isProxyTarget, proxyPath } from "./proxy/proxy-handler.ts";
import { createWebPass } from "./pass-to-web.ts";
import { page, unmatched } from "./count-requests.ts";
import { createTokenDoor } from "./token-door.ts";

/** First path segments that api answers itself; every other path is a page. */
const ownPaths = /^\/(?:(?:api|oauth)(?:\/|$)|connect\.m?js$)/;

/** The public door: one node:http server for the API, sign-in, the OAuth callback, and the pass to web. */
export function createDoor(
  ports: ApiPorts,
  options: {
    readonly signIn: ReturnType<typeof createAdminSignIn>;
    readonly webOrigin: string;
    readonly readiness: Readiness;
  },
): Server {
  const writeProblem = createProblemWriter({ publicUrl: ports.publicUrl, log: ports.log });
  const proxy = createProxyHandler(ports, writeProblem);
  const app = createApp(ports, options.signIn, writeProblem);
  const listener = getRequestListener(app.fetch, { autoCleanupIncoming: false });
  const serveToken = createTokenDoor(ports, writeProblem);
  const passOf = (cookies: string): Promise<string | null> => passFor(ports, cookies);
  const pass = createWebPass({ webOrigin: options.webOrigin, publicUrl: ports.publicUrl, log: ports.log, passOf });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? "/";
    // Absolute-form targets are for proxies, and this is none (checklist J3).
    if (!target.startsWith("/")) {
      countAtEnd(ports, unmatched, request, response);
      response.writeHead(400).end();
      return;
    }
    const path = target.split("?", 1)[0] ?? "/";
    // Probes come under whatever Host, and a process that lives says so although the database, which knows the names, hangs.
    if (path === "/healthz" && (await answerHealth(request, response, options.readiness))) return;
    const found = ports.connectHosts.find(request.headers.host);
    const own = found instanceof Promise ? await found : found;
    if (own !== null && !isForCustomers(path)) {
      countAtEnd(ports, unmatched, request, response);
      response.writeHead(404).end();
      return;
    }
    const served = serveToken(request, response);
    if (served !== false && (await served)) return;
    if (isProxyTarget(target)) {
      countAtEnd(ports, proxyPath, request, response);
      await proxy(request, response);
      return;
    }
    boundBody(request, response);
    if (await answerHealth(request, response, options.readiness)) return;
    const isConnectPost = request.method === "POST" && path.startsWith("/connect/");
    if (ownPaths.test(path) || isConnectPost) {
      await listener(request, response);
      return;
    }
    const isPage = request.method === "GET" || request.method === "HEAD";
    countAtEnd(ports, isPage ? page : unmatched, request, response);
    if (!isPage) {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    await passPage(ports, pass, request, response, { path, own });
  };

  const isHttps = ports.publicUrl.startsWith("https:");
  const server = createServer((request, response) => {
    if (hasBody(request)) response.once("finish", () => drain(request));
    // On every answer, pages and errors too (checklist G1).
    if (isHttps) response.setHeader("strict-transport-security", "max-age=31536000; includeSubDomains");
    withLiveSecrets(() => answer(request, response)).catch((error: unknown) => {
      ports.log.error({ error }, "a request ended without an answer");
      if (response.headersSent) response.destroy();
      else response.writeHead(503, { "retry-after": "2" }).end();
    });
  });
  // Of node's own, none: it would cut long uploads through the proxy, which watches over its bodies itself (CallWatch).
  server.requestTimeout = 0;
  server.headersTimeout = 15_000;
  server.keepAliveTimeout = 65_000;
  return server;
}

/** What web reads with, for whose cookies these are: an administrator's, a customer's, or both. */
async function passFor(ports: ApiPorts, cookies: string): Promise<string | null> {
  const sessionId = await ports.sessionCookie.read(cookies);
  const secret = readConnectCookie(cookies, "browser", ports.publicUrl);
  if (sessionId === null && secret === null) return null;
  const browser = secret === null ? null : ports.digests.digest("browser", secret);
  return await ports.pagePass.issue({ sessionId, browser });
}

function countAtEnd(ports: ApiPorts, route: string, request: IncomingMessage, response: ServerResponse): void {
  const startedMs = performance.now();
  const count = ports.metrics.requestsTo(route, request.method ?? "");
  response.once("close", () => count(response.statusCode, (performance.now() - startedMs) / 1000));
}

/** Within this a request has to be here as a whole. */
const bodyMs = 120_000;

/** Without either header a request has none (RFC 9112 §6.3). */
function hasBody({ headers }: IncomingMessage): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = headers;
  return (length !== undefined && length !== "0") || encoding !== undefined;
}

/** Nobody holds a connection by sending a byte now and then. */
function boundBody(request: IncomingMessage, response: ServerResponse): void {
  if (!hasBody(request)) return;
  const patience = setTimeout(() => {
    if (request.complete) return;
    // As node's own timeout answers.
    if (!response.headersSent) request.socket.write("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n");
    request.destroy();
  }, bodyMs);
  request.once("end", () => clearTimeout(patience));
  request.once("close", () => clearTimeout(patience));
}

/** How long the rest of a body may take that was refused before it was read. */
const drainMs = 2_000;

/** A client that is still sending when it is refused reads the answer only if its bytes are taken off its hands. */
function drain(request: IncomingMessage): void {
  if (request.complete) return;
  // Whoever wrapped the body as a web stream pauses it at every chunk that nobody reads.
  request.removeAllListeners("data");
  request.removeAllListeners("readable");
  request.resume();
  const patience = setTimeout(() => request.destroy(), drainMs);
  request.once("close", () => clearTimeout(patience));
  request.once("end", () => clearTimeout(patience));
}
