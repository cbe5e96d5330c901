import { untoldRateLimit, type RateLimit } from "#core/domain/rate-limit/rate-limit";
import type { TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";
import type { TokenResponse } from "#core/domain/token/token-set";
import type { PrivateJwk } from "#core/domain/jwk/jwk";
import type { AuthorizationRequest } from "#core/domain/connect/authorization-url";
import type {
  AuthorizationServer,
  ClientSecret,
  CodeExchange,
  Introspection,
  PushedAuthorization,
  RequestFailure,
  TokenResult,
} from "#core/ports/authorization-server";
import type { Clock } from "#core/ports/clock";
import type { ExternalAccount } from "#core/domain/account/account";

export type ServerRequest =
  | { readonly kind: "push"; readonly secret: string | null; readonly request: AuthorizationRequest }
  | { readonly kind: "exchange"; readonly secret: string | null; readonly exchange: CodeExchange }
  | {
      readonly kind: "refresh";
      readonly secret: string | null;
      readonly clientId: string | null;
      readonly refreshToken: string;
      readonly dpopKey?: PrivateJwk | null;
    }
  | { readonly kind: "second_step"; readonly secret: string | null; readonly accessToken: string }
  | {
      readonly kind: "client_credentials";
      readonly secret: string | null;
      readonly clientId: string | null;
      readonly dpopKey?: PrivateJwk | null;
    }
  | {
      readonly kind: "introspect";
      readonly secret: string | null;
      readonly clientId: string | null;
      readonly accessToken: string;
    }
  | {
      readonly kind: "revoke";
      readonly secret: string | null;
      readonly clientId: string | null;
      readonly token: string;
      readonly hint: "refresh_token" | "access_token";
    };

type Answer = (request: ServerRequest) => TokenResult | Promise<TokenResult>;

/** One request with one secret at a time, as the adapter makes it. */
export interface ScriptedAuthorizationServer extends AuthorizationServer<ClientSecret>, Script {}

export interface Script {
  readonly requests: readonly ServerRequest[];
  /** The token endpoints that codes were sent to. */
  readonly exchangedAt: readonly string[];
  /** Requests of one kind, in order. */
  of<K extends ServerRequest["kind"]>(kind: K): (ServerRequest & { readonly kind: K })[];
  /** What token requests get from now on. Until it is called each gets new tokens of an hour. */
  respondWith(answer: Answer | TokenResult): void;
  /** Holds every token request until the returned function is called. */
  hold(): () => void;
  /** The next token request, or one that came and was not asked for yet. */
  nextRequest(): Promise<ServerRequest>;
  failRevocation(failure?: RequestFailure): void;
  /** What pushed authorization requests get from now on; until it is called each gets a reference of 60 s. */
  pushWith(answer: PushedAuthorization | RequestFailure): void;
  /** What introspections get from now on; until it is called they fail. */
  introspectWith(answer: Omit<Introspection, "kind"> | RequestFailure): void;
}

/** A good answer; `clock` times it. */
export function tokenResult(clock: Clock, name: string, changes: Partial<TokenResponse> = {}): TokenResult {
  return {
    kind: "tokens",
    httpStatus: 200,
    externalAccount: null,
    answer: {},
    expirySource: changes.expiresAt === null ? null : "expires_in",
    response: {
      accessToken: `access-${name}`,
      refreshToken: `refresh-${name}`,
      tokenType: "Bearer",
      expiresAt: new Date(clock.now().getTime() + 3_600_000),
      scopes: null,
      ...changes,
    },
  };
}

export function ofPerson(result: TokenResult, externalAccount: ExternalAccount): TokenResult {
  return result.kind === "tokens" ? { ...result, externalAccount } : result;
}

/** What the server sent, for the expressions of an integration. */
export function withAnswer(result: TokenResult, answer: Readonly<Record<string, unknown>>): TokenResult {
  return result.kind === "tokens" ? { ...result, answer } : result;
}

export function failureResult(failure: TokenRequestFailure): RequestFailure {
  return { kind: "failure", failure, httpStatus: "status" in failure ? failure.status : null };
}

export function oauthError(error: string, status = 400, retryAfterSeconds: number | null = null): RequestFailure {
  return failureResult({ kind: "oauth_error", status, error, description: null, retryAfterSeconds });
}

/** A 429, with what it says of the limit. */
export function slowDown(retryAfterSeconds: number | null, rateLimit: Partial<RateLimit> = {}): TokenResult {
  return failureResult({
    kind: "http_error",
    status: 429,
    isPage: false,
    retryAfterSeconds,
    rateLimit: { ...untoldRateLimit, ...rateLimit },
  });
}

const lost = failureResult({ kind: "answer_lost", detail: "ECONNRESET" });

/** An authorization server that answers as the test says and writes down what it was asked. */
export function createScriptedAuthorizationServer(clock: Clock): ScriptedAuthorizationServer {
  const requests: ServerRequest[] = [];
  const exchangedAt: string[] = [];
  const waiting: ((request: ServerRequest) => void)[] = [];
  let handedOut = 0;
  let issued = 0;
  let gate: Promise<void> = Promise.resolve();
  let pushed: PushedAuthorization | RequestFailure | null = null;
  let revocation: { readonly kind: "revoked" } | RequestFailure = { kind: "revoked" };
  let introspection: Introspection | RequestFailure = lost;
  let answer: Answer = () => {
    issued += 1;
    return tokenResult(clock, String(issued));
  };

  const ask = async (request: ServerRequest): Promise<TokenResult> => {
    requests.push(request);
    const waiter = waiting.shift();
    if (waiter !== undefined) {
      handedOut = requests.length;
      waiter(request);
    }
    await gate;
    return await answer(request);
  };

  return {
    requests,
    exchangedAt,
    of: <K extends ServerRequest["kind"]>(kind: K) =>
      requests.filter((one): one is ServerRequest & { readonly kind: K } => one.kind === kind),
    respondWith(next) {
      answer = typeof next === "function" ? next : () => next;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    nextRequest() {
      const arrived = requests[handedOut];
      if (arrived !== undefined) {
        handedOut += 1;
        return Promise.resolve(arrived);
      }
      const { promise, resolve } = Promise.withResolvers<ServerRequest>();
      waiting.push(resolve);
      return promise;
    },
    pushWith(next) {
      pushed = next;
    },
    failRevocation(failure = lost) {
      revocation = failure;
    },
    introspectWith(next) {
      introspection = "kind" in next ? next : { kind: "introspection", ...next };
    },
    async pushAuthorization(_integration, secret, request) {
      requests.push({ kind: "push", secret, request });
      const requestUri = `urn:ietf:params:oauth:request_uri:${requests.length}`;
      return pushed ?? { kind: "pushed", requestUri, expiresAt: new Date(clock.now().getTime() + 60_000) };
    },
    exchangeCode({ tokenEndpoint }, secret, exchange) {
      exchangedAt.push(tokenEndpoint);
      return ask({ kind: "exchange", secret, exchange });
    },
    refresh: ({ clientId }, secret, refreshToken, dpopKey) =>
      ask({ kind: "refresh", secret, clientId, refreshToken, ...(dpopKey == null ? {} : { dpopKey }) }),
    clientCredentials: ({ clientId }, secret, dpopKey) =>
      ask({ kind: "client_credentials", secret, clientId, ...(dpopKey == null ? {} : { dpopKey }) }),
    exchangeToken: (_integration, secret, accessToken) => ask({ kind: "second_step", secret, accessToken }),
    async introspect({ clientId }, secret, accessToken) {
      requests.push({ kind: "introspect", secret, clientId, accessToken });
      return introspection;
    },
    async revoke({ clientId }, secret, token, hint) {
      requests.push({ kind: "revoke", secret, clientId, token, hint });
      return revocation;
    },
  };
}
