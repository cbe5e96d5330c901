import { createHash } from "node:crypto";

/**
 * What a request is bound to: SHA-256 over canonical JSON, in hex. Names in the order of their UTF-16 code units, no white space
 * (RFC 8785 §3.2.3, whose numbers and texts are those of JSON.stringify). The database may keep the names in another order.
 *
 * @throws TypeError for what is no JSON and would be another value there: a date, NaN, undefined in a list. A member that is undefined is
 *   absent, as in JSON
 */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw new TypeError("only plain objects have a digest");
    const members = Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`);
    return `{${members.join(",")}}`;
  }
  const isJson = value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  if (!isJson) throw new TypeError(`${typeof value} has no digest`);
  return JSON.stringify(value);
}
