/**
 * The body of a token answer as data: JSON whatever its content type says; else a form, which some servers answer with; else the
 * text itself.
 */
export function parseBody(text: string, contentType: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return isForm(text, contentType) ? Object.fromEntries(new URLSearchParams(text)) : text;
  }
}

/** By its look, since some call a form plain text: names and values, without a space or a tag. */
function isForm(text: string, contentType: string): boolean {
  if (!/^[\w.~%+[\]-]+=[^\s<>{}"]*$/.test(text)) return false;
  return /x-www-form-urlencoded/i.test(contentType) || /(?:^|&)(?:access_token|error)=/.test(text);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
