import type { AnswerRules } from "#core/domain/integration/answer-rules";
import { ExpressionFailed, type Expressions } from "#core/ports/expressions";
import { isRecord, parseBody } from "./parse-body.ts";
import { standardAnswer, type StandardAnswer } from "./standard-answer.ts";

export interface TokenAnswer {
  /** The body as data. It may hold tokens. */
  readonly body: unknown;
  /** Null: it brings no tokens. */
  readonly standard: StandardAnswer | null;
  /** What the strict library, or whoever looks for an error, is given to read. */
  readonly response: Response;
  /** Which expression failed and how, where one did. */
  readonly failed: string | null;
}

export interface RawAnswer {
  readonly status: number;
  /** By lower case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** So long may expressions take over one answer, milliseconds: what is left of the lease is needed to write it. */
const patienceMs = 4_000;

/**
 * What evaluates is there before anything depends on it: an answer that brings tokens must not wait for a process to start, nor
 * come when none can be started.
 *
 * @throws ExpressionFailed before anything was sent
 */
export async function awaitExpressions(expressions: Expressions, rules: AnswerRules): Promise<void> {
  if (rules.tokenResponse !== null || rules.errorExpression !== null) await expressions.evaluate("null", null);
}

/**
 * A token answer made standard by what the integration says about it. Whatever an expression does wrong costs no token: a good
 * answer that `tokenResponse` makes nothing of is read as it came, and one that brings tokens is no error, whatever
 * `errorExpression` would say.
 */
export async function readTokenAnswer(
  expressions: Expressions,
  rules: AnswerRules,
  answer: RawAnswer,
  keepsIdToken: boolean,
): Promise<TokenAnswer> {
  const { status, headers, text } = answer;
  const body = parseBody(text, headers["content-type"] ?? "");
  let failed: string | null = null;
  const endsAtMs = performance.now() + patienceMs;
  const evaluate = async (name: string, expression: string, input: unknown): Promise<unknown> => {
    try {
      return await within(endsAtMs - performance.now(), expressions.evaluate(expression, input));
    } catch (error) {
      // The text of any other error might repeat what was read.
      failed = `${name} failed: ${error instanceof ExpressionFailed ? error.message : "unexpected"}`;
      return undefined;
    }
  };

  if (status >= 200 && status < 300) {
    const { tokenResponse } = rules;
    const adapted = tokenResponse === null ? undefined : await evaluate("tokenResponse", tokenResponse, body);
    const standard = standardAnswer(withIdToken(adapted, body), keepsIdToken) ?? standardAnswer(body, keepsIdToken);
    if (standard !== null) {
      // oauth4webapi takes 200 alone; a 201 with tokens in it is as good. It needs no header of the answer.
      const response = new Response(standard.body, { headers: { "content-type": "application/json" } });
      return { body, standard, response, failed };
    }
  }
  const { errorExpression } = rules;
  const told =
    errorExpression === null
      ? undefined
      : await evaluate("errorExpression", errorExpression, { status, headers, body });
  return { body, standard: null, response: failing(answer, readError(told) ?? body), failed };
}

/** An ID token stays beside tokens that an expression found elsewhere. */
function withIdToken(adapted: unknown, body: unknown): unknown {
  if (!isRecord(adapted) || "id_token" in adapted || !isRecord(body)) return adapted;
  return { ...adapted, id_token: body["id_token"] };
}

function readError(told: unknown): Readonly<Record<string, string>> | null {
  if (!isRecord(told)) return null;
  const error = asText(told["error"]);
  const description = asText(told["error_description"]);
  return error === null ? null : { error, ...(description === null ? {} : { error_description: description }) };
}

/** Some servers count their errors. */
function asText(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

/** A failure with its own status and headers, its error where RFC 6749 §5.2 has it. */
function failing(answer: RawAnswer, body: unknown): Response {
  const error = readError(body);
  if (error === null) return asResponse(answer);
  const headers = { ...answer.headers, "content-type": "application/json" };
  return asResponse({ status: answer.status, headers, text: JSON.stringify(error) });
}

/** Some statuses have no body, whatever a server sends with them. */
export function asResponse({ status, headers, text }: RawAnswer): Response {
  return new Response(status === 204 || status === 205 || status === 304 ? null : text, { status, headers });
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new ExpressionFailed("busy")), Math.max(0, milliseconds));
  work.catch(() => {});
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
