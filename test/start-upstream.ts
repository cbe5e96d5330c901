import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { labIntegration } from "#scripts/lab-integration";
import type { Stack } from "./start-stack.ts";

export type UpstreamCall = {
  method: string;
  url: string;
  rawHeaders: string[];
  body: string;
  token: string;
  at: number;
};
export type Upstream = {
  origin: string;
  /** What arrived, in order; the body once it was read. */
  calls: UpstreamCall[];
  /** Answers from now on. Who wants the body as a stream takes it from the request before anybody else does. */
  answer: (request: IncomingMessage, response: ServerResponse, call: UpstreamCall) => void;
  close(): Promise<void>;
};

/** A provider's API that records what it is sent. */
export async function startUpstream(): Promise<Upstream> {
  const upstream: Upstream = {
    origin: "",
    calls: [],
    answer: (_request, response) => void response.end("ok"),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    const { method = "", url = "", rawHeaders } = request;
    const token = /^\S+ (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const call: UpstreamCall = { method, url, rawHeaders, body: "", token, at: performance.now() };
    upstream.calls.push(call);
    upstream.answer(request, response, call);
    if (request.listenerCount("data") > 0 || request.readableFlowing === false) return;
    request.on("data", (chunk: Buffer) => (call.body += chunk.toString("latin1")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  upstream.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return upstream;
}

/** An integration whose tokens the lab gives, and whose API is the upstream. */
export async function defineProxied(
  stack: Stack,
  upstream: Pick<Upstream, "origin">,
  name: string,
  changes: { api?: Record<string, unknown>; authorization?: unknown; unified?: unknown } = {},
): Promise<void> {
  const secret = randomBytes(24).toString("base64url");
  const document = {
    ...labIntegration(name, stack.lab.origin),
    ...changes,
    api: { baseUrl: `${upstream.origin}/v2`, ...changes.api },
  };
  const put = await stack.call("PUT", `/integrations/${name}`, document);
  if (put.status !== 201) throw new Error(JSON.stringify(put.body));
  const patched = await stack.call("PATCH", "/environment-integration", {
    integration_name: name,
    credentials: { oauth2: { config: { client_id: `client-${name}`, client_secret: secret } } },
  });
  await stack.lab.registerClient({
    clientId: `client-${name}`,
    clientSecret: secret,
    redirectUris: [patched.body.redirect_uri],
  });
}

/** An account with a grant of the lab. @returns its id and the token that it begins with */
export async function importProxied(
  stack: Stack,
  name: string,
  tenantId: string,
): Promise<{ id: string; accessToken: string }> {
  const grant = await stack.lab.issueGrant({ clientId: `client-${name}`, person: "ada" });
  const { status, body } = await stack.call("POST", "/integrated-accounts", {
    integration_name: name,
    tenant_id: tenantId,
    credentials: {
      oauth2: { access_token: grant.accessToken, refresh_token: grant.refreshToken, expires_in: 3600 },
    },
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { id: body.id as string, accessToken: grant.accessToken };
}

export type RawAnswer = { status: number; rawHeaders: string[]; headers: IncomingMessage["headers"]; body: Buffer };

/** A request with its target exactly as written: fetch would tidy it up first. */
export function callRaw(
  origin: string,
  target: string,
  options: { method?: string; headers?: Record<string, string | string[]>; body?: string | Buffer } = {},
): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const { method = "GET", body } = options;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const headers = { ...length, ...options.headers };
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path: target, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          rawHeaders: response.rawHeaders,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    request.once("error", reject);
    request.end(body);
  });
}
