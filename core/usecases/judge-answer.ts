import type { IntegrationDocument } from "../domain/integration/integration-document.ts";
import { jsonOrText } from "../domain/text/json-or-text.ts";
import { askingOf, type Asking } from "../domain/proxy/asking-of.ts";
import { headerRecord } from "../domain/proxy/forwarded-headers.ts";
import { parseRetryAfter } from "../domain/rate-limit/parse-retry-after.ts";
import { ExpressionFailed } from "../ports/expressions.ts";
import type { StreamAnswer } from "../ports/provider-streams.ts";
import type { ByteBudget } from "./byte-budget.ts";
import { heldBodyBytes, heldBodyMs, holdBody } from "./hold-body.ts";
import type { ProxyPorts } from "./proxy-ports.ts";
import { readApiAnswer, type ApiReading } from "./read-api-answer.ts";

/** Of a page that is read as a whole, bytes: what the evaluator of expressions takes. */
const pageBytes = 1_000_000;
/** Who waits for all of an answer waits longer for it than who only looks at it on its way, milliseconds. */
const wholeMs = 60_000;

type Answer = StreamAnswer & { readonly kind: "answer" };
type Api = IntegrationDocument["api"];

export interface JudgedAnswer {
  readonly answer: Answer;
  readonly reading: ApiReading;
  /** As it was held for the definition's expressions; undefined: nobody asked for it, or it was too long. */
  readonly read: unknown;
  /** The same before it was parsed; null: it was not held. */
  readonly text: string | null;
}

/**
 * What an answer says about credentials and pace. Its body is held back only where an expression of the definition reads it in
 * an answer of this status, as long as it is text of half a megabyte at most that comes within five seconds; a longer one goes on
 * unread, judged by its head alone.
 *
 * @param wish the body is wanted, whatever the definition says, unless it is to be streamed
 */
export async function judgeAnswer(
  ports: ProxyPorts,
  api: Api,
  answer: Answer,
  wish: "stream" | "page" | "whole" = "stream",
): Promise<JudgedAnswer> {
  const headers = headerRecord(answer.headers);
  const asking = askingOfApi(api, answer.status);
  const isWanted = wish !== "stream";
  const mostMs = wish === "whole" ? wholeMs : heldBodyMs;
  // Pages have places of their own, which bound what they hold.
  const bounds = isWanted
    ? { most: pageBytes, mostMs, budget: null }
    : { most: heldBodyBytes, mostMs, budget: ports.heldBytes };
  const held = isWanted || asking === "whole" ? await hold(ports, answer, headers, bounds) : { answer, text: null };
  const body = held.text === null ? null : jsonOrText(held.text);
  const isAsked = asking === "head" || (asking === "whole" && held.text !== null);
  const retryAfterSeconds = parseRetryAfter(headers["retry-after"] ?? null, ports.clock.now());
  const read = { kind: "answer", status: answer.status, headers, body, retryAfterSeconds } as const;
  const judge = (definition: Api): Promise<ApiReading> =>
    readApiAnswer(ports.expressions, definition, read, ports.clock.now());
  const seen = { answer: held.answer, text: held.text, read: held.text === null ? undefined : body };
  try {
    const reading = await judge(isAsked ? api : silent(api));
    return { ...seen, reading };
  } catch (error) {
    if (!(error instanceof ExpressionFailed)) throw error;
    // What went wrong in it is the definition's; the answer is the caller's all the same.
    ports.log.warn({ error, status: answer.status }, "an expression of a definition failed on an answer");
    return { ...seen, reading: await judge(silent(api)) };
  }
}

function askingOfApi(api: Api, status: number): Asking {
  const names = api?.rateLimit;
  const first = [askingOf(api?.errorExpression, status), askingOf(names?.expression, status)];
  // Asked only where one of these, or the status itself, says that it is a limit.
  const isRead = status === 429 || first.some((one) => one !== "nothing");
  const all = isRead ? [...first, askingOf(names?.waitExpression, status)] : first;
  return all.includes("whole") ? "whole" : all.includes("head") ? "head" : "nothing";
}

/** The definition without its expressions: the standard, and the names of headers, are left. */
function silent(api: Api): Api {
  if (api === undefined) return undefined;
  const { errorExpression: _said, rateLimit, ...rest } = api;
  if (rateLimit === undefined) return rest;
  const { expression: _isLimit, waitExpression: _wait, ...names } = rateLimit;
  return { ...rest, rateLimit: names };
}

async function hold(
  { clock, decodeBody }: ProxyPorts,
  answer: Answer,
  headers: Readonly<Record<string, string>>,
  { most, mostMs, budget }: { readonly most: number; readonly mostMs: number; readonly budget: ByteBudget | null },
): Promise<{ readonly answer: Answer; readonly text: string | null }> {
  if (!isText(headers["content-type"] ?? "") || Number(headers["content-length"] ?? 0) > most) {
    return { answer, text: null };
  }
  const done = new AbortController();
  const { whole, body } = await holdBody(answer.body, clock.sleep(mostMs, done.signal), most, budget);
  done.abort();
  const text = whole === null ? null : await decodeBody(whole, headers["content-encoding"]);
  return { answer: { ...answer, body }, text };
}

/** Data and words; no stream of events or lines, which has no end to wait for, and nothing that is no text. */
function isText(type: string): boolean {
  if (/event-stream|ndjson|jsonl|json-seq|stream\+json/i.test(type)) return false;
  return type === "" || /json|xml|^text\//i.test(type);
}
