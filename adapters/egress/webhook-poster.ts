import type { IncomingHttpHeaders } from "node:http";
import { Agent, type Dispatcher } from "undici";
import { parseRetryAfter } from "#core/domain/rate-limit/parse-retry-after";
import type { SendResult } from "#core/domain/webhook/judge-answer";
import { extractBytes, extractOf } from "#core/domain/webhook/scrub-response";
import type { Clock } from "#core/ports/clock";
import type { Metrics } from "#core/ports/metrics";
import type { WebhookReceivers } from "#core/ports/webhook-receivers";
import type { AddressGuard } from "./address-guard.ts";
import { guardedConnector, refusalIn, refuseEarly, type EgressRoute } from "./guarded-connector.ts";

export interface WebhookPoster extends Pick<WebhookReceivers, "post"> {
  close(): Promise<void>;
}

/** From the look at the address to the last byte that is read (checklist E8). */
const deadlineMs = 15_000;
/** To one origin, of all endpoints that are there: four of them at their full pace. */
const connectionsPerOrigin = 256;
/** Addresses that are remembered as read. */
const mostTargets = 1_000;

/**
 * Posts to receivers that nobody vouches for: the address is judged when a connection is made (E11), no redirect is followed, and of
 * the answer its beginning is read and the rest left. Connections of their own, so that nobody's receiver is in the way of a token
 * request.
 */
export function createWebhookPoster(
  guard: AddressGuard,
  ports: { readonly clock: Clock; readonly metrics: Pick<Metrics, "egressRefused"> },
  {
    deadline = deadlineMs,
    connections = connectionsPerOrigin,
    ...route
  }: EgressRoute & { readonly deadline?: number; readonly connections?: number } = {},
): WebhookPoster {
  const agent = new Agent({
    connect: guardedConnector(guard, null, route, { allowH2: false }),
    allowH2: false,
    headersTimeout: deadline,
    bodyTimeout: deadline,
    keepAliveTimeout: 4_000,
    connections,
    maxHeaderSize: 16_384,
  });
  const targets = new Map<string, Target>();
  /** Of addresses that were not refused: what is certain before anybody connects does not change. @throws EgressRefused */
  const targetOf = (url: string): Target => {
    const known = targets.get(url);
    if (known !== undefined) return known;
    const parsed = new URL(url);
    refuseEarly(parsed, guard);
    const target = { origin: parsed.origin, path: parsed.pathname + parsed.search };
    if (targets.size >= mostTargets) targets.clear();
    targets.set(url, target);
    return target;
  };
  return {
    async post(url, headers, body) {
      const posting = new Posting();
      const timer = setTimeout(() => posting.expire(), deadline);
      try {
        const target = targetOf(url);
        agent.dispatch(
          {
            ...target,
            method: "POST",
            headers: { "user-agent": "Evergrant", "accept-encoding": "identity", ...headers },
            body,
          },
          posting,
        );
        const { status, retryAfter, chunks } = await posting.answer;
        return {
          status,
          error: null,
          retryAfterSeconds: retryAfter === null ? null : parseRetryAfter(retryAfter, ports.clock.now()),
          // The status says whether it was taken, whatever becomes of the rest.
          response: extractOf(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
        };
      } catch (error) {
        const refused = refusalIn(error);
        if (refused !== null) ports.metrics.egressRefused();
        return failed(refused?.message ?? wordFailure(error, posting.isLate, deadline));
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => agent.destroy(),
  };
}

interface Target {
  readonly origin: string;
  readonly path: string;
}

function failed(error: string): SendResult {
  return { status: null, error, retryAfterSeconds: null, response: null };
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** The beginning of the body. */
  readonly chunks: readonly Uint8Array[];
}

/**
 * One request on its way, without the stream and the signal that undici's other calls make for each: they cost as much as the rest
 * of a delivery. It ends once, whatever comes later.
 */
class Posting implements Dispatcher.DispatchHandler {
  readonly #settled = Promise.withResolvers<Answer>();
  #controller: Dispatcher.DispatchController | null = null;
  #head: Pick<Answer, "status" | "retryAfter"> | null = null;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isOver = false;
  isLate = false;

  get answer(): Promise<Answer> {
    return this.#settled.promise;
  }

  /** Its time is over: what is there counts, and a request that waits for a connection is not sent any more. */
  expire(): void {
    if (this.#isOver) return;
    this.isLate = true;
    this.#end(new Error("late"));
    this.#controller?.abort(new Error("late"));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error("late"));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // RFC 9110 §15.2: another answer follows.
    if (status < 200) return;
    const { "retry-after": retryAfter } = headers;
    this.#head = { status, retryAfter: typeof retryAfter === "string" ? retryAfter : null };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= extractBytes) return;
    this.#end(null);
    // Closes the connection: what is not read does not come.
    controller.abort(new Error("enough"));
  }

  onResponseEnd(): void {
    this.#end(null);
  }

  /** Cut off, or too slow: after the head what came is what there is. */
  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(error);
  }

  #end(error: Error | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#head !== null) this.#settled.resolve({ ...this.#head, chunks: this.#chunks });
    else this.#settled.reject(error ?? new Error("there was no answer"));
  }
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  ENOTFOUND: "the host's name does not resolve",
  EAI_AGAIN: "the host's name does not resolve for now",
  EHOSTUNREACH: "the host can't be reached",
  ENETUNREACH: "the host can't be reached",
  ETIMEDOUT: "the host did not answer in time",
  UND_ERR_CONNECT_TIMEOUT: "the host did not answer in time",
  UND_ERR_SOCKET: "the connection ended before an answer",
  UND_ERR_HEADERS_OVERFLOW: "the answer's head is too large",
};

function noAnswer(deadline: number): string {
  return `no answer within ${deadline / 1000} s`;
}

/** Codes alone: a message may name what an owner of endpoints must not learn. */
function wordFailure(error: unknown, isLate: boolean, deadline: number): string {
  if (isLate) return noAnswer(deadline);
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < 5; depth += 1) {
    const code = "code" in at && typeof at.code === "string" ? at.code : "";
    // Either timer may ring first.
    if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") return noAnswer(deadline);
    const known = words[code];
    if (known !== undefined) return known;
    if (/^(?:CERT|ERR_TLS|ERR_SSL|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/.test(code)) return `TLS failed: ${code}`;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return "the connection failed";
}
