/**
 * Retry-After as seconds from now (RFC 9110 §10.2.3: delay-seconds or an HTTP-date).
 * @returns null when absent or unreadable; 0 for an instant that has passed
 */
export function parseRetryAfter(value: string | null, now: Date): number | null {
  if (value === null) return null;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // One of the three forms of RFC 9110 §5.6.7; Date.parse alone reads dates into almost anything.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d{2}:\d{2}:\d{2}/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}
