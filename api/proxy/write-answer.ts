import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { headersForCaller, type HeaderFields } from "#core/domain/proxy/forwarded-headers";
import type { CollectedPages } from "#core/usecases/collect-pages";
import type { JudgedAnswer } from "#core/usecases/judge-answer";
import { rateLimitHeaders } from "../rate-limit-headers.ts";
import { securityHeaders } from "../security-headers.ts";
import { answerTooLarge, type CallWatch } from "./call-watch.ts";

/** Pages that were read together, as one answer of ours. */
export async function writePages(
  response: ServerResponse,
  { parts, pages, nextCursor, stopped, reading }: CollectedPages,
  { requestId, watch }: { readonly requestId: string; readonly watch: CallWatch },
): Promise<void> {
  const { isRateLimit, rateLimit, retryAfterSeconds } = reading;
  const wait = isRateLimit ? retryAfterSeconds : null;
  const rest = JSON.stringify({ next_cursor: nextCursor, pages, stopped }).slice(1);
  const body = Buffer.from(`{"data":[${parts.join(",")}],${rest}`);
  response.writeHead(
    200,
    [
      ["content-type", "application/json"],
      ["content-length", String(body.length)],
      ["cache-control", "no-store"],
      ...rateLimitHeaders(rateLimit, wait),
      ...(wait === null ? [] : [["retry-after", String(wait)]]),
      ...Object.entries(securityHeaders),
      ["x-request-id", requestId],
    ].flat(),
  );
  watch.onAnswer();
  response.end(body);
  await taken(response, watch);
}

/** The header of an answer as the caller gets it: the provider's, less what is not for callers, and ours. */
export function answerHeaders({ answer, reading }: JudgedAnswer, requestId: string): HeaderFields {
  const { isRateLimit, rateLimit, retryAfterSeconds } = reading;
  const wait = isRateLimit ? retryAfterSeconds : null;
  const fields = headersForCaller(answer.headers);
  // "A server MUST NOT send a Content-Length header field in any response with a status code of … 204" (RFC 9110 §8.6).
  const told = answer.status === 204 ? fields.filter(([name]) => name.toLowerCase() !== "content-length") : fields;
  const has = (name: string): boolean => told.some(([one]) => one.toLowerCase() === name);
  const ours = new Map<string, string>([
    ...rateLimitHeaders(rateLimit, wait),
    // Seconds and dates are both what RFC 9110 §10.2.3 has; only another form is put into it.
    ...(wait === null || has("retry-after") ? [] : [["retry-after", String(wait)] as const]),
    // Nobody between here and the caller keeps what the provider did not say may be kept.
    ...(has("cache-control") ? [] : [["cache-control", "no-store"] as const]),
    ...Object.entries(securityHeaders),
    ["x-request-id", requestId],
  ]);
  return [
    ...told.flatMap(([name, value]): HeaderFields => {
      const lower = name.toLowerCase();
      if (lower === "x-request-id") return [["x-provider-request-id", value]];
      return ours.has(lower) ? [] : [[name, value]];
    }),
    ...ours,
  ];
}

/**
 * Writes an answer as it comes, as fast as it is taken. Returns once the caller's side has all of it; throws when the provider's
 * breaks off, and then nothing ends the answer: a part must not look like a whole.
 */
export async function writeAnswer(
  response: ServerResponse,
  judged: JudgedAnswer,
  options: { readonly requestId: string; readonly watch: CallWatch; readonly mostBytes: number | null },
): Promise<void> {
  const { watch, mostBytes } = options;
  const headers = answerHeaders(judged, options.requestId);
  const [, length] = headers.find(([name]) => name.toLowerCase() === "content-length") ?? [];
  const hasBody = response.req.method !== "HEAD" && judged.answer.status !== 304;
  // Refused while it can still be said.
  if (mostBytes !== null && hasBody && Number(length ?? 0) > mostBytes) throw answerTooLarge(mostBytes);
  response.writeHead(judged.answer.status, headers.flat());
  // A stream of events may have nothing to say for a while, and its reader wants to know that it stands.
  if (length === undefined) response.flushHeaders();
  watch.onAnswer();
  for await (const chunk of judged.answer.body) {
    watch.moved(chunk.length);
    if (response.write(chunk)) continue;
    await once(response, "drain", { signal: watch.signal });
    watch.moved();
  }
  response.end();
  await taken(response, watch);
}

/** What the system has not taken from us yet waits for its reader, who is watched like any other. */
async function taken(response: ServerResponse, { signal }: CallWatch): Promise<void> {
  if (response.writableLength > 0 && !response.writableFinished) await once(response, "finish", { signal });
}
