import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { chooseLanguage, type Language } from "#core/domain/connect/language";
import { DomainError, type ProblemCode } from "#core/domain/problem/domain-error";
import type { Log } from "#core/ports/log";
import { asDatabaseProblem } from "#adapters/postgres/pool";
import type { ApiEnvironment } from "./api-environment.ts";
import { EmbedRefused } from "./connect/embed-request.ts";
import type { FindProduct } from "./connect/find-product.ts";
import { cardReason, isForPeople, problemCard } from "./connect/problem-card.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

/** RFC 9457, as CONTRACT lists it. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly [extension: string]: unknown;
}

export const titles: Readonly<Record<ProblemCode, string>> = {
  invalid_request: "The request is not valid",
  unauthorized: "No valid API key or session",
  forbidden: "Not permitted",
  step_up_required: "Confirm that it is you",
  approval_forbidden: "Not yours to decide",
  not_found: "Not found",
  method_not_allowed: "Method not allowed",
  needs_reauth: "The customer must re-authorize",
  held: "Held by the mass-disconnect guard",
  not_connected: "Not connected yet",
  external_account_mismatch: "Another external account",
  conflict: "Conflict",
  approval_pending: "Another request is open",
  approval_ended: "The request is over",
  disconnected: "Disconnected",
  payload_too_large: "Too large",
  not_refreshable: "Can't be refreshed",
  provider_forbidden: "The provider does not permit it",
  provider_rejected: "The provider refused it",
  unsupported_by_provider: "The provider can't do it",
  rate_limited: "Too many requests",
  provider_error: "The provider failed",
  provider_timeout: "The provider did not answer",
  provider_unavailable: "The provider is not available",
  client_misconfigured: "The provider rejects the OAuth client",
  kms_unavailable: "The key service is not available",
  database_unavailable: "The database is not available",
  sealed_value_invalid: "A stored value does not open",
  internal_error: "Something went wrong here",
};

/** Where the page of a problem stands: `type` opens it. */
export function problemType(publicUrl: string, code: ProblemCode): string {
  return `${publicUrl}/api/v1/problems/${code}`;
}

/** A problem as it is answered. */
export interface WrittenProblem {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: ProblemBody;
}

/** What a log says of a request; a path, never a query. */
export interface RequestFacts {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  /** The id of who asks; absent: nobody knows. */
  readonly caller?: string | undefined;
}

export type ProblemWriter = (error: unknown, request: RequestFacts) => WrittenProblem;

/**
 * The one mapper from errors to RFC 9457, and the only place that logs them. What was not foreseen becomes `internal_error`
 * with a fixed text and a request id, nothing else.
 */
export function createProblemWriter(options: { readonly publicUrl: string; readonly log: Log }): ProblemWriter {
  return (error, { requestId, method, path, caller }) => {
    const problem = toDomainError(error);
    const who = caller === undefined ? {} : { caller };
    const fields = { request: requestId, method, path, ...who, problem: problem.code };
    if (problem.status >= 500) options.log.error({ ...fields, error }, "a request failed");
    else if (problem.code === "unauthorized" || problem.code === "forbidden")
      options.log.warn(fields, "a request was refused");
    else options.log.info({ ...fields, reason: problem.internal ?? problem.detail }, "a request was not fulfilled");

    // Where no single place is wrong, the whole is.
    const isWhole = problem.code === "invalid_request" && problem.errors.length === 0;
    const errors = isWhole
      ? [{ pointer: "", detail: problem.detail }]
      : problem.errors.map(({ pointer, detail }) => ({ pointer, detail }));
    const body: ProblemBody = {
      type: problemType(options.publicUrl, problem.code),
      title: titles[problem.code],
      status: problem.status,
      code: problem.code,
      detail: problem.detail,
      instance: `urn:evergrant:request:${requestId}`,
      ...(errors.length > 0 ? { errors } : {}),
      ...problem.extensions,
    };
    const retryAfter = problem.retryAfterSeconds;
    const allow = problem.extensions["allow"];
    return {
      status: problem.status,
      body,
      headers: [
        ["content-type", "application/problem+json"],
        ["cache-control", "no-store"],
        ...(retryAfter === null ? [] : [["retry-after", String(retryAfter)] as const]),
        ...(problem.code === "rate_limited" ? rateLimitHeaders(problem.rateLimit, retryAfter) : []),
        ...(problem.code === "method_not_allowed" && typeof allow === "string" ? [["allow", allow] as const] : []),
        ...(problem.code === "unauthorized" ? [["www-authenticate", 'Bearer realm="evergrant"'] as const] : []),
      ],
    };
  };
}

/** The same for hono, and as a page where a person is looking. */
export function createProblemMapper(write: ProblemWriter, findProduct: FindProduct) {
  return async (error: unknown, context: Context): Promise<Response> => {
    const { method, path } = context.req;
    const problem = write(error, { requestId: requestIdOf(context), method, path, caller: callerIn(context) });
    const { status, body } = problem;
    const headers = new Headers(problem.headers.map(([name, value]): [string, string] => [name, value]));
    if (!isForPeople(context)) return new Response(JSON.stringify(body), { status, headers });
    const isLimited = body.code === "rate_limited";
    // A database that is away would only keep the person waiting.
    const product = body.code === "database_unavailable" ? null : await findProduct(context, isLimited);
    const language = await languageOf(context, isLimited);
    const reference = body.instance.replace("urn:evergrant:request:", "");
    const reason = error instanceof EmbedRefused ? "embedded" : cardReason(body, path);
    const card = await problemCard({ status, reason, reference }, { language, product });
    for (const [name, value] of Object.entries(card.headers)) headers.set(name, value);
    return new Response(card.body, { status, headers });
  };
}

function callerIn(context: Context): string | undefined {
  return (context as Context<ApiEnvironment>).var.caller?.id;
}

function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) {
    if (error.code !== "internal_error") return error;
  } else if (error instanceof HTTPException) {
    return fromHttpException(error);
  } else {
    const database = asDatabaseProblem(error);
    if (database !== null) return database;
  }
  return new DomainError("internal_error", {
    detail:
      "Something went wrong here. Nothing else is known to the outside; the operator finds it under the request id.",
    cause: error,
  });
}

function fromHttpException(error: HTTPException): DomainError {
  switch (error.status) {
    case 400:
      return new DomainError("invalid_request", {
        status: 400,
        detail: "The body is not valid JSON. Mend it and send it again.",
      });
    case 413:
      return new DomainError("payload_too_large", { detail: "The body is larger than 1 MiB." });
    case 404:
      return new DomainError("not_found", { detail: "There is nothing at this address." });
    default:
      return new DomainError("invalid_request", { status: error.status, detail: "The request can't be read." });
  }
}

/** A card is there for whoever is looking, whatever has gone wrong before its language could be found. */
async function languageOf(context: Context, isLimited: boolean): Promise<Language> {
  const find = context.get("findLanguage") as ApiEnvironment["Variables"]["findLanguage"];
  const accepted = context.req.header("accept-language") ?? null;
  return find === undefined ? chooseLanguage({ chosen: null, locale: null, accepted }) : await find(isLimited);
}

/** The id that answers, logs and provider calls of one request share. */
export function requestIdOf(context: Context): string {
  const id: unknown = context.get("requestId");
  return typeof id === "string" ? id : "unknown";
}
