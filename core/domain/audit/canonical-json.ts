/**
 * The one text of a JSON value (RFC 8785): keys by their UTF-16 code units, numbers and strings as ECMAScript writes them, nothing
 * between. Members that are undefined are left out, as JSON.stringify does.
 *
 * @throws TypeError for what is no I-JSON: a number that is not finite, half a surrogate pair, a function
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    // "MUST NOT [be] NaN or Infinity" (§3.2.2.3). -0 is written as 0 there and here.
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one ?? null)).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} is no JSON value`);
  // Each record is written twice: this is as short as it can be. Without a comparison the order is that of UTF-16 code units (§3.2.3).
  let members = "";
  for (const name of Object.keys(value).sort()) {
    const one = (value as Readonly<Record<string, unknown>>)[name];
    if (one === undefined) continue;
    members += `${members === "" ? "" : ","}${canonicalString(name)}:${canonicalJson(one)}`;
  }
  return `{${members}}`;
}

function canonicalString(text: string): string {
  // Nothing in it has to be escaped, and no half of a surrogate pair can be.
  if (plain.test(text)) return `"${text}"`;
  // "lone surrogates … MUST cause a compliant JCS implementation to terminate with an appropriate error" (§3.2.2.2).
  if (!text.isWellFormed()) throw new TypeError("a text with half a surrogate pair is no I-JSON");
  return JSON.stringify(text);
}

const plain = /^[ !#-[\]-~]*$/;
