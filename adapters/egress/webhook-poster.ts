import { Agent } from "undici";
import { parseRetryAfter } from "#core/domain/rate-limit/parse-retry-after";
import type { SendResult } from "#core/domain/webhook/judge-answer";
import { extractBytes, extractOf } from "#core/domain/webhook/scrub-response";
import type { Clock } from "#core/ports/clock";
import type { Metrics } from "#core/ports/metrics";
import type { WebhookReceivers } from "#core/ports/webhook-receivers";
import type { AddressGuard } from "./address-guard.ts";
import { orAborted } from "./egress-client.ts";
import { guardedConnector, refusalIn, refuseEarly, type EgressRoute } from "./guarded-connector.ts";

export interface WebhookPoster extends Pick<WebhookReceivers, "post"> {
  close(): Promise<void>;
}

/** From the look at the address to the last byte that is read (checklist E8). */
const deadlineMs = 15_000;
/** To one origin, of all endpoints that are there. */
const connectionsPerOrigin = 64;

/**
 * Posts to receivers that nobody vouches for: the address is judged when a connection is made (E11), no redirect is followed, and of
 * the answer its beginning is read and the rest left. Connections of their own, so that nobody's receiver is in the way of a token
 * request.
 */
export function createWebhookPoster(
  guard: AddressGuard,
  ports: { readonly clock: Clock; readonly metrics: Pick<Metrics, "egressRefused"> },
  { deadline = deadlineMs, ...route }: EgressRoute & { readonly deadline?: number } = {},
): WebhookPoster {
  const agent = new Agent({
    connect: guardedConnector(guard, null, route, { allowH2: false }),
    allowH2: false,
    headersTimeout: deadline,
    bodyTimeout: deadline,
    keepAliveTimeout: 4_000,
    connections: connectionsPerOrigin,
    maxHeaderSize: 16_384,
  });
  return {
    async post(url, headers, body) {
      // Cleared at the end: a timer for each of thousands a second would pile up for as long as the deadline.
      const controller = new AbortController();
      const { signal } = controller;
      const timer = setTimeout(() => controller.abort(), deadline);
      try {
        const target = new URL(url);
        refuseEarly(target, guard);
        const answer = await orAborted(
          signal,
          agent.request({
            origin: target.origin,
            path: target.pathname + target.search,
            method: "POST",
            headers: { "user-agent": "Evergrant", "accept-encoding": "identity", ...headers },
            body,
            signal,
          }),
        );
        const { "retry-after": retryAfter } = answer.headers;
        return {
          status: answer.statusCode,
          error: null,
          retryAfterSeconds: parseRetryAfter(typeof retryAfter === "string" ? retryAfter : null, ports.clock.now()),
          // The status says whether it was taken, whatever becomes of the rest.
          response: extractOf(await readBeginning(answer.body)),
        };
      } catch (error) {
        const refused = refusalIn(error);
        if (refused !== null) ports.metrics.egressRefused();
        return failed(refused?.message ?? wordFailure(error, signal.aborted, deadline));
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => agent.destroy(),
  };
}

function failed(error: string): SendResult {
  return { status: null, error, retryAfterSeconds: null, response: null };
}

/** Ending the loop early closes the connection: what is not read does not come. */
async function readBeginning(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > extractBytes) break;
    }
  } catch {
    // Cut off, or too slow: what came is what there is.
  }
  return Buffer.concat(chunks).subarray(0, extractBytes);
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

/** Codes alone: a message may name what an owner of endpoints must not learn. */
function wordFailure(error: unknown, isLate: boolean, deadline: number): string {
  if (isLate) return `no answer within ${deadline / 1000} s`;
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < 5; depth += 1) {
    const code = "code" in at && typeof at.code === "string" ? at.code : "";
    const known = words[code];
    if (known !== undefined) return known;
    if (/^(?:CERT|ERR_TLS|ERR_SSL|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/.test(code)) return `TLS failed: ${code}`;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return "the connection failed";
}
