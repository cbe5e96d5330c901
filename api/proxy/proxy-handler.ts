import type { IncomingMessage, ServerResponse } from "node:http";
import { isVisible, type Caller } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import type { HeaderFields } from "#core/domain/proxy/forwarded-headers";
import { readProxyTarget } from "#core/domain/proxy/proxy-target";
import type { ProxyOutcome, StatusClass } from "#core/ports/metrics";
import type { ByteBudget } from "#core/usecases/byte-budget";
import { createKeptBody, keptBodyBytes } from "#core/usecases/kept-body";
import { proxyCall, proxyPages, type ProxyCall } from "#core/usecases/proxy-call";
import type { ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { demandConfirmed } from "../auth/demand-confirmed.ts";
import { answerProblem } from "../answer-problem.ts";
import type { ProblemWriter } from "../problem.ts";
import { makeRequestId } from "../request-id.ts";
import { CallerLeft, createCallWatch, requestTooLarge, type CallWatch } from "./call-watch.ts";
import { pagesHeader, readPagesWish } from "./read-pages-wish.ts";
import { writeAnswer, writePages } from "./write-answer.ts";

export const proxyPath = "/api/v1/proxy";

/** Whether a request is the proxy's, by its target as written: whatever tidies it up first would take the dots from our eyes. */
export function isProxyTarget(target: string): boolean {
  return (
    target.startsWith(proxyPath) &&
    (target.length === proxyPath.length || "/?".includes(target[proxyPath.length] ?? ""))
  );
}

export type ProxyHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers calls of providers' APIs on node's own request and response, so that both bodies stream and nothing is rewritten. */
export function createProxyHandler(ports: ApiPorts, writeProblem: ProblemWriter): ProxyHandler {
  return async (request, response) => {
    const requestId = makeRequestId();
    const watch = createCallWatch(ports.proxyLimits);
    response.once("close", () => {
      if (!response.writableFinished) watch.leave();
    });
    let outcome: ProxyOutcome = "answered";
    let isProvidersAnswer = true;
    try {
      await answer(ports, request, response, { requestId, watch });
      if (watch.taken().sent > 1 && request.headers[pagesHeader] === undefined) outcome = "replayed";
    } catch (error) {
      outcome = outcomeOf(error, response, watch);
      isProvidersAnswer = response.headersSent;
      if (error instanceof CallerLeft || response.destroyed) {
        response.destroy();
      } else if (response.headersSent) {
        ports.log.info({ request: requestId, error }, "an answer of a provider broke off");
        response.destroy();
      } else {
        // The path is the customer's business, and the provider's.
        const facts = { requestId, method: request.method ?? "", path: proxyPath };
        answerProblem(response, writeProblem(error, facts), requestId);
      }
    } finally {
      const taken = watch.taken();
      const statusClass = isProvidersAnswer ? classOf(response.statusCode) : null;
      ports.metrics.proxied({ outcome, statusClass, ...taken });
      watch.end();
    }
  };
}

function outcomeOf(error: unknown, response: ServerResponse, watch: CallWatch): ProxyOutcome {
  if (error instanceof CallerLeft || response.destroyed) return "aborted";
  return watch.taken().sent > 0 ? "failed" : "refused";
}

function classOf(status: number): StatusClass {
  return `${Math.min(5, Math.max(1, Math.floor(status / 100)))}xx` as StatusClass;
}

async function answer(
  ports: ApiPorts,
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, watch }: { readonly requestId: string; readonly watch: CallWatch },
): Promise<void> {
  const { method = "GET" } = request;
  const caller = await ports.authenticator.callerOf({
    method,
    header: (name) => headerOf(request, name),
    incoming: request,
  });
  demand(caller, "proxy");
  // What a call does with a customer's credentials is no less than to read them.
  demandConfirmed(ports, caller);
  refuseForeignPages(caller, request);
  if (method === "TRACE" || method === "CONNECT") {
    throw new DomainError("method_not_allowed", {
      detail: `${method} is not passed on: it would show the credentials, or leave the provider's API.`,
      extensions: { allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" },
    });
  }
  const reading = readProxyTarget((request.url ?? "").slice(proxyPath.length));
  if (reading.kind === "refused") {
    throw new DomainError("invalid_request", {
      status: 400,
      detail: "This address can't be passed on.",
      errors: [reading.error],
    });
  }
  const { "transfer-encoding": coding = "chunked" } = request.headers;
  if (coding.trim().toLowerCase() !== "chunked") {
    throw new DomainError("invalid_request", {
      status: 400,
      detail: "A body may come in chunks, and not in another transfer coding besides: nothing is decoded on the way.",
      errors: [{ pointer: "transfer-encoding", detail: "expected chunked, or none" }],
    });
  }
  const { body, bodyBytes } = bodyOf(request, watch, ports.heldBytes);
  response.once("close", () => body?.drop());
  const { bodyBytes: mostBytes } = ports.proxyLimits;
  if (mostBytes !== null && bodyBytes !== null && bodyBytes > mostBytes) throw requestTooLarge(mostBytes);
  const call: ProxyCall = {
    environmentId: caller.environmentId,
    actor: caller.id,
    isVisible: (account) => isVisible(caller, account),
    target: reading.target,
    method,
    headers: fieldsOf(request.rawHeaders),
    body,
    bodyBytes,
    signal: watch.signal,
    onWait: watch.onWait,
  };
  const wish = readPagesWish((name) => headerOf(request, name), method, reading.target);
  const options = { requestId, watch, mostBytes };
  if (wish === null) {
    await proxyCall(ports, call, (judged) => writeAnswer(response, judged, options));
    return;
  }
  await proxyPages(ports, { ...call, target: wish.target }, wish.pages, (answered) =>
    "kind" in answered ? writePages(response, answered, options) : writeAnswer(response, answered, options),
  );
}

/**
 * A cookie goes along when another site sends a browser here, and which provider changes something on a GET is not ours to know.
 * Elsewhere a GET is harmless, so that this stands here (G6).
 */
function refuseForeignPages({ kind }: Caller, { headers }: IncomingMessage): void {
  const site = headers["sec-fetch-site"];
  if (kind !== "admin" || site === undefined || site === "same-origin" || site === "none") return;
  throw new DomainError("forbidden", {
    detail: "With a session, providers are called from pages of the dashboard only. Use an API key.",
  });
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function fieldsOf(raw: readonly string[]): HeaderFields {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as const] : []));
}

/** The rest of a body that a provider did not want stays with the connection, which the door takes care of. */
function bodyOf(request: IncomingMessage, watch: CallWatch, budget: ByteBudget) {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  const bodyBytes = length === undefined ? null : Number(length);
  if (encoding === undefined && (bodyBytes === null || bodyBytes === 0)) return { body: null, bodyBytes: null };
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  return { body: createKeptBody(watch.watched(chunks), keptBodyBytes, budget), bodyBytes };
}
