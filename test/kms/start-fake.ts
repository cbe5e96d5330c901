import { createServer as createPlainServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { MadeCertificate } from "../make-certificate.ts";

/** What is wrong with a KMS. `silent`: it takes a request and never answers. `lost`: it does what it is asked, and the connection breaks. */
export type Fault = "unreachable" | "throttled" | "denied" | "disabled" | "silent" | "lost";

/** What it says itself. */
type SaidFault = Exclude<Fault, "unreachable" | "silent" | "lost">;

export interface FakeKms {
  readonly origin: string;
  /** Requests for an operation of a key that came, answered or not. */
  readonly requests: number;
  /**
   * @param times after so many requests it is well again; always by default
   * @param after so many requests go well first
   */
  setFault(fault: Fault | null, times?: number, after?: number): Promise<void>;
  close(): Promise<void>;
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: any;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A server on 127.0.0.1 that speaks some KMS's protocol, and can be made to fail.
 *
 * @param answer to a request in good order
 * @param fail the protocol's own words for a fault
 */
export async function startFake(options: {
  readonly answer: (request: FakeRequest) => FakeAnswer;
  readonly fail: (fault: SaidFault, request: FakeRequest) => FakeAnswer | null;
  readonly certificate?: MadeCertificate;
}): Promise<FakeKms> {
  let fault: Fault | null = null;
  let left = 0;
  let before = 0;
  let requests = 0;
  const onRequest: RequestListener = (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const request: FakeRequest = {
        method: incoming.method ?? "",
        path: (incoming.url ?? "").replace(/\?.*$/, ""),
        headers: incoming.headers,
        body: text === "" ? null : JSON.parse(text),
      };
      // Calls for a token come at a time of their own.
      if (!request.path.startsWith("/v1/auth/")) requests += 1;
      const isEarly = before > 0;
      if (isEarly) before -= 1;
      const now = left > 0 && !isEarly ? fault : null;
      if (now !== null) left -= 1;
      if (now === "silent") return;
      const failure = now === null || now === "unreachable" || now === "lost" ? null : options.fail(now, request);
      const { status, body, headers } = failure ?? options.answer(request);
      if (now === "lost") return void incoming.socket.destroy();
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(body === undefined ? "" : JSON.stringify(body));
    });
  };
  const server: Server =
    options.certificate === undefined
      ? createPlainServer(onRequest)
      : createTlsServer({ cert: options.certificate.certificate, key: options.certificate.key }, onRequest);
  const listen = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${options.certificate === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    get requests() {
      return requests;
    },
    async setFault(next, times = Number.POSITIVE_INFINITY, after = 0) {
      fault = next;
      before = after;
      left = next === null ? 0 : times;
      if (next === "unreachable") await stop();
      else if (!server.listening) await listen(port);
    },
    close: stop,
  };
}

/** AES-256-GCM as a KMS does it inside. */
export { decrypt as openInside, encrypt as sealInside } from "#core/domain/sealing/aead";
