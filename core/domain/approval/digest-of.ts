import { createHash } from "node:crypto";
import { canonicalJson } from "../audit/canonical-json.ts";

/**
 * What a request is bound to: SHA-256 over canonical JSON (RFC 8785), in hex. The database may keep the names in another order.
 *
 * @throws TypeError for what is no JSON and would be another value there: a date, NaN, undefined in a list. A member that is undefined is
 *   absent, as in JSON
 */
export function digestOf(value: unknown): string {
  refuseChanged(value);
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** What canonicalJson would write as another value, as JSON.stringify does; the rest that is no JSON it refuses itself. */
function refuseChanged(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) {
    if (value.includes(undefined)) throw new TypeError("undefined in a list has no digest");
  } else if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError("only plain objects have a digest");
  }
  for (const one of Object.values(value)) refuseChanged(one);
}
