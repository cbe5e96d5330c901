import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Received = {
  at: number;
  path: string;
  headers: IncomingHttpHeaders;
  raw: string;
  body: any;
};

export type Receiver = {
  origin: string;
  /** In the order in which they came. */
  received: Received[];
  /** How it answers; by default 204. One that never ends the response hangs. */
  answer: (request: Received, response: ServerResponse) => void;
  /** What came to one path. */
  at(path: string): Received[];
  close(): Promise<void>;
};

/** A receiver of webhooks on this machine that keeps what it got. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    let raw = "";
    request.setEncoding("utf8").on("data", (text: string) => (raw += text));
    request.once("end", () => {
      const one: Received = {
        at: Date.now(),
        path: request.url ?? "",
        headers: request.headers,
        raw,
        body: raw === "" ? null : JSON.parse(raw),
      };
      receiver.received.push(one);
      receiver.answer(one, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const receiver: Receiver = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: (_request, response) => void response.writeHead(204).end(),
    at: (path) => receiver.received.filter((one) => one.path === path),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
