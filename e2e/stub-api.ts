import type { SessionView } from "../api/schemas/session.ts";
import { createServer, request as forwardRequest, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { languageCookie } from "#api/connect/browser-cookies";
import { languageFor } from "#api/connect/page-language";
import { languageOf } from "#core/domain/connect/language";
import { emptyWorld, massFailure, resolvingFailure, usualWorld, type World } from "./stub-accounts.ts";
import { exampleLogo } from "#test/make-png";
import { accountDetail, lifelines, timelinePage } from "./stub-account-detail.ts";
import { accountCounts, accountPage } from "./stub-account-list.ts";
import { answerRuns } from "./stub-account-runs.ts";
import { answerAudit } from "./stub-audit.ts";
import { links, outcomes } from "./stub-connect.ts";
import { answerAnomalies } from "./stub-anomalies.ts";
import { answerApprovals } from "./stub-approvals.ts";
import { answerAdministrators, usualAdministrators, type Administrators } from "./stub-administrators.ts";
import { answerChecks } from "./stub-checks.ts";
import { answerDefinitions } from "./stub-definitions.ts";
import { answerIntegrations } from "./stub-integrations.ts";
import { answerKeys } from "./stub-keys.ts";
import { answerMappings } from "./stub-mappings.ts";
import { answerSettings } from "./stub-settings.ts";
import { openBreakersOf, overviewOf, seriesOf } from "./stub-overview.ts";
import { answerWebhooks } from "./stub-webhook-answers.ts";

/** Stands in for the API: the public door of a system that is only pages and fixtures. */
export type StubApi = {
  origin: string;
  world: World;
  environment: string;
  isSignedIn: boolean;
  role: "owner" | "operator" | "support" | "auditor";
  administrators: Administrators;
  /** A provider of single sign-on on the sign-in page; null: none. */
  sso: { label: string } | null;
  /** Whether what is dangerous is done without asking who it is. */
  isConfirmed: boolean;
  /** How the administrator can show it. */
  confirmWith: SessionView["confirm_with"];
  /** When set, reads of the API answer with this status. */
  failWith: number | null;
  /** When set, reads of this path alone fail. */
  failOn: string | null;
  outcome: string;
  /** Accounts are counted up to here. */
  countMost: number;
  /** Changes that arrived, as `METHOD path body`. */
  changes: string[];
  /** Open streams of events. */
  streams: Set<ServerResponse>;
  /** Tells all who listen that something happened. */
  tell: () => void;
  passOnTo: (webOrigin: string) => void;
  reset: () => void;
  stop: () => Promise<void>;
};

export async function startStubApi(): Promise<StubApi> {
  let webOrigin = "";
  const server = createServer((request, response) => {
    void handle(stub, webOrigin, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const stub: StubApi = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world: emptyWorld(),
    environment: "production",
    administrators: usualAdministrators(),
    sso: null,
    isConfirmed: true,
    confirmWith: ["password"],
    isSignedIn: true,
    role: "owner",
    failWith: null,
    failOn: null,
    outcome: "connected",
    countMost: 1000,
    changes: [],
    streams: new Set(),
    tell: () => {
      for (const stream of stub.streams) stream.write('id: 1\ndata: {"event_type": "integrated_account:created"}\n\n');
    },
    passOnTo: (origin) => {
      webOrigin = origin;
    },
    reset: () => {
      Object.assign(stub, {
        world: usualWorld(),
        environment: "production",
        administrators: usualAdministrators(),
        sso: null,
        isConfirmed: true,
        confirmWith: ["password"],
        isSignedIn: true,
        role: "owner",
        failWith: null,
        failOn: null,
        outcome: "connected",
        countMost: 1000,
        changes: [],
      });
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
  return stub;
}

async function handle(
  stub: StubApi,
  webOrigin: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", stub.origin);
  if (url.pathname === "/healthz") return json(response, 200, { status: "ok" });
  if (url.pathname.startsWith("/api/")) {
    const body = await bodyOf(request);
    if (request.method !== "GET") stub.changes.push(`${request.method} ${url.pathname} ${body}`);
    return answerApi(stub, request.method ?? "GET", url, body, response);
  }
  const link = /^\/connect\/(?!outcome|retry)([a-z]+)$/.exec(url.pathname)?.[1];
  const spoken = url.pathname.startsWith("/connect/") ? speakTo(stub, url, request, response) : {};
  if (link === undefined) return passOn(webOrigin, request.url ?? "/", spoken, request, response);
  if (request.method === "POST") {
    stub.changes.push(`POST ${url.pathname} ${await bodyOf(request)}`);
    response.writeHead(303, { location: "/connect/outcome" }).end();
    return;
  }
  const headers = {
    ...spoken,
    "x-evergrant-link": `lnk_${link}`,
    "x-evergrant-form-action": "https://login.acme.example nonsense;",
  };
  passOn(webOrigin, `/connect/link${url.search}`, headers, request, response);
}

/** As the door does. */
function speakTo(stub: StubApi, url: URL, request: IncomingMessage, response: ServerResponse): Record<string, string> {
  const chosen = languageOf(url.searchParams.get("lang") ?? "");
  const { cookie, "accept-language": accepted } = request.headers;
  if (chosen !== null) response.setHeader("set-cookie", languageCookie(chosen, stub.origin));
  return { "x-evergrant-language": languageFor(stub.origin, { cookie, accepted }, null, chosen) };
}

async function answerApi(
  stub: StubApi,
  method: string,
  url: URL,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const path = url.pathname;
  const connectLink = /^\/api\/connect\/links\/lnk_(.+)$/.exec(path)?.[1];
  if (connectLink !== undefined) return json(response, 200, links[connectLink] ?? links.unknown);
  if (path === "/api/connect/outcome") return json(response, 200, outcomes[stub.outcome]);
  if (path === "/api/connect/logos/stub") {
    response.writeHead(200, { "content-type": "image/png" }).end(exampleLogo());
    return;
  }
  if (path === "/api/auth/csrf") return json(response, 200, { csrfToken: "csrf" });
  if (path === "/api/auth/callback/credentials") {
    stub.isSignedIn = new URLSearchParams(body).get("password") === "correct horse";
    return json(response, 200, {
      url: stub.isSignedIn ? stub.origin : `${stub.origin}/sign-in?error=CredentialsSignin&code=credentials`,
    });
  }
  if (path === "/api/auth/signout") {
    stub.isSignedIn = false;
    return json(response, 200, { url: `${stub.origin}/sign-in` });
  }
  if (path === "/api/v1/sign-in") return json(response, 200, { password: true, sso: stub.sso });
  if (path.startsWith("/api/v1/invitation/")) return answerInvitation(stub, path, body, response);
  if (!stub.isSignedIn) return problem(response, 401, "unauthorized", "Sign in first");
  if (path === "/api/v1/session") return json(response, 200, sessionOf(stub));
  if (path === "/api/v1/session/confirmation") {
    stub.isConfirmed = body.includes("correct horse");
    if (stub.isConfirmed) return json(response, 200, sessionOf(stub));
    return problem(response, 422, "invalid_request", "The request is not valid", "The password is wrong.");
  }
  if (!stub.isConfirmed && method !== "GET")
    return problem(response, 403, "step_up_required", "Confirm that it is you", "Confirm first that it is you.");
  if (path === stub.failOn) return problem(response, 503, "database_unavailable", "The database does not answer");
  if (stub.failWith !== null)
    return problem(response, stub.failWith, "database_unavailable", "The database does not answer");
  if (path === "/api/v1/stats/health") return json(response, 200, { integrations: stub.world.health });
  if (path === "/api/v1/stats/overview") return json(response, 200, overviewOf(stub.world));
  if (path === "/api/v1/stats/breakers") return json(response, 200, { data: openBreakersOf(stub.world) });
  if (path === "/api/v1/stats/series") {
    return json(response, 200, seriesOf(stub.world, url.searchParams.get("window") ?? "24h"));
  }
  if (path === "/api/v1/events/stream") return beginStream(stub, response);
  if (path === "/api/v1/environment-integrations") {
    return json(response, 200, { data: stub.world.clients, next_cursor: null });
  }
  if (path === "/api/v1/mass-failures") return json(response, 200, { data: stub.world.massFailures });
  const failed = /^\/api\/v1\/integrations\/([^/]+)\/mass-failure(?:\/(release|confirm))?$/.exec(path);
  if (failed !== null) return answerMassFailure(stub, failed[1] ?? "", failed[2], response);
  if (path === "/api/v1/link-tokens") {
    return json(response, 201, {
      link_token: "lt_abc",
      url: `${stub.origin}/connect/lt_5Zk0J1d8mQ2xWvR7`,
      expires_at: new Date(Date.now() + 604_800_000).toISOString(),
    });
  }
  const reply =
    answerChecks(stub.world, method, path, body) ??
    (await answerMappings(stub.world, method, path, body)) ??
    answerDefinitions(stub.world, method, url, body) ??
    answerIntegrations(stub.world, method, path, body) ??
    answerSettings(stub, method, path, url.searchParams, body) ??
    answerWebhooks(stub.world.webhooks, method, path, url.searchParams, body) ??
    answerApprovals(stub.world.approvals, stub.role, method, path, url.searchParams) ??
    answerRuns(stub.world.runs, stub.world.accounts, method, path, url.searchParams, body) ??
    answerAnomalies(stub.world.anomalies, stub.role, method, path) ??
    answerKeys(stub.world, method, path, body) ??
    answerAdministrators(stub.administrators, method, path, body);
  if (reply !== null) return json(response, reply.status, reply.body);
  const audit = answerAudit(stub.world.audit, path, url.searchParams);
  if (audit !== null) return json(response, 200, audit);
  const { accounts } = stub.world;
  if (path === "/api/v1/integrated-accounts") return json(response, 200, accountPage(accounts, url.searchParams));
  if (path === "/api/v1/integrated-accounts/counts") {
    return json(response, 200, accountCounts(accounts, url.searchParams, stub.countMost));
  }
  if (path === "/api/v1/integrated-accounts/lifelines") {
    return json(response, 200, lifelines(accounts, stub.world.attempts, url.searchParams));
  }
  return answerAccount(stub, method, path, url.searchParams, body, response);
}

function beginStream(stub: StubApi, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("retry: 3000\n: open\n\n");
  stub.streams.add(response);
  response.once("close", () => stub.streams.delete(response));
}

function answerMassFailure(stub: StubApi, name: string, decision: string | undefined, response: ServerResponse): void {
  const failures = stub.world.massFailures;
  const failure = failures.find((one) => one.integration_name === name);
  if (decision === undefined)
    return json(response, 200, failure ?? { ...massFailure(), state: "none", held: 0, left: 0 });
  if (failure?.state !== "declared") {
    return problem(
      response,
      409,
      "conflict",
      "Conflict",
      `No account of ${name} is held. Somebody else may have decided.`,
    );
  }
  Object.assign(failure, resolvingFailure(decision === "confirm" ? "confirm" : "release"));
  return json(response, 202, failure);
}

function answerAccount(
  stub: StubApi,
  method: string,
  path: string,
  query: URLSearchParams,
  body: string,
  response: ServerResponse,
): void {
  const [, id, rest] = /^\/api\/v1\/integrated-accounts\/([^/]+)(\/.+)?$/.exec(path) ?? [];
  const account = stub.world.accounts.find((known) => known.id === id);
  if (account === undefined) return problem(response, 404, "not_found", "There is no such account");
  if (rest === "/refresh-attempts") {
    const limit = Number(query.get("limit") ?? 50);
    const from = Number(query.get("cursor") ?? 0);
    const all = stub.world.attempts.get(account.id) ?? [];
    return json(response, 200, {
      data: all.slice(from, from + limit),
      next_cursor: all.length > from + limit ? String(from + limit) : null,
    });
  }
  if (rest === "/timeline") return json(response, 200, timelinePage(account, stub.world.attempts, query));
  if (rest === "/release") {
    account.hold = null;
    return json(response, 200, account);
  }
  if (method === "PATCH") return changeAccount(account, body, response);
  if (rest === "/refresh") {
    if (account.last_error !== null) {
      return problem(
        response,
        502,
        "provider_error",
        "The provider could not refresh the token",
        "The token endpoint answered 503. The old token stays valid.",
      );
    }
    Object.assign(account, {
      refreshed_at: new Date().toISOString(),
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    });
    return json(response, 200, account);
  }
  if (method === "DELETE") {
    Object.assign(account, {
      status: "disconnected",
      expires_at: null,
      refresh_due_at: null,
      updated_at: new Date().toISOString(),
    });
    return json(response, 200, { id: account.id, status: "disconnected", revocation: "revoked" });
  }
  json(response, 200, accountDetail(account));
}

/** Buffers above an hour are refused, as by the schema of a document. */
function changeAccount(account: World["accounts"][number], body: string, response: ServerResponse): void {
  const patch = JSON.parse(body) as { metadata?: Record<string, string>; overrides?: Record<string, unknown> };
  if (JSON.stringify(patch.overrides ?? {}).includes("99999")) {
    const pointer = "/overrides/credentials/config/refresh/bufferSeconds";
    response.writeHead(422, { "content-type": "application/problem+json" }).end(
      JSON.stringify({
        status: 422,
        code: "invalid_request",
        title: "The request is not valid",
        errors: [{ pointer, detail: "must be at most 3600" }],
      }),
    );
    return;
  }
  Object.assign(account, patch);
  json(response, 200, accountDetail(account));
}

function sessionOf(stub: StubApi): object {
  return {
    user: { id: "usr_1", email: "ada@evergrant.example", name: "Ada Lovelace", role: stub.role },
    environment: stub.environment,
    environments: ["production", "staging"],
    session_id: "ses_1",
    confirmed_until: stub.isConfirmed ? new Date(Date.now() + 600_000).toISOString() : null,
    confirm_with: stub.confirmWith,
  };
}

function answerInvitation(stub: StubApi, path: string, body: string, response: ServerResponse): void {
  const { token } = JSON.parse(body) as { token: string };
  if (token !== "valid") return problem(response, 404, "not_found", "Not found", "This invitation is over.");
  const invitation = { email: "grace@harbor-compilers.example", role: "operator" };
  if (path.endsWith("/accept")) {
    stub.isSignedIn = true;
    return json(response, 201, invitation);
  }
  const expires_at = new Date(Date.now() + 200_000_000).toISOString();
  json(response, 200, { ...invitation, expires_at, sign_in: { password: true, sso: stub.sso } });
}

function passOn(
  origin: string,
  path: string,
  headers: Record<string, string>,
  from: IncomingMessage,
  to: ServerResponse,
): void {
  const outgoing = forwardRequest(
    `${origin}${path}`,
    { method: from.method ?? "GET", headers: { ...from.headers, ...headers } },
    (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    },
  );
  outgoing.on("error", () => to.writeHead(502).end());
  from.pipe(outgoing);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  if (status === 204) {
    response.writeHead(204).end();
    return;
  }
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, code: string, title: string, detail?: string): void {
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ type: `https://docs.example/problems/${code}`, status, code, title, detail }));
}
