/**
 * A provider's own words, fit to be stored, logged and shown: no control characters (log injection, and the NUL that PostgreSQL
 * can't store), no half of a surrogate pair, at most `maxLength` characters, cut between characters and not inside one.
 */
export function plainText(text: string, maxLength: number): string {
  // eslint-disable-next-line no-control-regex
  const clean = text.toWellFormed().replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
  return clean.length <= maxLength
    ? clean
    : Array.from(clean.slice(0, maxLength * 2))
        .slice(0, maxLength)
        .join("");
}
