import { waitSecondsTold, type RateLimit } from "../domain/rate-limit/rate-limit.ts";
import { readNamedRateLimit, readNamedRetryAfter } from "../domain/rate-limit/read-named-rate-limit.ts";
import type { IntegrationDocument } from "../domain/integration/integration-document.ts";
import type { Expressions } from "../ports/expressions.ts";
import type { ApiAnswer } from "../ports/provider-api.ts";

type Answer = ApiAnswer & { readonly kind: "answer" };

/** What an answer of a provider's API says about the credentials and the pace, in the words of RFC 6750 §3.1. */
export interface ApiReading {
  /** What the definition's own expression said; null: nothing, or it has none. */
  readonly declared: { readonly error: string; readonly description: string | null } | null;
  /** `invalid_token`: the credentials are dead. `insufficient_scope`: they may not do this. Null: neither. */
  readonly error: string | null;
  readonly isRateLimit: boolean;
  readonly rateLimit: RateLimit;
  /** Null: the provider told no time. */
  readonly retryAfterSeconds: number | null;
}

/**
 * Reads an answer by its definition: the expression first, and where it finds nothing the standard: a 401 is `invalid_token`, an
 * `insufficient_scope` stands in WWW-Authenticate (RFC 6750 §3), a 429 is a limit.
 *
 * @throws ExpressionFailed
 */
export async function readApiAnswer(
  expressions: Expressions,
  api: IntegrationDocument["api"],
  answer: Answer,
  now: Date,
): Promise<ApiReading> {
  const { status, headers, body } = answer;
  const ask = async (expression: string | undefined): Promise<unknown> =>
    expression === undefined ? undefined : await expressions.evaluate(expression, { status, headers, body });
  const header = (name: string): string | null => headers[name] ?? null;
  const names = api?.rateLimit;
  const declared = declaredError(await ask(api?.errorExpression));
  const error = declared?.error ?? standardError(status, header("www-authenticate"));
  const isRateLimit = status === 429 || error === "rate_limited" || (await ask(names?.expression)) === true;
  const wait = isRateLimit ? await ask(names?.waitExpression) : undefined;
  const rateLimit = readNamedRateLimit(names, header, now);
  const retryAfterSeconds = readNamedRetryAfter(names, header, now) ?? answer.retryAfterSeconds ?? secondsOf(wait);
  return {
    declared,
    error: error === "rate_limited" ? null : error,
    isRateLimit,
    rateLimit,
    retryAfterSeconds: isRateLimit ? waitSecondsTold(retryAfterSeconds, rateLimit) : retryAfterSeconds,
  };
}

function declaredError(value: unknown): ApiReading["declared"] {
  if (typeof value !== "object" || value === null || !("error" in value)) return null;
  const { error, error_description: said } = value as { readonly error: unknown; readonly error_description?: unknown };
  if (typeof error !== "string" || error === "") return null;
  return { error, description: typeof said === "string" && said.trim() !== "" ? said.trim() : null };
}

function standardError(status: number, challenge: string | null): string | null {
  if (challenge !== null && /\berror="?insufficient_scope\b/i.test(challenge)) return "insufficient_scope";
  // The token is fine, its proof lacks something (RFC 9449 §9).
  if (challenge !== null && /\berror="?use_dpop_nonce\b/i.test(challenge)) return "use_dpop_nonce";
  return status === 401 ? "invalid_token" : null;
}

function secondsOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.ceil(value) : null;
}
