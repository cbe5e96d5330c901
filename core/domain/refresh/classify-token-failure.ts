import type { RateLimit } from "../rate-limit/rate-limit.ts";
import type { RefreshPolicy } from "./refresh-policy.ts";
import { plainText } from "../text/plain-text.ts";

/** What went wrong with a token request, as the edge saw it. No token, no body of the provider beyond its error fields. */
export type TokenRequestFailure =
  /** A JSON error answer of RFC 6749 §5.2 (or a 200 that carries one). */
  | {
      readonly kind: "oauth_error";
      readonly status: number;
      readonly error: string;
      readonly description: string | null;
      readonly retryAfterSeconds: number | null;
      /** Absent: nothing was told. */
      readonly rateLimit?: RateLimit;
    }
  /** A status of 400 and above without a readable OAuth error: HTML pages, empty bodies, gateways. */
  | {
      readonly kind: "http_error";
      readonly status: number;
      /** An HTML page: written for people, by whatever stands in front of the token endpoint. */
      readonly isPage: boolean;
      readonly retryAfterSeconds: number | null;
      readonly rateLimit?: RateLimit;
    }
  /** A 2xx that is no token response. The server may well have rotated. */
  | { readonly kind: "unreadable_answer"; readonly status: number; readonly detail: string }
  /** The request did not leave: name not resolved, connection refused, TLS failed. */
  | { readonly kind: "not_sent"; readonly detail: string }
  /** The request left and no answer came: timeout, reset. */
  | { readonly kind: "answer_lost"; readonly detail: string }
  /** Nothing was asked: the environment has no OAuth client for the integration. */
  | { readonly kind: "no_client" }
  /** Nothing was asked: what the client has to prove itself with is not there, or is no such thing. */
  | { readonly kind: "client_unusable"; readonly detail: string }
  /** Nothing was asked: what inputs or the definition put into the request no HTTP request may carry. */
  | { readonly kind: "unsendable"; readonly detail: string }
  /** Our own guard refused the address. */
  | { readonly kind: "egress_refused"; readonly detail: string }
  /** Nothing was asked: something of ours that the request needs did not work, such as the process that evaluates expressions. */
  | { readonly kind: "own_fault"; readonly detail: string };

const unasked: readonly TokenRequestFailure["kind"][] = [
  "no_client",
  "client_unusable",
  "unsendable",
  "egress_refused",
  "own_fault",
];

/** Whether anybody tried to reach the provider. What ended before says nothing about it, whoever's fault it was. */
export function isAsked({ kind }: Pick<TokenRequestFailure, "kind">): boolean {
  return !unasked.includes(kind);
}

/** Ours, and no change of a client or a definition that would recall its accounts tells when it is over: asking again costs nobody. */
export function isTriedAgainSoon({ kind }: Pick<TokenRequestFailure, "kind">): boolean {
  return kind === "own_fault" || kind === "egress_refused";
}

/** By who must act: nobody yet, nobody before an instant, the customer, the operator, or we must find out first. */
export type FailureClass = "transient" | "rate_limited" | "reauthorize" | "client_misconfigured" | "in_doubt";

/** One row of the rule set. Every condition that is given must hold; the first rule that matches decides. */
export interface FailureRule {
  /** Named by the attempt, so that a verdict can be traced to its reason. */
  readonly id: string;
  readonly kind?: TokenRequestFailure["kind"];
  readonly errors?: readonly string[];
  readonly statuses?: readonly [from: number, to: number];
  readonly isPage?: boolean;
  /** The error's description contains this, whatever its case. */
  readonly descriptionIncludes?: string;
  readonly class: FailureClass;
  /** What it means, for operators. */
  readonly meaning: string;
}

export type FailureRules = readonly FailureRule[];

