import { problemCodes, type ProblemCode } from "#core/domain/problem/domain-error";
import { problemType, titles } from "../problem.ts";

const retryAfter = {
  description: "Seconds after which another try makes sense.",
  schema: { type: "integer", minimum: 0, examples: [30] },
};
const count = (description: string) => ({ description, schema: { type: "integer", minimum: 0 } });

const headers: Readonly<Record<number, Readonly<Record<string, unknown>>>> = {
  401: { "WWW-Authenticate": { description: "How to show a key (RFC 6750).", schema: { type: "string" } } },
  405: { Allow: { description: "The methods that this address has.", schema: { type: "string" } } },
  429: {
    "Retry-After": retryAfter,
    "ratelimit-limit": count("Requests allowed in one window, where it is known."),
    "ratelimit-remaining": count("What is left of it, where it is known."),
    "ratelimit-reset": count("Seconds until more is left."),
  },
  503: { "Retry-After": retryAfter },
};

/** One component for each status: its name, and the code that its example shows. */
const answers: Readonly<Record<number, { readonly name: string; readonly code: ProblemCode; readonly when: string }>> =
  {
    400: {
      name: "BadRequest",
      code: "invalid_request",
      when: "The body is no JSON, or the cursor is not one of ours.",
    },
    401: { name: "Unauthorized", code: "unauthorized", when: "No valid key and no session." },
    403: {
      name: "Forbidden",
      code: "forbidden",
      when: "The key or role lacks the permission, which `permission` names.",
    },
    404: { name: "NotFound", code: "not_found", when: "There is no such thing in this key's environment and tenants." },
    405: { name: "MethodNotAllowed", code: "method_not_allowed", when: "The address has other methods." },
    408: { name: "RequestTimeout", code: "invalid_request", when: "The body did not come in time." },
    409: { name: "Conflict", code: "conflict", when: "It does not go with how things stand; `code` says what to do." },
    410: { name: "Gone", code: "disconnected", when: "The account was disconnected, for good." },
    413: { name: "TooLarge", code: "payload_too_large", when: "The body is larger than 1 MiB." },
    422: { name: "Invalid", code: "invalid_request", when: "Fields are wrong; `errors` names each with its pointer." },
    429: { name: "TooManyRequests", code: "rate_limited", when: "Too many requests; `source` says whose limit it is." },
    500: { name: "InternalError", code: "internal_error", when: "Something went wrong here. The id is in the log." },
    502: { name: "BadGateway", code: "provider_error", when: "The provider failed, and no valid token is left." },
    503: {
      name: "Unavailable",
      code: "database_unavailable",
      when: "The database, the key service or the provider is away.",
    },
    504: {
      name: "GatewayTimeout",
      code: "provider_timeout",
      when: "The provider did not answer, and no valid token is left.",
    },
  };

const details: Partial<Record<ProblemCode, { readonly detail: string; readonly [member: string]: unknown }>> = {
  invalid_request: {
    detail: "The body is not valid.",
    errors: [{ pointer: "/tenant_id", detail: "is missing; expected a text" }],
  },
  unauthorized: { detail: "The API key is not known, was revoked or stopped, or has expired." },
  forbidden: {
    detail: "This needs the permission accounts:read, which this key does not have.",
    permission: "accounts:read",
  },
  not_found: { detail: "There is no such account." },
  method_not_allowed: { detail: "This address answers GET, PATCH.", allow: "GET, PATCH" },
  conflict: { detail: "It was changed meanwhile. Read it again." },
  disconnected: { detail: "The account was disconnected. Let the customer connect anew." },
  payload_too_large: { detail: "The body is larger than 1 MiB." },
  rate_limited: { detail: "The provider's token endpoint asks to slow down.", source: "provider" },
  provider_error: { detail: "The provider's token endpoint failed, and no valid token is left." },
  provider_timeout: { detail: "The provider's token endpoint did not answer, and no valid token is left." },
  database_unavailable: { detail: "The database is not available. Nothing was changed; try again." },
  internal_error: { detail: "Something went wrong here." },
};

/** What a problem status is called among the components; undefined: it is none. */
export function problemAnswerName(status: number): string | undefined {
  return answers[status]?.name;
}

/** The codes that come with a status, for pages that link to theirs. */
export function codesOf(status: number): ProblemCode[] {
  const all = (Object.keys(problemCodes) as ProblemCode[]).filter((code) => problemCodes[code] === status);
  return status === 400 || status === 408 ? ["invalid_request"] : all;
}

/** `components.responses`: each problem status once, with the codes that it carries, its headers and an example. */
export function problemAnswers(publicUrl: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answers).map(([key, { name, code, when }]) => {
      const status = Number(key);
      const codes = codesOf(status).map((one) => `\`${one}\``);
      const { detail = "", ...members } = details[code] ?? {};
      const example = {
        type: problemType(publicUrl, code),
        title: titles[code],
        status,
        code,
        detail,
        instance: "urn:evergrant:request:req_5l3av9n3gs7mfp0ojp3h657t",
        ...members,
      };
      return [
        name,
        {
          description: `${when} Codes: ${codes.join(", ")}.`,
          ...(headers[status] === undefined ? {} : { headers: headers[status] }),
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" }, example } },
        },
      ];
    }),
  );
}
