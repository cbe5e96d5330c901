import { overridableMapping } from "../unified/overridable-mapping.ts";

/** The levels above the definition, the less specific one first (R64). */
export type OverrideLevel = "environment" | "account";

const both = ["environment", "account"] as const;
/** What belongs to an OAuth client at a token endpoint: the accounts behind it share budget and breaker. */
const shared = ["environment"] as const;

/**
 * The fields of an integration document that an override may change, `*` for any name. What is not here can't be: a list of what
 * is forbidden would open every field that is added to the document later. Here is what differs from one OAuth app, customer or
 * contract to another, and never where credentials go, what they are, how the client proves itself, or how answers are believed.
 */
export const overridableFields: Readonly<Record<string, readonly OverrideLevel[]>> = {
  "/credentials/config/scope": both,
  // An administrator of the provider's instance sets how long tokens live, and whether refresh tokens rotate.
  "/credentials/config/tokenExpiryDuration": both,
  "/credentials/config/refresh/rotation/rule": both,
  "/credentials/config/refresh/rotation/graceSeconds": both,
  "/credentials/config/refresh/oldAccessTokenDies": both,
  "/credentials/config/refresh/windowSeconds": both,
  "/credentials/config/refresh/bufferSeconds": both,
  "/credentials/config/refresh/earliestSeconds": both,
  "/credentials/config/refresh/quietHoursUtc": both,
  "/credentials/config/refresh/retry/initialSeconds": both,
  "/credentials/config/refresh/retry/factor": both,
  "/credentials/config/refresh/retry/capSeconds": both,
  // One account that waits too short, or reads its answers its own way, would open the breaker for all.
  "/credentials/config/refresh/timeoutSeconds": shared,
  "/credentials/config/refresh/failureRules": shared,
  "/credentials/config/refresh/concurrency": shared,
  "/credentials/config/refresh/perMinute": shared,
  "/credentials/config/refresh/massFailure/accounts": shared,
  "/credentials/config/refresh/massFailure/share": shared,
  "/credentials/config/refresh/massFailure/windowSeconds": shared,
  // What a customer's own instance, or an OAuth app of one's own, wants to be told besides.
  "/credentials/config/params/authorize/*": both,
  "/credentials/config/params/token/*": both,
  "/credentials/config/params/refresh/*": both,
  "/credentials/config/options/headers/*": both,
  "/api/headers/*": both,
  "/api/rateLimit/limit": both,
  "/api/rateLimit/remaining": both,
  "/api/rateLimit/reset/header": both,
  "/api/rateLimit/reset/unit": both,
  "/api/rateLimit/retryAfter/header": both,
  "/api/rateLimit/retryAfter/unit": both,
  "/api/rateLimit/expression": both,
  "/api/rateLimit/waitExpression": both,
  ...overridableMapping(both),
};

const elsewhere = "Define the integration in this environment instead (PUT /api/v1/integrations/{name}).";

/** Why others can't be overridden; the first beginning that fits counts. */
const refusals: readonly (readonly [beginning: string, why: string])[] = [
  [
    "/credentials/config/client",
    "is kept sealed, and never in an override: give it in credentials (PATCH /api/v1/environment-integration), for an account in overrides.credentials.oauth2_client_credentials",
  ],
  ["/credentials/config/auth/", `decides where credentials go, so it can't be overridden. ${elsewhere}`],
  ["/credentials/config/exchange", `decides where credentials go, so it can't be overridden. ${elsewhere}`],
  ["/credentials/config/revocation", `decides where credentials go, so it can't be overridden. ${elsewhere}`],
  ["/credentials/config/fields", `may form a host that credentials go to, so it can't be overridden. ${elsewhere}`],
  ["/credentials/config/identity", `says who was connected, so it can't be overridden. ${elsewhere}`],
  ["/credentials/format", `says what is kept of an account, so it can't be overridden. ${elsewhere}`],
  ["/inputs", `may form a host that credentials go to, so it can't be overridden. ${elsewhere}`],
  ["/api/baseUrl", `decides where credentials go, so it can't be overridden. ${elsewhere}`],
  ["/name", "is what this is an override of"],
];

/** Parameters that say who asks, what for, or where the browser goes; templates and the engine write them. */
const ownParameters = new Set([
  "client_id",
  "code",
  "code_challenge",
  "code_challenge_method",
  "code_verifier",
  "grant_type",
  "nonce",
  "redirect_uri",
  "request",
  "request_uri",
  "response_mode",
  "response_type",
  "scope",
  "state",
]);

const ownHeaders = new Set(["connection", "content-length", "cookie", "host", "set-cookie", "transfer-encoding"]);

/** Names whose values are secrets. An override is stored and shown in the clear. */
const secretName = /(?:^|[._-])(?:assertion|authorization|credentials?|jwt|key|passw(?:or)?d|secret|signature|token)$/i;

/** Why a field can't be overridden at a level; null where it can. */
export function overrideRefusal(pointer: string, level: OverrideLevel): string | null {
  const levels = levelsOf(pointer);
  if (levels === null) {
    const [, why] = refusals.find(([beginning]) => `${pointer}/`.startsWith(beginning)) ?? [];
    return why ?? `can't be overridden; see docs/guides/override-an-integration.md for what can. ${elsewhere}`;
  }
  const name = nameIn(pointer);
  if (name !== null && secretName.test(name)) return "is a secret by its name, and an override is shown in the clear";
  if (name !== null && pointer.includes("/params/") && ownParameters.has(name.toLowerCase())) {
    return "is written by Evergrant, so it can't be overridden";
  }
  if (name !== null && pointer.includes("/headers/") && ownHeaders.has(name.toLowerCase())) {
    return "belongs to the connection, so it can't be overridden";
  }
  if (levels.includes(level)) return null;
  return "belongs to the OAuth client and its endpoint, which accounts share: override it for the environment (PATCH /api/v1/environment-integration)";
}

function levelsOf(pointer: string): readonly OverrideLevel[] | null {
  const pattern = patternOf(pointer);
  return pattern === null ? null : (overridableFields[pattern] ?? null);
}

/** The name that stands for the last `*`; null where there is none. */
function nameIn(pointer: string): string | null {
  if (patternOf(pointer)?.endsWith("/*") !== true) return null;
  return (pointer.split("/").at(-1) ?? "").replaceAll("~1", "/").replaceAll("~0", "~");
}

const patterns = Object.keys(overridableFields)
  .filter((one) => one.includes("/*"))
  .map((one) => ({ pattern: one, parts: one.split("/") }));

/** The entry of the list that a pointer falls under; null: none. */
function patternOf(pointer: string): string | null {
  if (Object.hasOwn(overridableFields, pointer) && !pointer.includes("/*")) return pointer;
  const given = pointer.split("/");
  const found = patterns.find(
    ({ parts }) => parts.length === given.length && parts.every((part, index) => part === "*" || part === given[index]),
  );
  return found?.pattern ?? null;
}