/** Named by itself: it is told as ours wherever the provider's failures are told. */
export const ownFaultRule: FailureRule = {
  id: "own.fault",
  kind: "own_fault",
  class: "transient",
  meaning:
    "Something of Evergrant's own that the request needs did not work, so nothing was asked: neither the provider nor the grant is in question. The log says more.",
};

const clientErrors: readonly string[] = ["invalid_client", "unauthorized_client"];

/** The default rules, by RFC 6749 §5.2 and what servers do beside it. Order matters: a 429 is a 429 whatever its body says. */
export const defaultFailureRules: FailureRules = [
  {
    id: "http.429",
    statuses: [429, 429],
    class: "rate_limited",
    meaning: "The provider asks us to slow down.",
  },
  {
    id: "rfc6749.invalid_grant",
    kind: "oauth_error",
    errors: ["invalid_grant"],
    class: "reauthorize",
    meaning: "The provider says that the grant is expired or revoked; only the customer can give a new one.",
  },
  {
    id: "rfc6749.client",
    kind: "oauth_error",
    errors: clientErrors,
    class: "client_misconfigured",
    meaning: "The provider rejects our OAuth client, not the customer's grant. Check client id and secret.",
  },
  {
    id: "rfc6749.server",
    kind: "oauth_error",
    errors: ["temporarily_unavailable", "server_error"],
    class: "transient",
    meaning: "The provider says that it is unwell.",
  },
  {
    id: "rfc6749.request",
    kind: "oauth_error",
    errors: ["invalid_request", "unsupported_grant_type", "invalid_scope", "invalid_target"],
    class: "client_misconfigured",
    meaning: "The provider does not accept the request as the integration describes it.",
  },
  {
    id: "http.5xx",
    statuses: [500, 599],
    class: "transient",
    meaning: "The provider answered with a server error.",
  },
  {
    id: "http.401",
    kind: "oauth_error",
    statuses: [401, 401],
    class: "reauthorize",
    meaning: "The provider refused the grant (401), and not because of our client.",
  },
  {
    // A page says nothing about the grant; an empty or plain 401 that asks for no client authentication does (R18).
    id: "http.401.bare",
    kind: "http_error",
    statuses: [401, 401],
    isPage: false,
    class: "reauthorize",
    meaning: "The provider refused the request (401) without blaming our client.",
  },
  {
    id: "http.4xx.unknown",
    kind: "oauth_error",
    class: "transient",
    meaning: "The provider answered with an error that no rule knows; it is not taken for a revocation.",
  },
  {
    id: "http.4xx.page",
    kind: "http_error",
    class: "transient",
    meaning: "Something in front of the provider (a firewall, a gateway) answered; it is not taken for a revocation.",
  },
  {
    id: "answer.unreadable",
    kind: "unreadable_answer",
    class: "in_doubt",
    meaning: "The provider reported success but its answer could not be read.",
  },
  {
    id: "network.not_sent",
    kind: "not_sent",
    class: "transient",
    meaning: "The provider could not be reached; the request was not sent.",
  },
  {
    id: "network.answer_lost",
    kind: "answer_lost",
    class: "in_doubt",
    meaning: "The request was sent and its answer was lost; the provider may have rotated the token.",
  },
  {
    id: "client.missing",
    kind: "no_client",
    class: "client_misconfigured",
    meaning: "No OAuth client is set for this integration in this environment, so nothing was asked.",
  },
  {
    id: "client.unusable",
    kind: "client_unusable",
    class: "client_misconfigured",
    meaning: "The OAuth client can't prove itself as the integration wants it, so nothing was asked.",
  },
  {
    id: "request.unsendable",
    kind: "unsendable",
    class: "client_misconfigured",
    meaning:
      "What the account's inputs, or the definition, put into the request can't be sent, so nothing was asked. Correct them.",
  },
  {
    id: "egress.refused",
    kind: "egress_refused",
    class: "client_misconfigured",
    meaning: "Evergrant refuses to call this address, so nothing was asked. See EVERGRANT_EGRESS_ALLOW.",
  },
  ownFaultRule,
];

