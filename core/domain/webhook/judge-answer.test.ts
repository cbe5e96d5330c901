import { describe, expect, it } from "vitest";
import { judgeAnswer, type SendResult } from "./judge-answer.ts";

const answered = (status: number | null, more: Partial<SendResult> = {}): SendResult => ({
  status,
  error: null,
  retryAfterSeconds: null,
  response: null,
  ...more,
});

describe("an answer", () => {
  it("is a success with any 2xx and with nothing else (Standard Webhooks)", () => {
    for (let status = 100; status <= 599; status += 1) {
      const isDelivered = judgeAnswer(answered(status)).kind === "delivered";
      expect(isDelivered, String(status)).toBe(status >= 200 && status <= 299);
    }
  });

  it("410 says that the receiver is gone, and no other status does", () => {
    const gone = Array.from({ length: 500 }, (_, index) => index + 100).filter(
      (status) => judgeAnswer(answered(status)).kind === "gone",
    );
    expect(gone).toEqual([410]);
  });

  it.each([301, 302, 303, 307, 308])("%i is a failure that says why: redirects are not followed", (status) => {
    expect(judgeAnswer(answered(status))).toMatchObject({
      kind: "failed",
      error: expect.stringContaining("not followed"),
    });
  });

  it.each([
    [429, 60],
    [503, 60],
    [500, null],
    [404, null],
  ])("%i with Retry-After asks for a pause of %s seconds", (status, retryAfterSeconds) => {
    expect(judgeAnswer(answered(status, { retryAfterSeconds: 60 }))).toEqual({
      kind: "failed",
      error: `HTTP ${status}`,
      retryAfterSeconds,
    });
  });

  it("that did not come is a failure with its reason, whatever else is known", () => {
    expect(judgeAnswer(answered(null, { error: "no answer within 15 s" }))).toEqual({
      kind: "failed",
      error: "no answer within 15 s",
      retryAfterSeconds: null,
    });
    expect(judgeAnswer(answered(200, { error: "cut off" })).kind).toBe("failed");
  });

  it("of a mail server that took the mail is a success without a status", () => {
    expect(judgeAnswer(answered(null, { response: "250 queued" }))).toEqual({ kind: "delivered" });
  });
});
