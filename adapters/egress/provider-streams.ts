import { Readable } from "node:stream";
import { Agent, type buildConnector, type Dispatcher } from "undici";
import type { ClientCertificate } from "#core/domain/integration/client-certificate";
import type { ProviderStreams, StreamAnswer, StreamRequest } from "#core/ports/provider-streams";
import type { AddressGuard } from "./address-guard.ts";
import { createAgentCache } from "./agent-cache.ts";
import { guardedConnector, refuseEarly, refusalIn, type EgressRoute } from "./guarded-connector.ts";

export interface ClosableStreams extends ProviderStreams {
  /** Connections that rest are closed; those that work, when they have ended. */
  close(): Promise<void>;
}

/** What waits in memory between provider and caller, bytes; more is left with the provider. */
const bufferedBytes = 65_536;
const mostHeaderBytes = 65_536;
/** Of all accounts together, to one origin. */
const connectionsPerOrigin = 256;

/**
 * Connections of their own: nothing here has to end within the deadlines and sizes of token requests. HTTP/1.1 alone, so that
 * fields come back in the bytes and the order in which they were sent.
 */
export function createProviderStreams(guard: AddressGuard, route: EgressRoute = {}): ClosableStreams {
  const createAgent = (certificate: ClientCertificate | null): Agent =>
    new Agent({
      connect: tellingResets(guardedConnector(guard, certificate, route, { allowH2: false })),
      allowH2: false,
      // Whoever calls watches over both directions, and knows which of them is at rest.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 4_000,
      connections: connectionsPerOrigin,
      maxHeaderSize: mostHeaderBytes,
      maxResponseSize: -1,
    });
  const agent = createAgent(null);
  const certified = createAgentCache(createAgent);
  return {
    async send(request, signal) {
      const { origin, clientCertificate: certificate } = request;
      try {
        const target = new URL(origin);
        refuseEarly(target, guard);
        if (certificate !== null && target.protocol !== "https:")
          return failed("refused", "a client certificate is shown over https alone");
      } catch (error) {
        return failed("refused", textOf(error));
      }
      if (signal.aborted) return failed("aborted", "");
      return await exchange(certificate === null ? agent : certified.agentFor(certificate), request, signal);
    },
    async close() {
      await Promise.all([agent.close(), certified.close()]);
    },
  };
}

/**
 * undici takes a connection that is reset for one that has ended, since macOS tells the one where the other was meant. Of an answer
 * that says no length the end of the connection is the end, and a part would look like a whole (RFC 9112 §8). It goes by the code
 * of the error, and has its listener behind this one.
 */
function tellingResets(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...outcome) => {
      const [, socket] = outcome;
      socket?.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "ECONNRESET") error.code = "ECONNABORTED";
      });
      callback(...outcome);
    });
  };
}

function exchange(dispatcher: Dispatcher, request: StreamRequest, signal: AbortSignal): Promise<StreamAnswer> {
  const { promise, resolve } = Promise.withResolvers<StreamAnswer>();
  let connection: Dispatcher.DispatchController | null = null;
  let body: Readable | null = null;
  let isSent = false;
  const leave = (): void => {
    connection?.abort(left());
    resolve(failed(isSent ? "aborted" : "waiting", ""));
  };
  const end = (): void => signal.removeEventListener("abort", leave);
  signal.addEventListener("abort", leave, { once: true });

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      connection = controller;
      // A request that waited for a connection hears of its signal only now.
      if (signal.aborted) controller.abort(left());
      else isSent = true;
    },
    onResponseStart(controller, status) {
      // What comes before the answer (103 and its like) is between the provider and us.
      if (status < 200) return;
      const incoming = new Readable({
        highWaterMark: bufferedBytes,
        read: () => controller.resume(),
        destroy(error, done) {
          end();
          if (!controller.aborted && !this.readableEnded) controller.abort(error ?? left());
          done(error);
        },
      });
      // Whoever waits for nothing but the head must not end the process when the connection breaks later.
      incoming.on("error", () => {});
      body = incoming;
      const headers = pairs(controller.rawHeaders);
      resolve({ kind: "answer", status, headers, body, leave: () => void incoming.destroy() });
    },
    onResponseData(controller, chunk) {
      if (body?.push(chunk) === false) controller.pause();
    },
    onResponseEnd() {
      end();
      body?.push(null);
    },
    onResponseError(_controller, error) {
      end();
      if (body !== null) body.destroy(error);
      else if (signal.aborted) resolve(failed("aborted", ""));
      else if (refusalIn(error) !== null) resolve(failed("refused", refusalIn(error)?.message ?? ""));
      else resolve(failed(isSent ? "lost" : "not_sent", textOf(error)));
    },
  };
  try {
    dispatcher.dispatch(
      {
        origin: request.origin,
        path: request.path,
        method: request.method,
        headers: framed(request).flat(),
        body: request.body as unknown as Readable | null,
      },
      handler,
    );
  } catch (error) {
    end();
    resolve(failed("not_sent", textOf(error)));
  }
  return promise;
}

/** Without a length the body is sent in chunks. */
function framed({ headers, body, bodyBytes }: StreamRequest): (readonly [string, string])[] {
  return body === null || bodyBytes === null ? [...headers] : [...headers, ["content-length", String(bodyBytes)]];
}

function left(): Error {
  return new Error("the caller left");
}

function failed(cause: Extract<StreamAnswer, { kind: "failed" }>["cause"], detail: string): StreamAnswer {
  return { kind: "failed", cause, detail };
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

/** Field names and values are bytes; latin-1 keeps them all, and is how they are written again. */
function pairs(raw: Dispatcher.DispatchController["rawHeaders"]): (readonly [string, string])[] {
  if (!Array.isArray(raw)) return [];
  const texts = raw.map((one) => (typeof one === "string" ? one : one.toString("latin1")));
  return texts.flatMap((name, index) => (index % 2 === 0 ? [[name, texts[index + 1] ?? ""] as const] : []));
}
