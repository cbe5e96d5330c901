/** What a probe's answer was read as. `valid` and `apiError` come from the document's expressions, evaluated at the edge. */
export interface ProbeAnswer {
  readonly status: number;
  /** What `api.probe.valid` said; null: the document has none, and any 2xx is good. */
  readonly isValid: boolean | null;
  /** What `api.errorExpression` said; null: nothing, or the document has none. */
  readonly apiError: { readonly error: string; readonly description: string | null } | null;
  /** `api.rateLimit.expression` said so of an answer that is no 429. */
  readonly isRateLimit: boolean;
}

export type ProbeVerdict =
  | { readonly kind: "works" }
  /** The provider says of these credentials that they are none: only who typed them can give others. */
  | { readonly kind: "rejected"; readonly said: string }
  /** Not what a probe that works looks like, and no word about the credentials either. */
  | { readonly kind: "unlike"; readonly said: string }
  | { readonly kind: "rate_limited" }
  | { readonly kind: "unwell"; readonly said: string };

/**
 * Whether credentials work. A definition's own word goes before the status; a status of 401 or 403 is a rejection unless the
 * definition calls it something else.
 */
export function judgeProbe({ status, isValid, apiError, isRateLimit }: ProbeAnswer): ProbeVerdict {
  const said = wordsOf(status, apiError);
  if (status === 429 || isRateLimit || apiError?.error === "rate_limited") return { kind: "rate_limited" };
  if (apiError?.error === "invalid_token") return { kind: "rejected", said };
  if (isValid ?? (status >= 200 && status <= 299)) return { kind: "works" };
  if (status >= 500 || status === 408) return { kind: "unwell", said };
  if ((status === 401 || status === 403) && apiError === null) return { kind: "rejected", said };
  return { kind: "unlike", said };
}

function wordsOf(status: number, apiError: ProbeAnswer["apiError"]): string {
  if (apiError === null) return `HTTP ${status}`;
  const { error, description } = apiError;
  return `HTTP ${status}, ${description === null ? error : `${error}: ${description}`}`;
}
