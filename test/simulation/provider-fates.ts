import type { TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";

/** What becomes of one token request on its way to the provider and back. Times are milliseconds after it was sent. */
export type Fate =
  | { readonly kind: "answers"; readonly thereMs: number; readonly backMs: number }
  /** The provider does its part and the answer is lost: the connection breaks after `backMs`, or nothing comes until the deadline. */
  | { readonly kind: "loses_answer"; readonly thereMs: number; readonly backMs: number | null }
  /** The request lies in a queue of the provider and is worked off after its sender gave up. */
  | { readonly kind: "works_late"; readonly thereMs: number }
  /** The provider never sees it; nothing comes until the deadline. */
  | { readonly kind: "loses_request" }
  /** 200 with a body that nobody can read, after the provider did its part. */
  | { readonly kind: "answers_unreadably"; readonly thereMs: number; readonly backMs: number }
  /** A clear word before anything was done. */
  | { readonly kind: "refuses"; readonly backMs: number; readonly failure: TokenRequestFailure };

export const clearRefusals: readonly TokenRequestFailure[] = [
  { kind: "http_error", status: 503, isPage: false, retryAfterSeconds: null },
  {
    kind: "oauth_error",
    status: 503,
    error: "temporarily_unavailable",
    description: null,
    retryAfterSeconds: null,
  },
  { kind: "http_error", status: 502, isPage: true, retryAfterSeconds: null },
  { kind: "http_error", status: 403, isPage: true, retryAfterSeconds: null },
  { kind: "http_error", status: 429, isPage: false, retryAfterSeconds: 20 },
  { kind: "http_error", status: 429, isPage: false, retryAfterSeconds: null },
  { kind: "not_sent", detail: "connection refused" },
];
