import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isVisible } from "#core/domain/access/permission";
import { idRandomBytes, makeId } from "#core/domain/identifier/identifier";
import { DomainError } from "#core/domain/problem/domain-error";
import type { HeaderFields } from "#core/domain/proxy/forwarded-headers";
import { readProxyTarget } from "#core/domain/proxy/proxy-target";
import { createKeptBody } from "#core/usecases/kept-body";
import { proxyCall, proxyPages, type ProxyCall } from "#core/usecases/proxy-call";
import type { ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import type { ProblemWriter } from "../problem.ts";
import { securityHeaders } from "../security-headers.ts";
import { createCallMeter, type CallMeter } from "./call-meter.ts";
import { CallerLeft, createCallWatch, type CallWatch } from "./call-watch.ts";
import { readPagesWish } from "./read-pages-wish.ts";
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
    const requestId = makeId("req", randomBytes(idRandomBytes));
    const watch = createCallWatch(ports.proxyLimits);
    const meter = createCallMeter(ports.metrics);
    let end: Parameters<CallMeter["end"]>[0] = "broken";
    response.once("close", () => {
      if (!response.writableFinished) watch.leave();
    });
    try {
      await answer(ports, request, response, { requestId, watch, meter });
      end = "whole";
    } catch (error) {
      if (error instanceof CallerLeft || response.destroyed) {
        end = "left";
        response.destroy();
      } else if (response.headersSent) {
        ports.log.info({ request: requestId, error }, "an answer of a provider broke off");
        response.destroy();
      } else {
        // The path is the customer's business, and the provider's.
        const facts = { requestId, method: request.method ?? "", path: proxyPath };
        const { status, headers, body } = writeProblem(error, facts);
        response.writeHead(
          status,
          [...headers, ...Object.entries(securityHeaders), ["x-request-id", requestId]].flat(),
        );
        response.end(JSON.stringify(body));
      }
    } finally {
      watch.end();
      meter.end(end);
    }
  };
}

async function answer(
  ports: ApiPorts,
  request: IncomingMessage,
  response: ServerResponse,
  options: { readonly requestId: string; readonly watch: CallWatch; readonly meter: CallMeter },
): Promise<void> {
  const { watch, meter } = options;
  const { method = "GET" } = request;
  const caller = await ports.authenticator.callerOf({
    method,
    header: (name) => headerOf(request, name),
    incoming: request,
  });
  demand(caller, "proxy");
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
  const { body, bodyBytes } = bodyOf(request, options);
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
    onWait(what) {
      watch.onWait(what);
      meter.onWait(what);
    },
    onReplay: meter.onReplay,
  };
  const wish = readPagesWish((name) => headerOf(request, name), method, reading.target);
  if (wish === null) {
    await proxyCall(ports, call, (judged) => writeAnswer(response, judged, options));
    return;
  }
  await proxyPages(ports, { ...call, target: wish.target }, wish.pages, (answered) =>
    "kind" in answered ? writePages(response, answered, options) : writeAnswer(response, answered, options),
  );
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function fieldsOf(raw: readonly string[]): HeaderFields {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ""] as const] : []));
}

/** The rest of a body that a provider did not want stays with the connection, which the door takes care of. */
function bodyOf(
  request: IncomingMessage,
  { watch, meter }: { readonly watch: CallWatch; readonly meter: Pick<CallMeter, "sent"> },
) {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  const bodyBytes = length === undefined ? null : Number(length);
  if (encoding === undefined && (bodyBytes === null || bodyBytes === 0)) return { body: null, bodyBytes: null };
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  return { body: createKeptBody(watch.watched(counted(chunks, meter.sent))), bodyBytes };
}

function counted(chunks: AsyncIterator<Uint8Array>, count: (bytes: number) => void): AsyncIterator<Uint8Array> {
  return {
    async next() {
      const next = await chunks.next();
      if (next.done !== true) count(next.value.length);
      return next;
    },
  };
}
