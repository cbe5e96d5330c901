import type { TokenRequestFailure } from "#core/domain/refresh/classify-token-failure";

const replacement = "[redacted]";

/**
 * Some servers repeat what they were sent in their error texts. Those texts are stored, logged, shown and sent on as events, so
 * every secret of the request is taken out of them, in the forms in which a server may repeat it (invariant 7, checklist D12).
 */
export function scrubFailure(failure: TokenRequestFailure, secrets: readonly (string | null)[]): TokenRequestFailure {
  const forms = secrets.flatMap((secret) => (secret === null || secret.length < 4 ? [] : formsOf(secret)));
  const scrub = (text: string): string => forms.reduce((rest, form) => rest.replaceAll(form, replacement), text);
  switch (failure.kind) {
    case "oauth_error":
      return {
        ...failure,
        error: scrub(failure.error),
        description: failure.description === null ? null : scrub(failure.description),
      };
    case "unreadable_answer":
    case "not_sent":
    case "answer_lost":
    case "client_unusable":
    case "egress_refused":
      return { ...failure, detail: scrub(failure.detail) };
    case "http_error":
    case "no_client":
      return failure;
  }
}

/** Longest first, so that no form leaves the rest of a longer one behind. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const forms = new Set([
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([["", secret]]).toString().slice(1),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    JSON.stringify(secret).slice(1, -1),
  ]);
  return [...forms].toSorted((one, other) => other.length - one.length);
}
