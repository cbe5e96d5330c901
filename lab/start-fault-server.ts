import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { actOutFault } from "./act-out-fault.ts";
import type { FaultBehaviour, FaultScript, RecordedRequest } from "./fault-behaviour.ts";

export type { FaultBehaviour, FaultScript, RecordedRequest } from "./fault-behaviour.ts";

export type FaultServer = {
  origin: string;
  tokenEndpoint: string;
  /** All requests so far, oldest first. */
  requests: RecordedRequest[];
  /**
   * One behaviour for every request, or a queue whose last one repeats, or a function of the request. Replaces what was
   * scripted before. Until it is called every request gets a good token response, with new tokens each time.
   */
  respondWith(script: FaultScript): void;
  /** The next request that no earlier call returned; one that has already come counts. Rejects when the server closes first. */
  nextRequest(): Promise<RecordedRequest>;
  /** Ends every connection, also the hanging ones. */
  close(): Promise<void>;
};

/** A token endpoint on 127.0.0.1 that goes wrong on command. Every path is the token endpoint. */
export async function startFaultServer(): Promise<FaultServer> {
  const requests: RecordedRequest[] = [];
  const waiting: Array<PromiseWithResolvers<RecordedRequest>> = [];
  let handedOut = 0;
  let answers = 0;
  let script: FaultScript | null = null;

  function record(request: IncomingMessage, body: string): RecordedRequest {
    const { method = "GET", url = "/", headers } = request;
    const form = Object.fromEntries(new URLSearchParams(body));
    const recorded = { method, url, headers: { ...headers }, body, form, at: new Date() };
    requests.push(recorded);
    const waiter = waiting.shift();
    if (waiter !== undefined) {
      handedOut += 1;
      waiter.resolve(recorded);
    }
    return recorded;
  }

  function nextScripted(): Exclude<FaultScript, FaultBehaviour[]> | null {
    if (!Array.isArray(script)) return script;
    const next = script.length > 1 ? script.shift() : script[0];
    return next ?? null;
  }

  function nextGoodAnswer(): Record<string, unknown> {
    answers += 1;
    const tokens = { access_token: `fault-access-token-${answers}`, refresh_token: `fault-refresh-token-${answers}` };
    return { ...tokens, token_type: "Bearer", expires_in: 3600 };
  }

  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      // Taken before the body is read, so that a queue answers in the order of arrival.
      const scripted = nextScripted();
      const goodAnswer = nextGoodAnswer();
      const isUnread = typeof scripted === "object" && scripted?.kind === "close_before_reading";
      const recorded = record(request, isUnread ? "" : await text(request));
      const chosen = typeof scripted === "function" ? scripted(recorded) : scripted;
      await actOutFault(chosen ?? { kind: "json", status: 200, body: goodAnswer }, { request, response, goodAnswer });
    };
    // Only a client that leaves early, or a script that throws, ends here: the connection shows it.
    answer().catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    tokenEndpoint: `${origin}/token`,
    requests,
    respondWith(next) {
      if (Array.isArray(next) && next.length === 0)
        throw new Error("An empty queue says nothing about the next request");
      script = Array.isArray(next) ? [...next] : next;
    },
    nextRequest() {
      const arrived = requests[handedOut];
      if (arrived !== undefined) {
        handedOut += 1;
        return Promise.resolve(arrived);
      }
      const waiter = Promise.withResolvers<RecordedRequest>();
      waiting.push(waiter);
      return waiter.promise;
    },
    close() {
      for (const waiter of waiting.splice(0)) waiter.reject(new Error("The fault server closed before a request came"));
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
