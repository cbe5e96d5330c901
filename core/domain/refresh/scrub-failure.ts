import { scrubSecrets } from "../text/scrub-secrets.ts";
import type { TokenRequestFailure } from "./classify-token-failure.ts";

/** A failure whose texts repeat none of the secrets. */
export function scrubFailure(failure: TokenRequestFailure, secrets: readonly (string | null)[]): TokenRequestFailure {
  const scrub = (text: string): string => scrubSecrets(text, secrets);
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
    case "unsendable":
    case "egress_refused":
    case "own_fault":
      return { ...failure, detail: scrub(failure.detail) };
    case "http_error":
    case "no_client":
      return failure;
  }
}
