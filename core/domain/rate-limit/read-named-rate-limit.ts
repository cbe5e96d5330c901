import type { RateLimitNames } from "../integration/api-schema.ts";
import { parseIso } from "../token/read-expires-in.ts";
import { parseHttpDate } from "./parse-http-date.ts";
import { longestResetSeconds, type RateLimit } from "./rate-limit.ts";
import { readRateLimit, type HeaderLookup } from "./read-rate-limit.ts";

type InstantHeader = NonNullable<RateLimitNames["reset"]>;

/**
 * The limit that an answer of a provider's API tells, by the names that its definition gives (`api.rateLimit`), and otherwise in
 * the standard families. What a definition names is believed before them, value by value.
 */
export function readNamedRateLimit(names: RateLimitNames | undefined, header: HeaderLookup, now: Date): RateLimit {
  const told = readRateLimit(header, now);
  if (names === undefined) return told;
  return {
    ...told,
    limit: readCount(names.limit, header) ?? told.limit,
    remaining: readCount(names.remaining, header) ?? told.remaining,
    // A definition that names the reset knows its unit; what is guessed by size would be another instant.
    resetSeconds: names.reset === undefined ? told.resetSeconds : readInstant(names.reset, header, now),
  };
}

/** @returns null where the definition names no such header, or the answer has none that can be read */
export function readNamedRetryAfter(names: RateLimitNames | undefined, header: HeaderLookup, now: Date): number | null {
  return names?.retryAfter === undefined ? null : readInstant(names.retryAfter, header, now);
}

const number = /^\d{1,15}(?:\.\d{1,9})?$/;

function readCount(name: string | undefined, header: HeaderLookup): number | null {
  const text = name === undefined ? "" : (header(name) ?? "").trim();
  return number.test(text) ? Math.floor(Number(text)) : null;
}

/** Seconds from now: what has passed is 0, nothing is longer than a day, and a second too late is better than one too early. */
function readInstant({ header: name, unit }: InstantHeader, header: HeaderLookup, now: Date): number | null {
  const text = (header(name) ?? "").trim();
  const nowMs = now.getTime();
  const value = number.test(text) ? Number(text) : Number.NaN;
  const secondsBy: Readonly<Record<InstantHeader["unit"], () => number>> = {
    seconds: () => value,
    milliseconds: () => value / 1000,
    epoch_seconds: () => value - nowMs / 1000,
    epoch_milliseconds: () => (value - nowMs) / 1000,
    http_date: () => ((parseHttpDate(text) ?? Number.NaN) - nowMs) / 1000,
    iso: () => (parseIso(text) - nowMs) / 1000,
  };
  const seconds = secondsBy[unit]();
  return Number.isFinite(seconds) ? Math.min(longestResetSeconds, Math.max(0, Math.ceil(seconds))) : null;
}
