import { DomainError } from "#core/domain/problem/domain-error";

const codes = new Set<string>(["client_misconfigured", "sealed_value_invalid", "not_connected"]);

/** An account that can't even be asked about: only an operator's repair changes that, and no other try. */
export function isUnrefreshable(error: unknown): error is DomainError {
  return error instanceof DomainError && codes.has(error.code);
}
