import type { ClientCertificate } from "#core/domain/integration/client-certificate";
import type { ParameterValue } from "#core/domain/integration/fill-template";
import type { ResolvedIntegration } from "#core/domain/integration/resolve-integration";
import type { PrivateJwk } from "#core/domain/jwk/jwk";
import type { ClientSecret } from "#core/ports/authorization-server";
import { clientCertificate } from "./client-authentication.ts";
import type { TokenAnswer } from "./read-token-answer.ts";

/** What one request and its answer leave behind for each other. */
export interface Trip {
  readonly isForTokens: boolean;
  readonly keepsIdToken: boolean;
  /** The integration's extra parameters; templates. */
  readonly extra: Readonly<Record<string, ParameterValue>>;
  /** What the tokens are bound to (RFC 9449); null: nothing. */
  readonly dpopKey: PrivateJwk | null;
  readonly method: "GET" | "POST";
  /** Of an authorization request, or a second step: filled and named already. */
  readonly shaped: ReadonlyMap<string, ParameterValue>;
  /** Of a code exchange; null: the client's own. */
  readonly redirectUri: string | null;
  /** Shown in the TLS handshake. */
  readonly certificate: ClientCertificate | null;
  /** What this request alone was proven with. */
  readonly proofs: string[];
  /** The deadline; null before the first request. */
  signal: AbortSignal | null;
  /** Whether the egress client was asked at all: before that, nothing can have left. */
  isAsked: boolean;
  /** What a token request was answered. */
  told: TokenAnswer | null;
  /** As the server sent it; null until its whole answer is here. */
  status: number | null;
}

export function newTrip(
  integration: ResolvedIntegration,
  secret: ClientSecret,
  of: Partial<
    Pick<Trip, "isForTokens" | "keepsIdToken" | "method" | "extra" | "shaped" | "redirectUri" | "dpopKey">
  > = {},
): Trip {
  const plain = {
    isForTokens: false,
    keepsIdToken: false,
    method: "POST" as const,
    extra: {},
    shaped: new Map(),
    redirectUri: null,
    dpopKey: null,
  };
  const certificate = clientCertificate(integration, secret);
  return { ...plain, ...of, certificate, proofs: [], signal: null, isAsked: false, told: null, status: null };
}
