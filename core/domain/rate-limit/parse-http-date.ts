const startsAsDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d{2}:\d{2}:\d{2}/;
/** The third form names no zone and means UTC; Date.parse would take the machine's. */
const isZoneless = /\d{2}:\d{2}:\d{2} +\d{4}$/;

/**
 * One of the three forms of RFC 9110 §5.6.7, since Date.parse alone reads dates into almost anything.
 * @returns epoch milliseconds; null when it is no date
 */
export function parseHttpDate(text: string): number | null {
  if (!startsAsDate.test(text)) return null;
  const at = Date.parse(isZoneless.test(text) ? `${text} GMT` : text);
  return Number.isNaN(at) ? null : at;
}
