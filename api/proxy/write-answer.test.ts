import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import type { JudgedAnswer } from "#core/usecases/judge-answer";
import { createCallWatch, type CallWatch } from "./call-watch.ts";
import { answerHeaders, writeAnswer } from "./write-answer.ts";

const reading = {
  declared: null,
  error: null,
  isRateLimit: false,
  rateLimit: { limit: null, remaining: null, resetSeconds: null, windowSeconds: null },
  retryAfterSeconds: null,
} as unknown as JudgedAnswer["reading"];

function judged(status: number, headers: [string, string][], ...chunks: string[]): JudgedAnswer {
  const body = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  return { answer: { kind: "answer", status, headers, body, leave() {} }, reading, read: undefined, text: null };
}

/** A response to a reader that takes nothing. */
function toNobody(): ServerResponse {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  response.assignSocket(new Duplex({ read() {}, write() {} }) as Socket);
  return response;
}

const watchOf = (idleSeconds: number): CallWatch =>
  createCallWatch({ headerSeconds: 10, idleSeconds, totalSeconds: 10, bodyBytes: null });

describe("an answer", () => {
  it("is not over before its reader has the end of it, and its reader is watched until then", async () => {
    const watch = watchOf(0.05);
    const options = { requestId: "req_1", watch, mostBytes: null };
    const writing = writeAnswer(toNobody(), judged(200, [["content-length", "5"]], "small"), options);
    await expect(writing).rejects.toMatchObject({ name: "AbortError" });
    expect(watch.signal.reason).toMatchObject({ code: "provider_timeout" });
    watch.end();
  });

  it("of 204 tells no length (RFC 9110 §8.6), and one of 304 does", () => {
    const fields: [string, string][] = [["Content-Length", "5"]];
    const lengths = (status: number) =>
      answerHeaders(judged(status, fields), "req_1").filter(([name]) => /^content-length$/i.test(name)).length;
    expect([lengths(204), lengths(304), lengths(200)]).toEqual([0, 1, 1]);
  });
});
