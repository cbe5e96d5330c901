import { parseHttpDate } from "./parse-http-date.ts";

/**
 * Retry-After as seconds from now (RFC 9110 §10.2.3: delay-seconds or an HTTP-date).
 * @returns null when absent or unreadable; 0 for an instant that has passed
 */
export function parseRetryAfter(value: string | null, now: Date): number | null {
  if (value === null) return null;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const at = parseHttpDate(text);
  return at === null ? null : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}
