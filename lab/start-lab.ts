import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { createLabApp, isLabPath } from "./create-lab-app.ts";
import { createLedger } from "./create-ledger.ts";
import { createReceiver } from "./create-receiver.ts";
import { createProvider } from "./create-provider.ts";
import { createTokenRequestGuard, type TokenRequestOutcomes } from "./guard-token-request.ts";
import { issueGrant } from "./issue-grant.ts";
import type { Lab, LabOptions } from "./lab.ts";
import { loadLabKeys } from "./load-lab-keys.ts";
import { logLine } from "./log-line.ts";
import { observeProvider } from "./observe-provider.ts";
import { openRecordStore } from "./open-record-store.ts";
import { prepareAuthorizationRequest } from "./prepare-authorization-request.ts";
import { registerClient } from "./register-client.ts";
import { rememberTokens } from "./remember-tokens.ts";
import { revokeGrant } from "./revoke-grant.ts";

export type {
  IssuedGrant,
  Lab,
  LabClient,
  LabGrant,
  LabOptions,
  LabStats,
  LabTokenAnswer,
  LabTokenRequest,
  TokenRequestHook,
  TokenRequestOutcome,
} from "./lab.ts";

const closeGraceMilliseconds = 1000;

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Starts the lab on 127.0.0.1. Rejects when the port is taken or the state cannot be read. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const { port = 0, stateDirectory = null, accessTokenSeconds = 180, revealTokens } = options;

  // The port comes first: it is part of the issuer, and it keeps a second lab away from the same journal.
  let handler: Handler | null = null;
  const server = createServer((request, response) => {
    if (handler === null) response.writeHead(503).end();
    else handler(request, response).catch((error: unknown) => failRequest(response, error));
  });
  const origin = `http://127.0.0.1:${await listen(server, port)}`;

  const { keys, store, memory } = await openState(stateDirectory, revealTokens !== false).catch((error: unknown) => {
    server.close();
    throw error;
  });
  const ledger = createLedger(store);
  const provider = createProvider({
    issuer: origin,
    store,
    keys,
    accessTokenSeconds,
    extensions: options.extensions === true,
    requiresDpopNonce: options.requiresDpopNonce === true,
    claims: options.claims ?? new Map(),
  });
  const outcomes: TokenRequestOutcomes = new WeakMap();
  observeProvider(provider, ledger, memory, outcomes);

  const lab: Lab = {
    origin,
    issuer: origin,
    registerClient: (client) => registerClient(provider, store, client),
    issueGrant: (input) => issueGrant(provider, ledger, input),
    stats: () => ledger.stats(),
    grants: () => ledger.grants(),
    revokeGrant: (grantId) => revokeGrant(provider, ledger, grantId),
    issuedTokens() {
      if (memory === null) throw new Error("This lab was told to remember no tokens (revealTokens: false)");
      return memory.all();
    },
    onTokenRequest: null,
    onTokenAnswer: null,
    async close() {
      await closeServer(server);
      store.close();
    },
  };

  const receiver = createReceiver(store);
  const app = createLabApp({ lab, provider, ledger, receiver, accessTokenSeconds, isRevealing: revealTokens === true });
  const own = getRequestListener(app.fetch);
  const authorizationServer = provider.callback();
  const guardTokenRequest = createTokenRequestGuard(store, ledger, outcomes);

  handler = async (request, response) => {
    const url = new URL(request.url ?? "/", origin);
    if (isLabPath(url.pathname)) return own(request, response);
    if (url.pathname === "/token" && request.method === "POST") {
      const handle = () => authorizationServer(request, response);
      const { onTokenRequest: hook, onTokenAnswer: onAnswer } = lab;
      return guardTokenRequest({ request, response, hook, onAnswer, handle });
    }
    if (url.pathname === "/auth" || url.pathname.startsWith("/auth/")) prepareAuthorizationRequest(request, url);
    return authorizationServer(request, response);
  };
  return lab;
}

async function openState(directory: string | null, isRemembering: boolean) {
  const keys = await loadLabKeys(directory);
  return { keys, store: openRecordStore(directory), memory: isRemembering ? rememberTokens(directory) : null };
}

function failRequest(response: ServerResponse, error: unknown): void {
  logLine("error", { message: error instanceof Error ? error.message : "unknown" });
  if (!response.headersSent) response.writeHead(500);
  response.end();
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Lets answers under way leave, but not for longer than a second. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), closeGraceMilliseconds);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
