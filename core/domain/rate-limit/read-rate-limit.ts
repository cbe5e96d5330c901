import { parseIso } from "../token/read-expires-in.ts";
import { parseHttpDate } from "./parse-http-date.ts";
import { parseStructuredList, type ListMember } from "./parse-structured-list.ts";
import { longestResetSeconds, untoldRateLimit, type RateLimit } from "./rate-limit.ts";

/** The value of a header by its name in lower case, several of one name joined by commas; null: absent. */
export type HeaderLookup = (name: string) => string | null;

/** In the order in which they are believed, after the structured fields. */
const prefixes = ["ratelimit-", "x-ratelimit-", "x-rate-limit-"] as const;

/**
 * The limit that a provider's answer tells, from whichever of these it carries (R73), value by value in this order:
 *
 * - `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers): `"default";r=50;t=30` and `"default";q=100;w=60`.
 *   Of several policies the one counts of which least is left. Its earlier forms too: `limit=100, remaining=50, reset=30` and
 *   `100;w=60`
 * - `ratelimit-limit`, `-remaining`, `-reset`
 * - `x-ratelimit-…`, `x-rate-limit-…`
 *
 * Total: what can't be read counts as not told.
 */
export function readRateLimit(header: HeaderLookup, now: Date): RateLimit {
  const told = [
    readStructured(header("ratelimit"), header("ratelimit-policy"), now),
    ...prefixes.map((prefix) => readFamily(header, prefix, now)),
  ];
  const first = (field: keyof RateLimit): number | null =>
    told.map((one) => one[field]).find((value) => value !== null) ?? null;
  return {
    limit: first("limit"),
    remaining: first("remaining"),
    resetSeconds: first("resetSeconds"),
    windowSeconds: first("windowSeconds"),
  };
}

function readFamily(header: HeaderLookup, prefix: (typeof prefixes)[number], now: Date): RateLimit {
  // Earlier drafts put the policies behind the limit: `100, 100;w=60`.
  const first = (name: string): string | null => parseStructuredList(header(`${prefix}${name}`))[0]?.name ?? null;
  return {
    limit: readCount(first("limit")),
    remaining: readCount(first("remaining")),
    // As a whole where it is a date, which has a comma in it.
    resetSeconds: readReset(header(`${prefix}reset`), now) ?? readReset(first("reset"), now),
    windowSeconds: null,
  };
}

function readStructured(limits: string | null, policies: string | null, now: Date): RateLimit {
  const members = parseStructuredList(limits);
  const dictionary = readDictionary(members, now);
  const quotas = members.flatMap((member) => {
    const remaining = readCount(member.parameters.get("r"));
    const resetSeconds = readReset(member.parameters.get("t"), now);
    return remaining === null && resetSeconds === null ? [] : [{ name: member.name, remaining, resetSeconds }];
  });
  const tightest = quotas.toSorted(
    (one, other) =>
      compare(one.remaining ?? Infinity, other.remaining ?? Infinity) ||
      compare(other.resetSeconds ?? 0, one.resetSeconds ?? 0),
  )[0];
  const known = parseStructuredList(policies).flatMap(readPolicy);
  const policy = known.find(({ name }) => name === tightest?.name) ?? (known.length === 1 ? known[0] : undefined);
  return {
    limit: policy?.limit ?? dictionary.limit,
    remaining: tightest?.remaining ?? dictionary.remaining,
    resetSeconds: tightest?.resetSeconds ?? dictionary.resetSeconds,
    windowSeconds: policy?.windowSeconds ?? null,
  };
}

function readPolicy({ name, parameters }: ListMember): {
  name: string;
  limit: number | null;
  windowSeconds: number | null;
}[] {
  // Earlier drafts name a policy by its quota: `100;w=60`.
  const limit = readCount(parameters.get("q") ?? name);
  const windowSeconds = readCount(parameters.get("w"));
  return limit === null && windowSeconds === null ? [] : [{ name, limit, windowSeconds }];
}

function readDictionary(members: readonly ListMember[], now: Date): RateLimit {
  const find = (key: string): string | undefined =>
    members.find(({ name }) => name.startsWith(`${key}=`))?.name.slice(key.length + 1);
  return {
    ...untoldRateLimit,
    limit: readCount(find("limit")),
    remaining: readCount(find("remaining")),
    resetSeconds: readReset(find("reset"), now),
  };
}

function compare(one: number, other: number): number {
  return one === other ? 0 : one - other;
}

/** Fifteen digits are what a structured integer has (RFC 9651 §3.3.1), and what a number holds exactly. */
const number = /^\d{1,15}(?:\.\d{1,9})?$/;

function readCount(text: string | null | undefined): number | null {
  const trimmed = text?.trim() ?? "";
  return number.test(trimmed) ? Math.floor(Number(trimmed)) : null;
}

/** From here on a number is an instant: as seconds from now 31 years, as an epoch September 2001. */
const instantsFrom = 1_000_000_000;
/** From here on an instant counts milliseconds: as seconds the year 33658, as milliseconds September 2001. */
const millisecondsFrom = 1_000_000_000_000;

/**
 * Seconds from now until a reset, which servers write as seconds from now, epoch seconds, epoch milliseconds, HTTP date or ISO
 * instant (UTC where it names no zone). Numbers are told apart by their size alone; a duration in milliseconds reads as seconds.
 * An instant that has passed is 0; nothing is longer than a day. Rounded up: a second too early would be refused again.
 */
function readReset(text: string | null | undefined, now: Date): number | null {
  const trimmed = text?.trim() ?? "";
  const seconds = number.test(trimmed)
    ? secondsOfNumber(Number(trimmed), now)
    : secondsUntil(parseHttpDate(trimmed) ?? parseIso(trimmed), now);
  return Number.isFinite(seconds) ? Math.min(longestResetSeconds, Math.max(0, Math.ceil(seconds))) : null;
}

function secondsOfNumber(value: number, now: Date): number {
  if (value < instantsFrom) return value;
  return secondsUntil(value < millisecondsFrom ? value * 1000 : value, now);
}

function secondsUntil(epochMs: number, now: Date): number {
  return (epochMs - now.getTime()) / 1000;
}
