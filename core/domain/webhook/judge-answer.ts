/** What came of sending an event to a receiver. */
export interface SendResult {
  /** Null: no HTTP answer came, or it was a mail. */
  readonly status: number | null;
  /** Why it was not sent, or not taken; null: it was taken, or `status` says. */
  readonly error: string | null;
  /** Null: it asked for nothing. */
  readonly retryAfterSeconds: number | null;
  /** The beginning of the answer. */
  readonly response: string | null;
}

export type Verdict =
  | { readonly kind: "delivered" }
  /** It says that it is there no more (RFC 9110 §15.5.11), and wants no other event. */
  | { readonly kind: "gone"; readonly error: string }
  | { readonly kind: "failed"; readonly error: string; readonly retryAfterSeconds: number | null };

/** Statuses that may say when to come back (RFC 9110 §10.2.3, RFC 6585 §4). */
const saysWhen = new Set([429, 503]);

/** 2xx is success and nothing else is; a redirect is not followed, so it is a failure too. */
export function judgeAnswer({ status, error, retryAfterSeconds }: SendResult): Verdict {
  if (error !== null) return { kind: "failed", error, retryAfterSeconds: null };
  if (status === null || (status >= 200 && status <= 299)) return { kind: "delivered" };
  if (status === 410) return { kind: "gone", error: "HTTP 410: it wants no more events" };
  const text = status >= 300 && status <= 399 ? `HTTP ${status}: redirects are not followed` : `HTTP ${status}`;
  return { kind: "failed", error: text, retryAfterSeconds: saysWhen.has(status) ? retryAfterSeconds : null };
}
