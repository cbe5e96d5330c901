import { Agent, Response, type Dispatcher } from "undici";
import type { ClientCertificate } from "#core/domain/integration/client-certificate";
import type { AddressGuard } from "./address-guard.ts";
import { createAgentCache } from "./agent-cache.ts";
import { EgressRefused, guardedConnector, refuseEarly, refusalIn, type EgressRoute } from "./guarded-connector.ts";
import { decompress } from "./decompress.ts";

/** Every outgoing call of Evergrant goes through one of these. */
export interface EgressClient {
  /**
   * A fetch that reaches only allowed addresses, follows no redirect and reads no unbounded body.
   * Rejects with EgressRefused when the guard says no, and with NotSent when no connection stood or none was free in time:
   * nothing of the request was sent then, nor will be. After any other rejection it may have arrived.
   */
  fetch(url: string, init: EgressRequest): Promise<Response>;
  close(): Promise<void>;
}

export interface EgressRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Shown in the TLS handshake (RFC 8705); PEM. Over https alone. */
  readonly clientCertificate?: ClientCertificate;
}

/** Not a byte of the request left, so it can be sent again without harm. `cause` says why. */
export class NotSent extends Error {
  override readonly name = "NotSent";
}

export interface EgressOptions extends EgressRoute {
  /** Connections to one origin; requests beyond wait for one within their own deadline. Default 64. */
  readonly connectionsPerOrigin?: number;
}

const maxResponseBytes = 1_048_576;

export function createEgressClient(guard: AddressGuard, options: EgressOptions = {}): EgressClient {
  const createAgent = (certificate: ClientCertificate | null): Agent =>
    new Agent({
      connect: guardedConnector(guard, certificate, options),
      maxResponseSize: maxResponseBytes,
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
      keepAliveTimeout: 4_000,
      connections: options.connectionsPerOrigin ?? 64,
    });
  const agent = createAgent(null);
  // Connections stand for whoever showed a certificate when they were made, so each has its own.
  const certified = createAgentCache(createAgent);
  return {
    async fetch(url, init) {
      const target = new URL(url);
      refuseEarly(target, guard);
      let isSent = false;
      const { clientCertificate: certificate } = init;
      if (certificate !== undefined && target.protocol !== "https:")
        throw new EgressRefused("a client certificate is shown over https alone");
      const connections = certificate === undefined ? agent : certified.agentFor(certificate);
      const dispatcher = connections.compose(onSend(() => (isSent = true)));
      try {
        const {
          statusCode: status,
          headers,
          body,
        } = await orAborted(
          init.signal,
          dispatcher.request({
            origin: target.origin,
            path: target.pathname + target.search,
            method: init.method,
            // Some servers refuse a nameless client. Small answers; one that compresses all the same is understood.
            headers: { "user-agent": "Evergrant", ...init.headers, "accept-encoding": "identity" },
            body: init.body ?? null,
            signal: init.signal,
          }),
        );
        const bytes = await decompress(await readBounded(body), headers["content-encoding"], maxResponseBytes);
        return new Response(hasNoBody(status) ? null : bytes, { status, headers: standardHeaders(headers) });
      } catch (error) {
        const refused = refusalIn(error);
        if (refused !== null) throw refused;
        throw isSent ? error : new NotSent("the request was not sent", { cause: error });
      }
    },
    async close() {
      await Promise.all([agent.close(), certified.close()]);
    },
  };
}

/**
 * Tells when a request is about to be written: undici calls `onRequestStart` once a connection is free, and writes right after
 * unless the request was aborted while it waited. An error code alone does not tell: a deadline ends waiting requests and sent
 * ones alike, and a host may become unreachable before or after the bytes are out.
 */
function onSend(note: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const { onRequestStart } = handler;
    handler.onRequestStart = (controller, context) => {
      onRequestStart?.call(handler, controller, context);
      if (!controller.aborted) note();
    };
    return dispatch(options, handler);
  };
}

/** A request that waits for a connection hears of its signal only when it gets one; its caller does not wait for that. */
export async function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  work.catch(() => {});
  promise.catch(() => {});
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxResponseBytes) throw new Error(`the answer is larger than ${maxResponseBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function standardHeaders(headers: Record<string, string | string[] | undefined>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || name === "content-encoding" || name === "content-length") return [];
    return Array.isArray(value) ? value.map((one): [string, string] => [name, one]) : [[name, value]];
  });
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
