import { grantedScopes, type Account } from "./account.ts";

/** More than a real challenge names. */
const most = { scopes: 20, length: 200 } as const;

/**
 * More than an API has, and no more than a row should hold. One that names others each time would fill it else, and each would be
 * told.
 */
export const mostRefused = 20;

/**
 * The scopes that a challenge names (RFC 6750 §3: "the required scope of the access token for accessing the requested resource").
 *
 * @returns none where it names none, or is about something else than scope
 */
export function challengedScopes(challenge: string | null): readonly string[] {
  if (challenge === null || !/\berror="?insufficient_scope\b/i.test(challenge)) return [];
  const named = /\bscope="([^"]*)"/i.exec(challenge)?.[1] ?? "";
  // RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E )
  const tokens = named.split(" ").filter((one) => /^[!#-[\]-~]+$/.test(one) && one.length <= most.length);
  return [...new Set(tokens)].slice(0, most.scopes);
}

/**
 * What a challenge says to be missing that is not known to be (R6). All that it names is needed: where some of that was never
 * granted, that is what is missing; where all of it was, the grant was narrowed since, and nobody can tell by which. None any more
 * where as many are known as are kept.
 */
export function newlyRefused(
  account: Pick<Account, "scopesRequested" | "scopesGranted" | "scopesRefused">,
  named: readonly string[],
): readonly string[] {
  const granted = new Set(grantedScopes(account));
  const lacking = named.filter((scope) => !granted.has(scope));
  const known = new Set([...account.scopesRequested, ...account.scopesRefused]);
  const fresh = lacking.length === 0 ? named : lacking.filter((scope) => !known.has(scope));
  return fresh.slice(0, Math.max(0, mostRefused - account.scopesRefused.length));
}
