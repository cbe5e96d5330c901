/** What the number in `expires_in` counts. `auto`: found out from its size and from what else is known. */
export type ExpiresInUnit = "seconds" | "milliseconds" | "auto";

/** A hundred years: beyond it a number is no lifetime, and an instant leaves what timestamps can hold. */
export const maxLifetimeSeconds = 3_155_760_000;

const daySeconds = 86_400;
const instantsBeforeMs = daySeconds * 1000;
const instantsAfterMs = 20 * 365.25 * daySeconds * 1000;

/** From here on a number of an unknown unit counts milliseconds: as seconds 3.5 days, as milliseconds 5 min. */
const millisecondsFrom = 300_000;

/** Servers that hand out a token which they gave before count its life down. */
const countdownSeconds = 120;

/**
 * The end that an `expires_in` tells: seconds (RFC 6749 §5.1), but also milliseconds, numeric text and absolute dates, since
 * servers send all of these.
 *
 * In `auto` a number that reads as an instant near now is that instant. Otherwise the unit counts whose result is nearer, by
 * ratio, to `knownLifeSeconds`. Where nothing is known, large numbers are milliseconds, unless they are a number of days that
 * people choose for a token's life. In doubt milliseconds are the safe side: a life that is believed too short costs a refresh
 * too many, one that is believed a thousand times too long serves dead tokens and sets no alarm.
 *
 * @param knownLifeSeconds about how long the token should live, from another source; null: unknown
 * @returns null when it says nothing that can be believed; an end that is not after `receivedAt` is no end of a new token
 */
export function readExpiresIn(
  value: unknown,
  unit: ExpiresInUnit,
  knownLifeSeconds: number | null,
  receivedAt: Date,
): Date | null {
  const number = toNumber(value);
  if (number === null) return readFutureInstant(value, receivedAt);
  switch (unit) {
    case "seconds":
      return after(receivedAt, number);
    case "milliseconds":
      return after(receivedAt, number / 1000);
    case "auto":
      return readNumber(number, knownLifeSeconds, receivedAt);
  }
}

function readNumber(number: number, knownLifeSeconds: number | null, receivedAt: Date): Date | null {
  if (readInstant(number, receivedAt) === null) return after(receivedAt, guessSeconds(number, knownLifeSeconds));
  const instant = readFutureInstant(number, receivedAt);
  // 21 to 28 whole days in milliseconds read as a midnight in seconds too: then the sooner end counts.
  if (number % (daySeconds * 1000) !== 0) return instant;
  const life = after(receivedAt, number / 1000);
  return instant !== null && life !== null && life < instant ? life : instant;
}

function guessSeconds(number: number, knownLifeSeconds: number | null): number {
  if (knownLifeSeconds !== null) {
    const distance = (seconds: number): number => Math.abs(Math.log(seconds / knownLifeSeconds));
    return distance(number) <= distance(number / 1000) ? number : number / 1000;
  }
  return number < millisecondsFrom || isChosenLife(number) ? number : number / 1000;
}

/**
 * Whether so many seconds are a number of days that people choose. Bounded, since a week in milliseconds would be 7,000 days in
 * seconds: two years for weeks and months, twenty for years.
 */
function isChosenLife(seconds: number): boolean {
  const days = Math.ceil(seconds / daySeconds);
  if (days * daySeconds - seconds > countdownSeconds) return false;
  if (days <= 31 || days === 45 || days === 100) return true;
  if (days <= 730 && (days % 7 === 0 || days % 30 === 0)) return true;
  return days <= 7300 && days % 365 === 0;
}

/** `seconds` after an instant; null when that is no lifetime: zero, negative or absurd. */
export function after(instant: Date, seconds: number): Date | null {
  if (!(seconds > 0 && seconds <= maxLifetimeSeconds)) return null;
  return new Date(instant.getTime() + Math.round(seconds * 1000));
}

/** The same as readInstant, for something that must still lie ahead: a server whose clock or time zone is off says nothing. */
export function readFutureInstant(value: unknown, now: Date): Date | null {
  const instant = readInstant(value, now);
  return instant !== null && instant > now ? instant : null;
}

/**
 * An instant as servers write it: epoch seconds, epoch milliseconds (numbers or text), ISO 8601 text (UTC where it names no
 * zone). Null when it reads as none, or lies more than a day before or twenty years after `now`.
 */
function readInstant(value: unknown, now: Date): Date | null {
  const number = toNumber(value);
  const candidates = number === null ? [parseIso(value)] : [number * 1000, number];
  const found = candidates.find(
    (ms) => ms >= now.getTime() - instantsBeforeMs && ms <= now.getTime() + instantsAfterMs,
  );
  return found === undefined ? null : new Date(found);
}

const isoInstant =
  /^\s*(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(?:Z|([+-]\d{2}):?(\d{2}))?)?\s*$/i;

/** Epoch milliseconds, or NaN. Date.parse alone takes a date without a zone for local time, and almost anything for a date. */
export function parseIso(value: unknown): number {
  const [, date, time = "00:00", hours = "+00", minutes = "00"] =
    (typeof value === "string" && isoInstant.exec(value)) || [];
  return date === undefined ? Number.NaN : Date.parse(`${date}T${time}${hours}:${minutes}`);
}

/** A finite number, also one written as text; null for everything else. */
export function toNumber(value: unknown): number | null {
  const number = typeof value === "string" && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}
