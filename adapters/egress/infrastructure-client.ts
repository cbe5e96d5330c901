import { Agent } from "undici";
import { orAborted } from "./egress-client.ts";

/** Calls of one server that the operator runs and names in the configuration, and of no other. */
export interface InfrastructureClient {
  /** Follows no redirect, reads at most 256 kB. Rejects as undici does when there is no answer. */
  request(
    path: string,
    init: {
      readonly method: "GET" | "POST";
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: string;
      readonly signal: AbortSignal;
    },
  ): Promise<{ readonly status: number; readonly text: string }>;
  close(): Promise<void>;
}

/**
 * Its address is not judged, since it is meant to be an inside one: it comes from the operator alone, and no document and no customer
 * can aim it. Goes straight there, past EVERGRANT_EGRESS_PROXY.
 *
 * @param origin such as `https://vault.example.com:8200`
 * @param ca PEM; null: the usual roots
 */
export function createInfrastructureClient(origin: string, ca: string | null): InfrastructureClient {
  const agent = new Agent({
    connections: 64,
    keepAliveTimeout: 30_000,
    maxResponseSize: 262_144,
    ...(ca === null ? {} : { connect: { ca } }),
  });
  return {
    async request(path, { method, headers, body, signal }) {
      const { statusCode, body: answer } = await orAborted(
        signal,
        agent.request({ origin, path, method, headers, body: body ?? null, signal }),
      );
      return { status: statusCode, text: await orAborted(signal, answer.text()) };
    },
    close: () => agent.destroy(),
  };
}
