import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { ApiPorts } from "./api-environment.ts";
import { createAdminSignIn } from "./auth/admin-sign-in.ts";
import { createApp } from "./app.ts";
import { readConnectCookie } from "./connect/browser-cookies.ts";
import { linkTokenPattern } from "./connect/connect-routes.ts";
import { answerHealth, type Readiness } from "#adapters/system/health";
import { createWebPass, type WebPass } from "./pass-to-web.ts";
import { documentHosts } from "#core/domain/integration/integration-document";

/** First path segments that api answers itself; every other path is a page. */
const ownPaths = /^\/(?:api|oauth)(?:\/|$)/;

/** The public door: one node:http server for the API, sign-in, the OAuth callback, and the pass to web. */
export function createDoor(
  ports: ApiPorts,
  options: {
    readonly signIn: ReturnType<typeof createAdminSignIn>;
    readonly webOrigin: string;
    readonly readiness: Readiness;
  },
): Server {
  const app = createApp(ports, options.signIn);
  const listener = getRequestListener(app.fetch);
  const pass = createWebPass({ webOrigin: options.webOrigin, publicUrl: ports.publicUrl, log: ports.log });

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? "/";
    // Absolute-form targets are for proxies, and this is none (checklist J3).
    if (!target.startsWith("/")) {
      response.writeHead(400).end();
      return;
    }
    if (await answerHealth(request, response, options.readiness)) return;
    const path = target.split("?", 1)[0] ?? "/";
    const isConnectPost = request.method === "POST" && path.startsWith("/connect/");
    if (ownPaths.test(path) || isConnectPost) {
      await listener(request, response);
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    await passPage(ports, pass, request, response, path);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      ports.log.error({ error }, "a request ended without an answer");
      if (response.headersSent) response.destroy();
      else response.writeHead(503, { "retry-after": "2" }).end();
    });
  });
  server.requestTimeout = 120_000;
  server.headersTimeout = 15_000;
  server.keepAliveTimeout = 65_000;
  return server;
}

/** A page, passed on to web. The token of a connect link stays here: web learns only the link's id, which redeems nothing. */
async function passPage(
  ports: ApiPorts,
  pass: WebPass,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const token = /^\/connect\/([^/]+)$/.exec(path)?.[1];
  if (token === undefined) {
    pass(request, response);
    return;
  }
  if (token === "outcome") {
    // Its form tries again, and leaves for the same provider.
    const id = readConnectCookie(request.headers.cookie, "link", ports.publicUrl);
    const link = id === null ? null : await ports.connect.findLink(id);
    pass(
      request,
      response,
      link === null ? {} : { "x-evergrant-form-action": (await formOrigins(ports, link)).join(" ") },
    );
    return;
  }
  const link = linkTokenPattern.test(token)
    ? await ports.connect.findLinkByDigest(ports.digests.digest("link_token", token))
    : null;
  const origins = link === null ? [] : await formOrigins(ports, link);
  const query = (request.url ?? "").split("?")[1];
  request.url = `/connect/link${query === undefined ? "" : `?${query}`}`;
  pass(request, response, {
    "x-evergrant-link": link?.id ?? "none",
    "x-evergrant-form-action": origins.join(" "),
  });
}

/** The form of a connect page is redirected to the provider, and browsers hold `form-action` against redirects too. */
async function formOrigins(
  ports: ApiPorts,
  link: { readonly environmentId: string; readonly integrationNames: readonly string[] },
): Promise<string[]> {
  const found = await Promise.all(
    link.integrationNames.map((name) => ports.integrations.find(link.environmentId, name)),
  );
  const origins = found.flatMap((one) => (one === null ? [] : documentHosts(one.document)));
  // A host with an input in it is not known yet: its wildcard covers one label.
  return [...new Set(origins.map((origin) => origin.replaceAll(/\{[^}]*\}/g, "*")))];
}
