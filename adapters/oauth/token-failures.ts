import { OperationProcessingError, ResponseBodyError, WWWAuthenticateChallengeError } from "oauth4webapi";
import { DomainError } from "#core/domain/problem/domain-error";
import { isTold, type RateLimit } from "#core/domain/rate-limit/rate-limit";
import { readRateLimit } from "#core/domain/rate-limit/read-rate-limit";
import type { TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";
import { ExpressionFailed } from "#core/ports/expressions";
import { NotSent } from "../egress/egress-client.ts";
import { EgressRefused } from "../egress/guarded-connector.ts";
import { ClientUnusable } from "./client-unusable.ts";
import { RequestUnsendable } from "./request-unsendable.ts";
import { parseRetryAfter } from "#core/domain/rate-limit/parse-retry-after";

/** An answer that arrived, was a failure by its status, and carries no OAuth error that the library could read. */
export async function failureOfResponse(response: Response, now: Date): Promise<TokenRequestFailure> {
  const pace = paceOf(response, now);
  const { status } = response;
  const body = await readJson(response);
  if (body !== null && typeof body.error === "string" && body.error !== "") {
    return {
      kind: "oauth_error",
      status,
      error: body.error,
      description: typeof body.error_description === "string" ? body.error_description : null,
      ...pace,
    };
  }
  // RFC 6749 §5.2: a 401 that names an authentication scheme is about the client's own credentials.
  if (status === 401 && response.headers.has("www-authenticate")) {
    return { kind: "oauth_error", status, error: "invalid_client", description: null, ...pace };
  }
  const isPage = /html/i.test(response.headers.get("content-type") ?? "");
  if (status >= 300) return { kind: "http_error", status, isPage, ...pace };
  return { kind: "unreadable_answer", status, detail: "no token response" };
}

/** How far a request came. */
export interface Progress {
  /** Whether the egress client was asked at all. */
  readonly isAsked: boolean;
  /** Of the answer, once it is here. */
  readonly status: number | null;
}

/** Whatever a token request ended in, as one of the failures that the rules know. */
export async function failureOf(error: unknown, progress: Progress, now: Date): Promise<TokenRequestFailure> {
  const { isAsked, status } = progress;
  if (error instanceof ResponseBodyError) {
    return {
      kind: "oauth_error",
      status: error.status,
      error: error.error,
      description: error.error_description ?? null,
      ...paceOf(error.response, now),
    };
  }
  if (error instanceof WWWAuthenticateChallengeError) return await failureOfResponse(error.response, now);
  if (error instanceof OperationProcessingError && status !== null) {
    return { kind: "unreadable_answer", status, detail: error.code ?? "not a token response" };
  }
  if (status !== null)
    return {
      kind: "unreadable_answer",
      status,
      detail: describe(error, "cut off by the deadline", "it broke off"),
    };
  const misdefined = find(error, (one) => one instanceof DomainError && one.code === "client_misconfigured");
  if (misdefined instanceof DomainError) return { kind: "client_unusable", detail: misdefined.detail };
  const unusable = find(error, (one) => one instanceof ClientUnusable);
  if (unusable !== null) return { kind: "client_unusable", detail: unusable.message };
  const unsendable = find(error, (one) => one instanceof RequestUnsendable);
  if (unsendable !== null) return { kind: "unsendable", detail: unsendable.message };
  const refused = find(error, (one) => one instanceof EgressRefused);
  if (refused !== null) return { kind: "egress_refused", detail: refused.message };
  if (!isAsked) return { kind: "own_fault", detail: describeOwn(error) };
  if (find(error, (one) => one instanceof NotSent) !== null)
    return { kind: "not_sent", detail: describe(error, "no connection within the deadline", "not sent") };
  // What was written may have arrived: also on a kept connection that the other side was just closing.
  return { kind: "answer_lost", detail: describe(error, "no answer within the deadline", "the connection broke") };
}

function paceOf(
  { headers }: Response,
  now: Date,
): { readonly retryAfterSeconds: number | null; readonly rateLimit?: RateLimit } {
  const rateLimit = readRateLimit((name) => headers.get(name), now);
  const retryAfterSeconds = parseRetryAfter(headers.get("retry-after"), now);
  return { retryAfterSeconds, ...(isTold(rateLimit) ? { rateLimit } : {}) };
}

async function readJson(response: Response): Promise<Record<string, unknown> | null> {
  if (response.bodyUsed) return null;
  try {
    const value: unknown = await response.json();
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function find(error: unknown, is: (error: Error) => boolean): Error | null {
  const queue: unknown[] = [error];
  for (let steps = 0; queue.length > 0 && steps < 20; steps += 1) {
    const one = queue.shift();
    if (!(one instanceof Error)) continue;
    if (is(one)) return one;
    queue.push(one.cause);
    // Happy eyeballs: one error for each address that was tried.
    if (one instanceof AggregateError) queue.push(...one.errors);
  }
  return null;
}

/** The text of any other error might repeat what the request was to hold. */
function describeOwn(error: unknown): string {
  const failed = find(error, (one) => one instanceof ExpressionFailed);
  if (failed !== null) return `expressions can't be evaluated: ${failed.message}`;
  return error instanceof Error ? `unexpected ${codeOf(error) || error.name}` : "unexpected";
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

function describe(error: unknown, late: string, otherwise: string): string {
  const timeout = find(error, (one) => one.name === "TimeoutError" || codeOf(one) === "UND_ERR_HEADERS_TIMEOUT");
  if (timeout !== null) return late;
  const coded = find(error, (one) => codeOf(one) !== "");
  return coded === null ? otherwise : codeOf(coded);
}