export interface Classification {
  readonly class: FailureClass;
  readonly rule: FailureRule;
}

export const unknownFailure: FailureRule = {
  id: "unknown",
  class: "transient",
  meaning: "An answer that no rule knows; it is not taken for a revocation.",
};

/** R18: a client that an account brought itself is that account's to mend. */
export const ownClientRule: FailureRule = {
  id: "client.own",
  class: "reauthorize",
  meaning:
    "The provider rejects the OAuth client that this account brought itself; give the account one that works (PATCH /api/v1/integrated-accounts/{id}).",
};

/** RFC 6749 §4.4: where the client asks for itself there is no customer's grant, so every refusal is about the client. */
export const sharedClientRule: FailureRule = {
  id: "client.shared",
  class: "client_misconfigured",
  meaning: "The provider refuses our OAuth client its own tokens. Check client id, secret and what the client may do.",
};

/**
 * Who must act on a failure. Total: what no rule matches is transient, since a false "your customer must come back" costs more
 * than a retry.
 *
 * @param asked whose client asked, and with which grant
 */
export function classifyTokenFailure(
  failure: TokenRequestFailure,
  rules: FailureRules,
  asked: {
    readonly ownsClient: boolean;
    readonly grant: RefreshPolicy["grant"];
    readonly asksForSubject?: boolean;
  } = {
    ownsClient: false,
    grant: "refresh_token",
  },
): Classification {
  const found = rules.find((one) => matches(failure, one)) ?? unknownFailure;
  const isOwnMatter = asked.ownsClient || asked.asksForSubject === true;
  if (found.class === "reauthorize" && asked.grant === "client_credentials" && !isOwnMatter) {
    return { class: sharedClientRule.class, rule: sharedClientRule };
  }
  const isTheirs = asked.ownsClient && failure.kind === "oauth_error" && clientErrors.includes(failure.error);
  const rule = isTheirs && found.class === "client_misconfigured" ? ownClientRule : found;
  return { class: rule.class, rule };
}

function matches(failure: TokenRequestFailure, rule: FailureRule): boolean {
  if (rule.kind !== undefined && rule.kind !== failure.kind) return false;
  if (rule.errors !== undefined && !(failure.kind === "oauth_error" && rule.errors.includes(failure.error)))
    return false;
  if (rule.isPage !== undefined && !(failure.kind === "http_error" && failure.isPage === rule.isPage)) return false;
  if (rule.descriptionIncludes !== undefined && !describes(failure, rule.descriptionIncludes)) return false;
  if (rule.statuses !== undefined) {
    if (failure.kind !== "oauth_error" && failure.kind !== "http_error") return false;
    if (failure.status < rule.statuses[0] || failure.status > rule.statuses[1]) return false;
  }
  return true;
}

function describes(failure: TokenRequestFailure, text: string): boolean {
  return failure.kind === "oauth_error" && (failure.description ?? "").toLowerCase().includes(text.toLowerCase());
}

/** A short text for `last_error` and attempts: the provider's own error code and words, bounded, controls taken out. */
export function describeFailure(failure: TokenRequestFailure): string {
  switch (failure.kind) {
    case "oauth_error":
      return plainText(failure.description === null ? failure.error : `${failure.error}: ${failure.description}`, 300);
    case "http_error":
      return `HTTP ${failure.status}`;
    case "no_client":
      return "no OAuth client is configured";
    case "unreadable_answer":
      return plainText(`HTTP ${failure.status}, unreadable: ${failure.detail}`, 300);
    case "not_sent":
    case "answer_lost":
    case "client_unusable":
    case "unsendable":
    case "egress_refused":
      return plainText(failure.detail, 300);
    case "own_fault":
      return plainText(`not asked, by a fault of Evergrant's own: ${failure.detail}`, 300);
  }
}
