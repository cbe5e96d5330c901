import { partsOf } from "../_parts/pointer.ts";

/** What a value has at a pointer; undefined: nothing. */
export function valueAt(value: unknown, pointer: string): unknown {
  let at: unknown = value;
  for (const part of partsOf(pointer)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}
