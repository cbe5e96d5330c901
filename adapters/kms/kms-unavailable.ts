import { DomainError } from "#core/domain/problem/domain-error";

/**
 * @param internal for the log: what the KMS said and what to do. Never an error of a client library itself, which may carry the
 *   request with the key that was to be wrapped.
 * @param changed what was changed all the same, as a sentence
 */
export function kmsUnavailable(internal: string, changed = "Nothing was changed; try again shortly."): DomainError {
  return new DomainError("kms_unavailable", {
    detail: `The key service does not answer. ${changed}`,
    internal,
  });
}
