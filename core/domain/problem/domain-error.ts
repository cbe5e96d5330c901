import type { RateLimit } from "../rate-limit/rate-limit.ts";

/** Every problem that crosses to the outside (CONTRACT, Problems). One page of docs/problems stands for each. */
export const problemCodes = {
  invalid_request: 422,
  unauthorized: 401,
  forbidden: 403,
  step_up_required: 403,
  approval_forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  needs_reauth: 409,
  held: 409,
  not_connected: 409,
  external_account_mismatch: 409,
  conflict: 409,
  approval_pending: 409,
  approval_ended: 409,
  disconnected: 410,
  payload_too_large: 413,
  not_refreshable: 422,
  provider_forbidden: 403,
  provider_rejected: 422,
  unsupported_by_provider: 422,
  rate_limited: 429,
  provider_error: 502,
  provider_timeout: 504,
  provider_unavailable: 503,
  client_misconfigured: 502,
  kms_unavailable: 503,
  database_unavailable: 503,
  sealed_value_invalid: 500,
  internal_error: 500,
} as const;

export type ProblemCode = keyof typeof problemCodes;

/** One wrong field: where it is (JSON Pointer into the body, or the parameter's name) and what to do. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
  /** The same for a page that says it in its reader's language; it does not cross with the problem. */
  readonly fault?: FieldFault;
}

/** What can be wrong with what an end user typed. */
export type FieldFault =
  | "missing"
  | "form"
  | "choice"
  /** It becomes a part of a host name, and is none. */
  | "host_part"
  | "one_line"
  | "colon"
  | "too_long"
  /** Nothing that is typed would do: the integration's definition has to be mended. */
  | "unusable";

export interface DomainErrorOptions {
  /** For the caller: what happened, whose move it is. */
  readonly detail: string;
  /** For operators, in the log only. */
  readonly internal?: string;
  readonly status?: number;
  readonly errors?: readonly FieldError[];
  /** Seconds after which another try makes sense. */
  readonly retryAfterSeconds?: number;
  /** What is known of the limit that was met; null or absent: nothing. */
  readonly rateLimit?: RateLimit | null;
  /** Members that CONTRACT names for this code: integrated_account_id, last_error, source, permission, reason, approval_id, provider, operation. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** What crosses to the outside. One mapper (api/problem.ts) makes RFC 9457 of it and is the only place that logs it. */
export class DomainError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly detail: string;
  readonly internal: string | null;
  readonly errors: readonly FieldError[];
  readonly retryAfterSeconds: number | null;
  readonly rateLimit: RateLimit | null;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, options: DomainErrorOptions) {
    super(`${code}: ${options.internal ?? options.detail}`, { cause: options.cause });
    this.name = "DomainError";
    this.code = code;
    this.status = options.status ?? problemCodes[code];
    this.detail = options.detail;
    this.internal = options.internal ?? null;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.rateLimit = options.rateLimit ?? null;
    this.extensions = options.extensions ?? {};
  }
}

/** For the end of a switch over a union: a new member fails to compile here instead of falling through. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
