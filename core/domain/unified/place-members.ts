import { emptyObject, type JsonObject } from "./json-object.ts";

/**
 * A JSON body of members that stand each at a pointer (RFC 6901); `/-` at the end is one more entry of a list (RFC 6902 §4.1).
 * Later ones stand over earlier ones. What is undefined is left out.
 */
export function placeMembers(members: readonly (readonly [pointer: string, value: unknown])[]): JsonObject {
  const root = emptyObject();
  for (const [pointer, value] of members) {
    if (value !== undefined) place(root, pointer.split("/").slice(1).map(unescaped), value);
  }
  return root;
}

function place(root: JsonObject, path: readonly string[], value: unknown): void {
  let at: JsonObject | unknown[] = root;
  path.forEach((name, index) => {
    const isLast = index === path.length - 1;
    const next = path[index + 1];
    const inner = (): JsonObject | unknown[] => (next === "-" ? [] : emptyObject());
    if (Array.isArray(at)) {
      const made = isLast ? value : inner();
      at.push(made);
      at = made as JsonObject;
      return;
    }
    if (isLast) {
      at[name] = value;
      return;
    }
    const found: unknown = at[name];
    const isContainer = typeof found === "object" && found !== null;
    at = (isContainer ? found : (at[name] = inner())) as JsonObject;
  });
}

function unescaped(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}
