import { closestWord } from "../text/closest-word.ts";
import { toPointer } from "../text/scan-json.ts";
import { mostIssues, type Issue } from "./describe-issues.ts";
import { definitionOf, discriminatorOf, fieldsOf, findSchema, fits, valueAt, type Schema } from "./find-schema.ts";
import { suggestValue } from "./suggest-value.ts";

type Path = readonly PropertyKey[];

/** Values of which most places take one. */
const fillers: readonly unknown[] = ["x", "/x", "https://x.example", 1, 60, true, [], {}];

/**
 * A copy in which everything that the issues name was replaced by something that fits: a misspelt field renamed, an unknown one
 * removed, a wrong value left out or filled in. Only for finding further errors.
 * @returns null when a place can't be mended; `pointers` are the places that were changed
 */
export function repairDocument(
  source: unknown,
  issues: readonly Issue[],
  schema: Schema,
): { readonly value: unknown; readonly pointers: readonly string[] } | null {
  const count = issues.reduce((sum, one) => sum + (one.code === "unrecognized_keys" ? one.keys.length : 1), 0);
  if (count > mostIssues) return null;
  const root = { value: structuredClone(source) };
  const pointers: string[] = [];
  for (const issue of issues) {
    const places = issue.code === "unrecognized_keys" ? renames(issue.path, issue.keys, schema, root.value) : null;
    if (places !== null) {
      for (const { from, to } of places) {
        const moved = valueAt(root.value, from);
        write(root, from, undefined);
        if (to !== null) write(root, to, moved);
        pointers.push(toPointer(from));
      }
      continue;
    }
    if (!mend(root, issue, schema)) return null;
    pointers.push(toPointer(issue.path));
  }
  return { value: root.value, pointers };
}

function renames(
  path: Path,
  keys: readonly string[],
  schema: Schema,
  value: unknown,
): { from: Path; to: Path | null }[] {
  const node = findSchema(schema, path, value);
  const place = valueAt(value, path);
  const absent = (node === null ? [] : fieldsOf(node, place)).filter((one) => valueAt(place, [one]) === undefined);
  return keys.map((key) => {
    const near = closestWord(key, absent);
    return { from: [...path, key], to: near === null ? null : [...path, near] };
  });
}

function mend(root: { value: unknown }, { code, path }: Issue, schema: Schema): boolean {
  if (code === "invalid_key") return write(root, path, undefined);
  const found = valueAt(root.value, path);
  const parent = findSchema(schema, path.slice(0, -1), root.value);
  const told = parent === null ? null : discriminatorOf(parent);
  if (told !== null && told.name === path.at(-1)) {
    const meant = typeof found === "string" ? closestWord(found, told.values) : null;
    return meant !== null && write(root, path, meant);
  }
  const node = findSchema(schema, path, root.value);
  if (node === null) return false;
  const filler = [undefined, suggestValue(node, found), ...choicesOf(node), ...fillers].find((one) => fits(node, one));
  return fits(node, filler) && write(root, path, filler);
}

function choicesOf(schema: Schema): readonly unknown[] {
  const def = definitionOf(schema);
  return def.type === "enum" ? Object.values(def.entries) : [];
}

/** @param value undefined removes the member */
function write(root: { value: unknown }, path: Path, value: unknown): boolean {
  const key = path.at(-1);
  const parent = valueAt(root.value, path.slice(0, -1));
  if (key === undefined || typeof parent !== "object" || parent === null) return false;
  if (value === undefined && Array.isArray(parent)) return false;
  if (value === undefined) Reflect.deleteProperty(parent, key);
  else Object.defineProperty(parent, key, { value, configurable: true, enumerable: true, writable: true });
  return true;
}
