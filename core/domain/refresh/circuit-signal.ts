import { assertNever } from "../problem/domain-error.ts";
import type { CircuitSignal } from "./circuit.ts";
import { isAsked, type FailureClass, type TokenRequestFailure } from "./classify-token-failure.ts";

/**
 * What a refusal, or the lack of an answer, says about the endpoint, whatever it means for whoever asked. Null: nothing, since nobody
 * asked it: neither the inputs of one account nor a fault of ours may open a breaker that all tenants share.
 *
 * @param accountId whom it was asked for; null: an account that is only about to be
 */
export function circuitSignalOf(
  failure: Pick<TokenRequestFailure, "kind">,
  failureClass: FailureClass,
  accountId: string | null,
  retryAfterSeconds: number | null,
): CircuitSignal | null {
  if (!isAsked(failure)) return null;
  const failed = { kind: "failed", accountId, retryAfterSeconds, isProbe: false } as const;
  switch (failureClass) {
    case "reauthorize":
      return { kind: "answered" };
    case "client_misconfigured":
      return { ...failed, cause: "client" };
    case "rate_limited":
      return { ...failed, cause: "rate_limit" };
    case "in_doubt":
    case "transient":
      return { ...failed, cause: "provider" };
    default:
      return assertNever(failureClass);
  }
}
