import { plainText } from "../text/plain-text.ts";

/** Why a trip to the provider ended without a connection. Each has a page with one clear next step. */
export type ConnectFailureCode =
  | "access_denied"
  | "state_mismatch"
  | "expired"
  | "provider_error"
  | "provider_unreachable"
  | "client_misconfigured"
  | "external_account_mismatch"
  /** Session binding (R93): the product's backend named another tenant or person than the link is for. */
  | "binding_failed"
  /** The person saw which external account it was, and said no (R93). */
  | "declined"
  | "server_error";

export interface ConnectFailure {
  readonly code: ConnectFailureCode;
  /** The provider's own words as plain text, at most 300 characters; null where it gave none. */
  readonly detail: string | null;
}

/** How long a browser may take between leaving for the provider and coming back (checklist A5: at most 10 minutes). */
export const authorizationSeconds = 600;

/** How long what came back waits for the product's confirmation: authorization codes live ten minutes at most (RFC 6749 §4.1.2). */
export const confirmationSeconds = 600;

/** How long a person may take to say whether it is the right account. */
export const approvalSeconds = 1800;

/** An account that never came back from the provider is removed after this. */
export const connectingSeconds = 86_400;

/** The `error` of an authorization response (RFC 6749 §4.1.2.1) as one of ours. */
export function classifyAuthorizationError(error: string, description: string | null): ConnectFailure {
  const detail = description === null ? null : plainText(description, 300);
  switch (error) {
    case "access_denied":
      return { code: "access_denied", detail };
    case "unauthorized_client":
    case "invalid_client":
    case "invalid_scope":
    case "invalid_request":
    case "unsupported_response_type":
      return { code: "client_misconfigured", detail: detail ?? plainText(error, 300) };
    default:
      return { code: "provider_error", detail: detail ?? plainText(error, 300) };
  }
}
