/** How long an answer is repeated, seconds; published. Afterwards the key means a new request. */
export const idempotencySeconds = 86_400;

// RFC 8941 §3.3.3; `"` and `\` are escaped.
const quoted = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
// Without a space, so that two headers, which arrive as "a, b", are not taken for one.
const bare = /^[\x21\x23-\x7e][\x21-\x7e]*$/;

/**
 * The key of a request (draft-ietf-httpapi-idempotency-key-header): a structured field string, or the same without quotes, as most
 * clients send it. Both spellings are one key.
 *
 * @returns null when the header is neither, or its text has not 1 to 255 characters
 */
export function readIdempotencyKey(header: string): string | null {
  const text = header.trim();
  const inner = quoted.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, "$1");
  const key = inner ?? (bare.test(text) ? text : null);
  return key !== null && key.length >= 1 && key.length <= 255 ? key : null;
}

/** What becomes of a key when its request was answered. */
export type Conclusion =
  /** The answer is the answer, whenever the request comes again. */
  | "keep"
  /** Nobody knows what came of it, or it is to be tried again: the next one like it runs, with the same ids. */
  | "again"
  /** It was refused, and may be mended under the same key. */
  | "free";

export function concludeRequest(status: number): Conclusion {
  if (status >= 200 && status < 300) return "keep";
  return status >= 500 || status === 429 ? "again" : "free";
}
