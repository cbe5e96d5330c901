import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ImitatedAnswer, Imitation, Json } from "./imitation.ts";

export type ImitatedCall = { method: string; path: string; query: string; authorization: string; body: Json };

export type RunningImitation = {
  origin: string;
  /** What was asked, in order. */
  calls: ImitatedCall[];
  /** Comes before the imitation's own answer, as often as it answers something. */
  intercept: (call: ImitatedCall) => ImitatedAnswer | null;
  /** How long it takes to answer, milliseconds. */
  delay: number;
  close(): Promise<void>;
};

/** An imitation behind a port of its own. */
export async function startImitation(imitation: Imitation): Promise<RunningImitation> {
  const running: RunningImitation = {
    origin: "",
    calls: [],
    intercept: () => null,
    delay: 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const [path = "", search = ""] = (request.url ?? "").split("?");
      const text = Buffer.concat(chunks).toString();
      const call: ImitatedCall = {
        method: request.method ?? "GET",
        path,
        query: search,
        authorization: request.headers.authorization ?? "",
        body: text === "" ? null : JSON.parse(text),
      };
      running.calls.push(call);
      const { method, body } = call;
      const {
        status,
        headers,
        body: answered,
      } = running.intercept(call) ??
      imitation.answer({ method, path, query: new URLSearchParams(search), body }, running.origin);
      const isText = typeof answered === "string";
      const answer = (): void => {
        response.writeHead(status, { "content-type": isText ? "text/html" : "application/json", ...headers });
        response.end(answered === undefined ? undefined : isText ? answered : JSON.stringify(answered));
      };
      if (running.delay === 0) answer();
      else setTimeout(answer, running.delay).unref();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  running.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return running;
}
