import { lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { Agent, buildConnector, Response, type Dispatcher } from "undici";
import type { ClientCertificate } from "#core/domain/integration/client-certificate";
import type { AddressGuard } from "./address-guard.ts";
import { createAgentCache } from "./agent-cache.ts";

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

/** The guard refused an address. */
export class EgressRefused extends Error {
  override readonly name = "EgressRefused";
}

/** Not a byte of the request left, so it can be sent again without harm. `cause` says why. */
export class NotSent extends Error {
  override readonly name = "NotSent";
}

export interface EgressOptions {
  /** Connections to one origin; requests beyond wait for one within their own deadline. Default 64. */
  readonly connectionsPerOrigin?: number;
}

const connectTimeoutMs = 3_000;
const maxResponseBytes = 1_048_576;
const allowedPorts = new Set(["", "443"]);

/**
 * Three looks at an address: an IP literal before connecting, every resolved address before connecting, and the address of the
 * connected socket before a byte is sent. A `lookup` hook alone is bypassed by literals, and the socket alone would let
 * anybody probe for open ports inside.
 */
export function createEgressClient(guard: AddressGuard, options: EgressOptions = {}): EgressClient {
  const createAgent = (certificate: ClientCertificate | null): Agent =>
    new Agent({
      connect: guardedConnector(guard, certificate),
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
        const bytes = await decompress(await readBounded(body), headers["content-encoding"]);
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
async function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
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

const decoders = new Map([
  ["gzip", promisify(gunzip)],
  ["x-gzip", promisify(gunzip)],
  ["deflate", promisify(inflate)],
  ["br", promisify(brotliDecompress)],
]);

/** Bounded like what comes in: a few kilobytes can become gigabytes. */
async function decompress(bytes: Buffer, encoding: string | string[] | undefined): Promise<Buffer> {
  if (encoding === undefined || bytes.length === 0) return bytes;
  const decode = decoders.get(String(encoding).trim().toLowerCase());
  return decode === undefined ? bytes : await decode(bytes, { maxOutputLength: maxResponseBytes });
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

function refuseEarly(target: URL, guard: AddressGuard): void {
  const { protocol } = target;
  if (protocol !== "https:" && protocol !== "http:")
    throw new EgressRefused(`${protocol} is no protocol that is called`);
  if (target.username !== "" || target.password !== "")
    throw new EgressRefused("an address must not carry credentials");
  const host = target.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) === 0) return;
  const refusal = guard.refusal(host, protocol);
  if (refusal !== null) throw new EgressRefused(refusal);
}

function guardedConnector(guard: AddressGuard, certificate: ClientCertificate | null): buildConnector.connector {
  const shown = certificate === null ? {} : { cert: certificate.certificate, key: certificate.key };
  return (options, callback) => {
    const protocol = options.protocol === "https:" ? "https:" : "http:";
    // Only an address on the operator's allow list may be reached at another port than 443.
    const anyPort = protocol === "http:" || !allowedPorts.has(options.port);
    const judge = (address: string): string | null => guard.refusal(address, anyPort ? "http:" : "https:");
    const connect = buildConnector({ timeout: connectTimeoutMs, lookup: guardedLookup(judge), ...shown });
    connect(options, (error, socket) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      const refusal = judge(socket.remoteAddress ?? "");
      if (refusal === null) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(new EgressRefused(refusal), null);
    });
  };
}

/** Resolves once and hands on only vetted addresses: the connection is pinned to what was judged. */
function guardedLookup(judge: (address: string) => string | null): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, "", 4);
        return;
      }
      const vetted = addresses.filter(({ address }) => judge(address) === null);
      const [first] = vetted;
      if (first === undefined) {
        // Not which address: the text travels to callers, and would map the names of the inside.
        callback(new EgressRefused(`${hostname} resolves to no address that may be called`), "", 4);
      } else if (options.all === true) {
        callback(null, vetted);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

/** undici wraps what a connector throws. */
function refusalIn(error: unknown): EgressRefused | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (at instanceof EgressRefused) return at;
  }
  return null;
}
