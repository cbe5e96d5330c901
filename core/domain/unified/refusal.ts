import { DomainError, type FieldError, type ProblemCode } from "../problem/domain-error.ts";
import type { RateLimit } from "../rate-limit/rate-limit.ts";
import { isJsonObject } from "./json-object.ts";

/** A provider's answer to a call that it did not fulfil, as far as it is known. */
export interface RefusedCall {
  readonly accountId: string;
  readonly status: number;
  /** RFC 6750 §3.1, or the definition's own word; null: nothing was said of the credentials. */
  readonly error: string | null;
  readonly isRateLimit: boolean;
  readonly rateLimit: RateLimit;
  readonly retryAfterSeconds: number | null;
  /** What the mapping's own expression found; anything at all. */
  readonly told: unknown;
}

const codes: Readonly<Record<string, ProblemCode>> = {
  rejected: "provider_rejected",
  not_found: "not_found",
  conflict: "conflict",
  forbidden: "provider_forbidden",
  unsupported: "unsupported_by_provider",
};

const details: Partial<Readonly<Record<ProblemCode, string>>> = {
  provider_rejected: "The provider refused what was sent. Nothing was written, as far as it says.",
  not_found: "The provider has no such record, or does not show it to this account.",
  conflict: "The provider says that this conflicts with what it has.",
  provider_forbidden:
    "The provider does not let this account do that: a scope is missing, a right of the person who connected it, or a feature of their plan.",
  unsupported_by_provider: "The provider says that its API can't do that for this account.",
};

const longest = 500;
const mostFields = 20;

/**
 * A problem of a provider's refusal. What the provider says goes to the caller alone, in `provider`: it may speak of customers, and
 * a detail is logged.
 */
export function refusalProblem(call: RefusedCall): DomainError {
  const { accountId, status, error, isRateLimit, rateLimit, retryAfterSeconds } = call;
  const told = isJsonObject(call.told) ? call.told : {};
  const said = shortText(told["message"]);
  const provider = { status, ...(said === null ? {} : { message: said }) };
  const extensions = { integrated_account_id: accountId, source: "provider", provider };
  const wait = retryAfterSeconds === null ? {} : { retryAfterSeconds };
  if (isRateLimit) {
    const detail = "The provider's API allows no more calls for now. Nothing was tried a second time.";
    return new DomainError("rate_limited", { detail, ...wait, rateLimit, extensions });
  }
  if (error === "invalid_token") {
    const detail =
      "The provider did not take this account's credentials, and a refresh did not help. The account's own state tells whether its customer must connect again.";
    return new DomainError("provider_forbidden", { detail, extensions });
  }
  const code = error === "insufficient_scope" ? "provider_forbidden" : codeOf(told["code"], status);
  if (code === null) {
    const detail = `The provider's API answered with the status ${status}. It may have acted on the call; nothing was sent a second time.`;
    // What fails here is logged as a whole.
    return new DomainError("provider_error", {
      detail,
      ...wait,
      extensions: { ...extensions, provider: { status } },
    });
  }
  return new DomainError(code, { detail: details[code] ?? "", errors: fieldsOf(told["fields"]), extensions });
}

function codeOf(told: unknown, status: number): ProblemCode | null {
  const own = typeof told === "string" && Object.hasOwn(codes, told) ? codes[told] : undefined;
  if (own !== undefined) return own;
  switch (status) {
    case 401:
    case 402:
    case 403:
      return "provider_forbidden";
    case 404:
    case 410:
      return "not_found";
    case 405:
    case 501:
      return "unsupported_by_provider";
    case 409:
    case 412:
      return "conflict";
    default:
      return status >= 400 && status < 500 && status !== 408 ? "provider_rejected" : null;
  }
}

function fieldsOf(told: unknown): FieldError[] {
  const all = Array.isArray(told) ? (told as unknown[]) : told === undefined || told === null ? [] : [told];
  return all.slice(0, mostFields).flatMap((one) => {
    if (!isJsonObject(one)) return [];
    const detail = shortText(one["detail"]);
    return detail === null ? [] : [{ pointer: shortText(one["field"]) ?? "", detail }];
  });
}

function shortText(value: unknown): string | null {
  if (typeof value !== "string" || value.trim() === "") return null;
  return value.trim().slice(0, longest).toWellFormed();
}
