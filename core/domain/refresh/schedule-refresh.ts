import { defaultRefreshPolicy, isRenewable, type RefreshPolicy } from "./refresh-policy.ts";

interface Lifetime {
  readonly expiresAt: Date | null;
  readonly issuedAt: Date | null;
}

/** Below this life (seconds) fixed windows would refresh all the time, so they scale (R13). */
const shortLifeSeconds = 300;

/** No window begins earlier than this share of the life before its end. */
const mostOfLife = 0.6;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The access token's whole life in seconds, or null when one end of it is not known. */
export function lifetimeSeconds(token: Lifetime): number | null {
  if (token.expiresAt === null || token.issuedAt === null) return null;
  const seconds = (token.expiresAt.getTime() - token.issuedAt.getTime()) / 1000;
  return seconds > 0 ? seconds : null;
}

/**
 * When the alarm rings: a random 60 to 180 s before expiry; for a life L under 300 s a random 0.2 L to 0.6 L before it (R13).
 * A window that an integration set is kept, but never starts before 0.4 L of the life has passed, nor earlier than the provider
 * takes a refresh (`earliestSeconds`). A token that lives longer than a day rings in the last quiet period before the window's
 * end, where there is one.
 *
 * @param random in [0, 1)
 * @param spreadSeconds how long the client's budget needs for everything that falls due (neededSpreadSeconds): the window or
 *   quiet period begins at least that long before its end (R21). Default 0: no budget is known
 * @returns null when the token has no known end or there is nothing to refresh it with; never before `now`
 */
export function scheduleRefresh(
  token: Lifetime & { readonly hasRefreshToken: boolean },
  policy: RefreshPolicy,
  now: Date,
  random: number,
  spreadSeconds = 0,
): Date | null {
  if (token.expiresAt === null || !isRenewable(token, policy)) return null;
  const expiry = token.expiresAt.getTime();
  const [least, most] = windowFor(token, policy, spreadSeconds);
  const quiet = lastQuietPeriod(token, policy, now, expiry - least * 1000);
  if (quiet === null) {
    const before = least + (most - least) * random;
    return new Date(Math.max(now.getTime(), Math.round(expiry - before * 1000)));
  }
  const farthest = Math.max(now.getTime(), expiry - farthestSeconds(token, policy) * 1000);
  const from = Math.min(quiet.from, Math.max(farthest, quiet.until - spreadSeconds * 1000));
  return new Date(Math.round(quiet.until - (quiet.until - from) * random));
}

/** Seconds before expiry at which the window ends and begins. */
function windowFor(token: Lifetime, policy: RefreshPolicy, spreadSeconds: number): readonly [number, number] {
  const life = lifetimeSeconds(token);
  const [least, most] = isScaled(life, policy) ? [0.2 * life, mostOfLife * life] : policy.windowSeconds;
  const farthest = farthestSeconds(token, policy);
  // Where the provider takes no refresh before the window's end, the later half of what it takes still spreads the accounts.
  const latest = Math.min(least, farthest, (policy.earliestSeconds ?? Number.POSITIVE_INFINITY) / 2);
  return [latest, Math.min(Math.max(most, spreadSeconds), farthest)];
}

/** A window begins no more seconds than this before expiry; infinite where nothing bounds it. */
function farthestSeconds(token: Lifetime, policy: RefreshPolicy): number {
  const life = lifetimeSeconds(token) ?? Number.POSITIVE_INFINITY;
  return Math.min(mostOfLife * life, policy.earliestSeconds ?? Number.POSITIVE_INFINITY);
}

function isScaled(life: number | null, policy: RefreshPolicy): life is number {
  const [least, most] = policy.windowSeconds;
  const [defaultLeast, defaultMost] = defaultRefreshPolicy.windowSeconds;
  return life !== null && life < shortLifeSeconds && least === defaultLeast && most === defaultMost;
}

/**
 * What is left of the last quiet period that begins before `until` (epoch milliseconds); null where none counts. The period in
 * which the token was issued does not: there it would be refreshed over and over.
 */
function lastQuietPeriod(
  token: Lifetime,
  policy: RefreshPolicy,
  now: Date,
  until: number,
): { readonly from: number; readonly until: number } | null {
  const { quietHoursUtc: hours, earliestSeconds } = policy;
  const life = lifetimeSeconds(token);
  if (hours === null || life === null || life * 1000 <= dayMs) return null;
  const issued = (token.issuedAt ?? now).getTime();
  const earliest = earliestSeconds === null ? issued : issued + (life - earliestSeconds) * 1000;
  const [fromHour, toHour] = hours;
  // A day of the epoch has 86,400 s: leap seconds are not counted.
  const lastDay = Math.floor(until / dayMs) * dayMs + fromHour * hourMs;
  const start = lastDay < until ? lastDay : lastDay - dayMs;
  const from = Math.max(start, now.getTime(), earliest);
  const end = Math.min(start + ((toHour - fromHour + 24) % 24) * hourMs, until);
  return start > issued && from < end ? { from, until: end } : null;
}

/**
 * How long a budget of so many requests per minute needs for so many accounts, in seconds, with a fifth of head room for the
 * work that nobody planned; 0 where no limit is known.
 */
export function neededSpreadSeconds(accounts: number, perMinute: number | null): number {
  if (perMinute === null || perMinute <= 0 || accounts <= 0) return 0;
  return (accounts / perMinute) * 60 * 1.2;
}

/**
 * How much life a token must have left to be used as it is: 30 s, or 0.1 L if that is less (R14). A caller may ask for more
 * with `min_ttl`; a wish beyond the whole life could never be met, and would refresh at every call: it is ignored here and
 * reported as `limited`. Never more than the provider leaves a token before it takes a refresh (`earliestSeconds`).
 */
export function refreshBufferSeconds(token: Lifetime, policy: RefreshPolicy, minTtlSeconds: number | null): number {
  const life = lifetimeSeconds(token);
  const buffer = life === null ? policy.bufferSeconds : Math.min(policy.bufferSeconds, 0.1 * life);
  const wish = minTtlSeconds === null || isBeyondLife(token, minTtlSeconds) ? 0 : minTtlSeconds;
  return Math.min(Math.max(buffer, wish), policy.earliestSeconds ?? Number.POSITIVE_INFINITY);
}

const arrivalSeconds = 3;

/**
 * Whether a caller can't be given as much life as it wants whenever it asks: the provider's tokens never live that long, or,
 * where a policy is given, it renews none that has that much left.
 */
export function isBeyondLife(
  token: Lifetime,
  minTtlSeconds: number,
  policy?: Pick<RefreshPolicy, "earliestSeconds">,
): boolean {
  const earliest = policy?.earliestSeconds ?? null;
  if (earliest !== null && minTtlSeconds > earliest) return true;
  const life = lifetimeSeconds(token);
  // A fresh token is a moment old when it arrives.
  return life !== null && minTtlSeconds > life - arrivalSeconds;
}
