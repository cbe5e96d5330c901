import type { HeaderFields } from "../domain/proxy/forwarded-headers.ts";
import type { ClientCertificate } from "../domain/integration/client-certificate.ts";

/** One request, written as it stands here: nothing is added but a Host and what frames the body. */
export interface StreamRequest {
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query as they stand in the first line. */
  readonly path: string;
  readonly headers: HeaderFields;
  /** Read as fast as the provider takes it. Null: none. */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** Null where it is not known before its end, or there is no body. */
  readonly bodyBytes: number | null;
  /** Shown in the TLS handshake (RFC 8705); null: none. */
  readonly clientCertificate: ClientCertificate | null;
}

export type StreamAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** As they came, byte for byte as latin-1. */
      readonly headers: HeaderFields;
      /**
       * As it came, nothing decoded. The provider is read as fast as this is; whoever leaves early ends the connection. Throws when
       * the connection breaks before the end.
       */
      readonly body: AsyncIterable<Uint8Array>;
      /** Ends the connection with whatever of the body has not come; nothing happens when all of it has. */
      readonly leave: () => void;
    }
  /**
   * `not_sent`: nothing of the request left. `refused`: by our own guard, so neither. `lost`: it may have arrived, and no answer
   * came. `aborted`: the signal said so; `waiting`: it did so before a connection was free, so nothing left either.
   */
  | {
      readonly kind: "failed";
      readonly cause: "not_sent" | "refused" | "lost" | "aborted" | "waiting";
      readonly detail: string;
    };

/** Requests to providers whose bodies are streamed both ways (R72). */
export interface ProviderStreams {
  /**
   * Resolves when the head of the answer is there. Never throws for what a provider does, follows no redirect, sends nothing
   * twice, and has no deadlines of its own but the one for connecting: `signal` ends it at any time, the answer's body too.
   */
  send(request: StreamRequest, signal: AbortSignal): Promise<StreamAnswer>;
}
