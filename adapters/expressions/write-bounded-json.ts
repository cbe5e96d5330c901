/** Deeper results are no answer to anything that is asked. */
const maxDepth = 64;

/**
 * Plain JSON of what an expression yielded, or null where that is longer than `maxLength` or too deep. JSON.stringify would write
 * it all first: a few nested values that name each other twice are terabytes as text.
 *
 * @returns undefined where the value is nothing: functions have no place in JSON
 */
export function writeBoundedJson(value: unknown, maxLength: number): string | null | undefined {
  const parts: string[] = [];
  let length = 0;
  const add = (text: string): boolean => {
    parts.push(text);
    length += text.length;
    return length <= maxLength;
  };
  const write = (one: unknown, depth: number): boolean => {
    if (depth > maxDepth) return false;
    if (typeof one === "string") return one.length <= maxLength && add(JSON.stringify(one));
    if (typeof one === "number" || typeof one === "boolean" || one === null) return add(JSON.stringify(one));
    if (Array.isArray(one)) {
      if (!add("[")) return false;
      for (const [index, item] of one.entries()) {
        if (index > 0 && !add(",")) return false;
        if (!write(isNothing(item) ? null : item, depth + 1)) return false;
      }
      return add("]");
    }
    if (!add("{")) return false;
    let isFirst = true;
    for (const [name, item] of Object.entries(one as object)) {
      if (isNothing(item)) continue;
      if (name.length > maxLength || !add(`${isFirst ? "" : ","}${JSON.stringify(name)}:`)) return false;
      if (!write(item, depth + 1)) return false;
      isFirst = false;
    }
    return add("}");
  };
  if (isNothing(value)) return undefined;
  return write(value, 0) ? parts.join("") : null;
}

/** JSONata's functions are objects with a mark, and closures. */
function isNothing(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return "_jsonata_lambda" in value || "_jsonata_function" in value;
  return value !== null && typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean";
}
