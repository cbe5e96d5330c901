import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { ApiPorts } from "./api-environment.ts";
import { createAdminSignIn } from "./auth/admin-sign-in.ts";
import { createApp } from "./app.ts";
import { openLinkCookie, readConnectCookie } from "./connect/browser-cookies.ts";
import { readEmbedRequest, type EmbedRequest } from "./connect/embed-request.ts";
import { linkTokenPattern } from "./connect/link-token-pattern.ts";
import { answerHealth, type Readiness } from "#adapters/system/health";
import { createProblemWriter } from "./problem.ts";
import { createProxyHandler, isProxyTarget, proxyPath } from "./proxy/proxy-handler.ts";
import { createWebPass, type WebPass } from "./pass-to-web.ts";
import { page, unmatched } from "./count-requests.ts";
import { createTokenDoor } from "./token-door.ts";
import { findReadable } from "#core/usecases/find-readable";
import { DomainError } from "#core/domain/problem/domain-error";
import { documentHosts } from "#core/domain/integration/integration-document";

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
  const pass = createWebPass({ webOrigin: options.webOrigin, publicUrl: ports.publicUrl, log: ports.log });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? "/";
    // Absolute-form targets are for proxies, and this is none (checklist J3).
    if (!target.startsWith("/")) {
      countAtEnd(ports, unmatched, request, response);
      response.writeHead(400).end();
      return;
    }
    if (await serveToken(request, response)) return;
    if (isProxyTarget(target)) {
      countAtEnd(ports, proxyPath, request, response);
      await proxy(request, response);
      return;
    }
    boundBody(request, response);
    if (await answerHealth(request, response, options.readiness)) return;
    const path = target.split("?", 1)[0] ?? "/";
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
    await passPage(ports, pass, request, response, path);
  };

  const isHttps = ports.publicUrl.startsWith("https:");
  const server = createServer((request, response) => {
    response.once("finish", () => drain(request));
    // On every answer, pages and errors too (checklist G1).
    if (isHttps) response.setHeader("strict-transport-security", "max-age=31536000; includeSubDomains");
    answer(request, response).catch((error: unknown) => {
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

function countAtEnd(ports: ApiPorts, route: string, request: IncomingMessage, response: ServerResponse): void {
  const startedMs = performance.now();
  const count = ports.metrics.requestsTo(route, request.method ?? "");
  response.once("close", () => count(response.statusCode, (performance.now() - startedMs) / 1000));
}

/** Within this a request has to be here as a whole. */
const bodyMs = 120_000;

/** Nobody holds a connection by sending a byte now and then. */
function boundBody(request: IncomingMessage, response: ServerResponse): void {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if ((length === undefined || length === "0") && encoding === undefined) return;
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

/**
 * A page, passed on to web. The token of a connect link stays here: web learns only the link's id, which redeems nothing.
 * Whatever else stands under /connect/ gets the page for links that are not known, so that no spelling carries a token on.
 */
async function passPage(
  ports: ApiPorts,
  pass: WebPass,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  dropLinkTokens(request);
  if (path === "/connect/outcome") {
    // Its form tries again, and leaves for the same provider.
    const { cookie } = request.headers;
    const id = openLinkCookie(
      ports.digests,
      readConnectCookie(cookie, "link", ports.publicUrl),
      readConnectCookie(cookie, "browser", ports.publicUrl),
    );
    const link = id === null ? null : await ports.connect.findLink(id);
    request.url = path;
    if (link === null) return pass(request, response);
    const browser = ports.digests.digest("browser", readConnectCookie(cookie, "browser", ports.publicUrl) ?? "");
    const opener = await ports.embeds.findOrigin(link.id, browser);
    pass(request, response, {
      "x-evergrant-form-action": await formTargets(ports, link),
      ...(opener === null ? {} : embedHeaders({ mode: "popup", origin: opener })),
    });
    return;
  }
  const mayHoldToken = /^\/+connect(?:\/|$)/i.test(path) || linkTokenAnywhere.test(decoded(request.url ?? ""));
  if (!mayHoldToken) {
    pass(request, response);
    return;
  }
  const token = /^\/connect\/([^/]+)\/?$/.exec(path)?.[1] ?? "";
  const link = linkTokenPattern.test(token)
    ? await ports.connect.findLinkByDigest(ports.digests.digest("link_token", token))
    : null;
  const query = new URLSearchParams(/\?(.*)$/.exec(request.url ?? "")?.[1]);
  const embed = link === null ? null : await embedOf(ports, link.environmentId, query);
  const check = /[?&](check=[\w,.%-]{1,500})/.exec(request.url ?? "")?.[1];
  request.url = check === undefined ? "/connect/link" : `/connect/link?${check}`;
  pass(request, response, {
    "x-evergrant-link": link?.id ?? "none",
    "x-evergrant-form-action": link === null ? "" : await formTargets(ports, link),
    ...(embed === null ? {} : embedHeaders(embed)),
  });
}

/** An origin that may not embed gets the page as everybody does: it can't be framed, and its opener learns nothing. */
async function embedOf(
  ports: ApiPorts,
  environmentId: string,
  query: URLSearchParams,
): Promise<Pick<EmbedRequest, "mode" | "origin"> | null> {
  if (!query.has("embed")) return null;
  const environment = await ports.environments.findById(environmentId);
  try {
    return readEmbedRequest(query, environment?.allowedOrigins ?? []);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/** For web, which says in the page's own headers who may frame it, and keeps its tie to the window that opened it. */
function embedHeaders({ mode, origin }: Pick<EmbedRequest, "mode" | "origin">): Record<string, string> {
  return { "x-evergrant-embed": mode, "x-evergrant-opener": origin };
}

const linkTokenAnywhere = /lt_[\w-]{43}/;

function decoded(address: string): string {
  return address.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
}

/** A client-side navigation tells the server the address it comes from, in headers of its own. */
function dropLinkTokens(request: IncomingMessage): void {
  for (const [name, value] of Object.entries(request.headers)) {
    if (linkTokenAnywhere.test(decoded(String(value)))) delete request.headers[name];
  }
}

/**
 * Where the form of a connect page may lead. Browsers hold `form-action` against every redirect that follows, and providers
 * send people on to hosts of their own choosing (a customer's own domain, a single sign-on): any https address, then, and of
 * plain http only what an integration names.
 */
async function formTargets(
  ports: ApiPorts,
  link: {
    readonly environmentId: string;
    readonly integrationNames: readonly string[];
    readonly returnUrl: string | null;
  },
): Promise<string> {
  const found = await Promise.all(
    link.integrationNames.map((name) => findReadable(ports.integrations, link.environmentId, name)),
  );
  const origins = found.flatMap((one) => (one === null ? [] : (documentHosts(one.document)["authorization"] ?? [])));
  // A form of typed credentials leads straight back to the product.
  if (link.returnUrl !== null) origins.push(new URL(link.returnUrl).origin);
  return ["https:", ...new Set(origins.filter((origin) => origin.startsWith("http:") && !origin.includes("{")))].join(
    " ",
  );
}
