import { classifyTokenFailure, defaultFailureRules, type TokenRequestFailure } from "./classify-token-failure.ts";
import type { RefreshPolicy } from "./refresh-policy.ts";

/**
 * Whether the provider refused the client's authentication, so that another of its secrets may be tried. That comes before anything
 * of the request is looked at (RFC 6749 §3.2.1), so no code and no refresh token is spent.
 *
 * `invalid_client`, where the integration's rules don't say otherwise; what a rule of the integration calls the client's fault; and
 * where the client asks for itself, every 401. Not `unauthorized_client`: "the authenticated client is not authorized to use this
 * authorization grant type" (RFC 6749 §5.2), so its secret was right. What is no key though one has to sign was not even shown.
 */
export function isClientRefused(
  failure: TokenRequestFailure,
  policy: Pick<RefreshPolicy, "failureRules" | "grant">,
): boolean {
  if (failure.kind === "client_unusable") return true;
  if (failure.kind !== "oauth_error" && failure.kind !== "http_error") return false;
  const asked = { ownsClient: false, grant: policy.grant };
  const found = classifyTokenFailure(failure, [...policy.failureRules, ...defaultFailureRules], asked);
  if (found.class !== "client_misconfigured") return false;
  const error = failure.kind === "oauth_error" ? failure.error : null;
  if (error === "unauthorized_client") return false;
  if (error === "invalid_client" || policy.failureRules.includes(found.rule)) return true;
  return policy.grant === "client_credentials" && failure.status === 401;
}
