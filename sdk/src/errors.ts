import type { FieldError, LastError, Problem } from "./api-types.ts";

export type ProblemCode = Problem["code"];

/** What is known of the limit that was met; null: not told. */
export interface RateLimits {
  readonly limit: number | null;
  readonly remaining: number | null;
  readonly resetSeconds: number | null;
}

interface AboutAccount {
  readonly integrated_account_id: string;
  /** The latest failure of the account; null: none. */
  readonly last_error: LastError | null;
}

interface MayBeAboutAccount {
  readonly integrated_account_id: string | null;
  readonly last_error: LastError | null;
}

/** What the provider answered to a call of the unified API. */
export interface ProviderAnswer {
  /** The HTTP status of its answer. */
  readonly status: number;
  /** Its own words; null: none were found. */
  readonly message: string | null;
}

interface OfProvider extends MayBeAboutAccount {
  readonly source: "provider";
  readonly provider: ProviderAnswer;
}

/** What some codes carry besides. Of those that are not listed here: nothing. */
interface Extensions {
  invalid_request: { readonly errors: readonly FieldError[] };
  forbidden: {
    /** What the key lacks; null: it is not for this tenant or integration. */ readonly permission: string | null;
  };
  needs_reauth: AboutAccount;
  held: MayBeAboutAccount;
  not_connected: MayBeAboutAccount;
  disconnected: MayBeAboutAccount;
  not_refreshable: MayBeAboutAccount;
  provider_error: MayBeAboutAccount;
  provider_timeout: MayBeAboutAccount;
  provider_unavailable: MayBeAboutAccount;
  client_misconfigured: MayBeAboutAccount & { readonly reason: string | null };
  provider_rejected: OfProvider & {
    /** With the provider's own names of fields, where it names some. */
    readonly errors: readonly FieldError[];
  };
  provider_forbidden: OfProvider;
  unsupported_by_provider: MayBeAboutAccount & {
    /** What can't be done; null: the provider itself said so. */
    readonly operation: string | null;
    /** Each filter, order or field that can't be had. */
    readonly errors: readonly FieldError[];
    /** Who said so. */
    readonly source: "provider" | "evergrant";
    /** Null: it was not asked. */
    readonly provider: ProviderAnswer | null;
  };
  rate_limited: MayBeAboutAccount & {
    /** Whose limit it is. */
    readonly source: "provider" | "evergrant";
    readonly retryAfterSeconds: number;
    readonly limits: RateLimits;
  };
}

class ProblemError extends Error {
  readonly code: ProblemCode;
  /** The HTTP status. */
  readonly status: number;
  readonly title: string;
  /** What happened and whose move it is, for people. */
  readonly detail: string;
  /** The address of the page about this code. */
  readonly type: string;
  /** What the operator finds the request by in the log. */
  readonly requestId: string;
  /** Seconds after which another try makes sense; null: not told. */
  readonly retryAfterSeconds: number | null;

  constructor(problem: Problem, headers: Headers) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = "EvergrantError";
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.type = problem.type;
    this.requestId = problem.instance.replace("urn:evergrant:request:", "");
    this.retryAfterSeconds = readSeconds(headers, "retry-after");
    const {
      errors = [],
      permission = null,
      integrated_account_id = null,
      last_error = null,
      source = "evergrant",
      reason = null,
      provider = null,
      operation = null,
    } = problem;
    const limits: RateLimits = {
      limit: readSeconds(headers, "ratelimit-limit"),
      remaining: readSeconds(headers, "ratelimit-remaining"),
      resetSeconds: readSeconds(headers, "ratelimit-reset"),
    };
    if (problem.code === "invalid_request") Object.assign(this, { errors });
    else if (problem.code === "forbidden") Object.assign(this, { permission });
    else Object.assign(this, { integrated_account_id, last_error, reason });
    const answered = provider === null ? null : { status: provider.status, message: provider.message ?? null };
    if (problem.code === "provider_rejected") Object.assign(this, { errors, source, provider: answered });
    if (problem.code === "provider_forbidden") Object.assign(this, { source, provider: answered });
    if (problem.code === "unsupported_by_provider") {
      Object.assign(this, { operation, errors, source, provider: answered });
    }
    if (problem.code === "rate_limited") {
      Object.assign(this, { source, limits, retryAfterSeconds: this.retryAfterSeconds ?? limits.resetSeconds ?? 1 });
    }
  }
}

type ErrorOf<C extends ProblemCode> = Omit<ProblemError, "code" | "retryAfterSeconds"> & {
  readonly code: C;
  readonly retryAfterSeconds: number | null;
} & (C extends keyof Extensions ? Extensions[C] : unknown);

/** A problem that Evergrant answered (RFC 9457). A switch over `code` narrows to what that code carries. */
export type EvergrantError = { [C in ProblemCode]: ErrorOf<C> }[ProblemCode];
export const EvergrantError = ProblemError as unknown as {
  new (problem: Problem, headers: Headers): EvergrantError;
  readonly prototype: EvergrantError;
};

/** No answer of Evergrant came: whether the call was carried out is not known. */
export class EvergrantConnectionError extends Error {
  /** `timeout`: none in time. `network`: no connection, or it broke. `unexpected_answer`: something else answers there. */
  readonly reason: "timeout" | "network" | "unexpected_answer";

  constructor(reason: EvergrantConnectionError["reason"], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "EvergrantConnectionError";
    this.reason = reason;
  }
}

/** The problem that an answer carries; null: it is none of Evergrant's. Its body is read only where it says that it is one. */
export async function readProblem(response: Response): Promise<EvergrantError | null> {
  if (!(response.headers.get("content-type") ?? "").startsWith("application/problem+json")) return null;
  const value: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return isProblem(value) ? new EvergrantError(value, response.headers) : null;
}

/** A provider may speak problem+json too: ours name a request of Evergrant. */
function isProblem(value: unknown): value is Problem {
  if (value === null || typeof value !== "object") return false;
  const { code, detail, instance } = value as Partial<Problem>;
  return (
    typeof code === "string" && typeof detail === "string" && instance?.startsWith("urn:evergrant:request:") === true
  );
}

function readSeconds(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
