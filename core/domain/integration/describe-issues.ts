import type { z } from "zod";
import type { FieldError } from "../problem/domain-error.ts";
import { closestWord } from "../text/closest-word.ts";
import { toPointer } from "../text/scan-json.ts";
import { describeExpectation, listWords, raw } from "./describe-expectation.ts";
import { describeFound, mayBeSecret, quoted } from "./describe-found.ts";
import {
  definitionOf,
  discriminatorOf,
  fieldsOf,
  findSchema,
  fits,
  isOptional,
  placesOfField,
  valueAt,
  type Schema,
} from "./find-schema.ts";
import { suggestValue } from "./suggest-value.ts";

export type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** More than this many help nobody, and describing them takes time that a caller must not be able to take. */
export const mostIssues = 200;

/** How a value is to be parsed for its issues to be described: without zod's own words. */
export const quietly = { error: () => raw } as const;

/**
 * Errors for people: what was expected, what was found and what to do. The words of the schema itself are kept, zod's are not.
 * @param source the whole value that was parsed
 */
export function describeIssues(issues: readonly Issue[], schema: Schema, source: unknown): FieldError[] {
  const scene: Scene = { schema, source };
  const errors = issues.slice(0, mostIssues).flatMap((issue) => describe(issue, scene));
  // One mistake, one error: what a misspelt field was meant to be is not missing besides.
  const meant = new Set(errors.flatMap((one) => one.means ?? []));
  const seen = new Set<string>();
  return errors
    .filter((one) => !(one.isMissing === true && meant.has(one.pointer)))
    .filter(({ pointer, detail }) => !seen.has(`${pointer} ${detail}`) && seen.add(`${pointer} ${detail}`))
    .map(({ pointer, detail, means }) => {
      const isMissing = means !== undefined && errors.some((one) => one.isMissing === true && one.pointer === means);
      return { pointer, detail: isMissing ? detail.replace(/\?$/, ", which is missing?") : detail };
    });
}

interface Scene {
  readonly schema: Schema;
  readonly source: unknown;
}

interface Described extends FieldError {
  readonly isMissing?: boolean;
  /** The pointer of the field that an unknown one was meant to be. */
  readonly means?: string;
}

function describe(issue: Issue, scene: Scene): Described[] {
  const { path } = issue;
  const found = valueAt(scene.source, path);
  const node = findSchema(scene.schema, path, scene.source);
  switch (issue.code) {
    case "unrecognized_keys":
      return unknownFields(path, issue.keys, scene);
    case "invalid_union": {
      const union = findSchema(scene.schema, path.slice(0, -1), scene.source);
      const told = union === null ? null : discriminatorOf(union);
      return told !== null && told.name === path.at(-1)
        ? [oneOf(path, found, told.values)]
        : alternatives(issue, node, scene);
    }
    case "invalid_value":
      return [oneOf(path, found, issue.values.map(String))];
    case "invalid_type":
      return [
        found === undefined
          ? { pointer: toPointer(path), detail: `is missing; expected ${expectation(node)}`, isMissing: true }
          : mismatch(path, found, expectation(node), node),
      ];
    case "invalid_key":
      return [{ pointer: toPointer(path), detail: `its name must be another: expected ${nameWords(issue, scene)}` }];
    case "too_small":
    case "too_big":
      return [mismatch(path, found, sizeWords(issue, found, node) ?? expectation(node), node)];
    case "custom":
    case "invalid_format":
      return [
        issue.message === raw
          ? mismatch(path, found, expectation(node), node)
          : mismatch(path, found, issue.message.replace(/^expected /, ""), node, issue.message.startsWith("expected ")),
      ];
    case "not_multiple_of":
    case "invalid_element":
      return [mismatch(path, found, expectation(node), node)];
  }
}

function expectation(node: Schema | null): string {
  return node === null ? "something else" : describeExpectation(node);
}

/** @param isExpectation false: the words stand for themselves */
function mismatch(path: Path, found: unknown, words: string, node: Schema | null, isExpectation = true): Described {
  const pointer = toPointer(path);
  if (!isExpectation) return { pointer, detail: words };
  const remedy = node === null ? null : remedyOf(path, found, node);
  return {
    pointer,
    detail: `expected ${words}, found ${describeFound(found, path)}${remedy === null ? "" : `; ${remedy}`}`,
  };
}

function remedyOf(path: Path, found: unknown, node: Schema): string | null {
  const isEmpty = found === null || found === "" || (Array.isArray(found) && found.length === 0);
  if (isEmpty) return isOptional(node) ? "leave it out instead" : null;
  // It is fine by itself, and wrong beside something else.
  if (fits(node, found)) return null;
  const better = suggestValue(node, found);
  return better === undefined || mayBeSecret(path) ? null : `did you mean ${quoted(better)}?`;
}

function oneOf(path: Path, found: unknown, values: readonly string[]): Described {
  const pointer = toPointer(path);
  if (found === undefined) return { pointer, detail: `is missing; expected ${listWords(values)}`, isMissing: true };
  const near = typeof found === "string" ? closestWord(found, values) : null;
  const remedy = near === null ? "" : `; did you mean ${quoted(near)}?`;
  return { pointer, detail: `expected ${listWords(values)}, found ${describeFound(found, path)}${remedy}` };
}

/** Several shapes may stand here: the errors of the one that was meant, if its type tells; otherwise all of them in words. */
function alternatives(
  issue: Issue & { readonly code: "invalid_union" },
  node: Schema | null,
  scene: Scene,
): Described[] {
  const inner = issue.errors.find((all) => all.every((one) => one.path.length > 0) && all.length > 0);
  if (inner !== undefined) {
    return inner.flatMap((one) => describe({ ...one, path: [...issue.path, ...one.path] }, scene));
  }
  return [mismatch(issue.path, valueAt(scene.source, issue.path), expectation(node), node)];
}

/** What the names of a map's members must be. */
function nameWords({ path }: Issue, scene: Scene): string {
  const map = findSchema(scene.schema, path.slice(0, -1), scene.source);
  const def = map === null ? null : definitionOf(map);
  const isEmpty = path.at(-1) === "";
  return def?.type === "record" && !isEmpty ? describeExpectation(def.keyType) : "at least 1 character";
}

function sizeWords(
  issue: Issue & { readonly code: "too_small" | "too_big" },
  found: unknown,
  node: Schema | null,
): string | null {
  if (node !== null && definitionOf(node).type === "tuple") return null;
  const isLeast = issue.code === "too_small";
  const bound = Number(issue.code === "too_small" ? issue.minimum : issue.maximum);
  const side = isLeast ? "at least" : "at most";
  switch (issue.origin) {
    case "string":
      return `${side} ${bound} ${bound === 1 ? "character" : "characters"}`;
    case "array":
      return `${side} ${bound} ${bound === 1 ? "entry" : "entries"}`;
    default:
      // A number: its whole range says more than the bound that it broke.
      return typeof found === "number" ? null : `${side} ${bound}`;
  }
}

function unknownFields(path: Path, keys: readonly string[], scene: Scene): Described[] {
  const place = valueAt(scene.source, path);
  const node = findSchema(scene.schema, path, scene.source);
  const kind = node === null ? null : discriminatorOf(node);
  if (kind !== null && valueAt(place, [kind.name]) === undefined)
    return [oneOf([...path, kind.name], undefined, kind.values)];
  const allowed = node === null ? [] : fieldsOf(node, place);
  const absent = allowed.filter((field) => valueAt(place, [field]) === undefined);
  return keys.slice(0, mostIssues).map((key): Described => {
    const pointer = toPointer([...path, key]);
    const near = closestWord(key, absent);
    if (near !== null) {
      return { pointer, detail: `is no field here; did you mean ${near}?`, means: toPointer([...path, near]) };
    }
    const twin = closestWord(key, allowed);
    if (twin !== null) {
      return { pointer, detail: `is no field here; remove it: ${twin}, which it may stand for, is there already` };
    }
    const elsewhere = placesOfField(scene.schema, key, scene.source).filter((one) => one.length > 0);
    const [home] = elsewhere;
    if (home !== undefined && elsewhere.length === 1) {
      return { pointer, detail: `is no field here; it belongs in ${toPointer(home)}` };
    }
    const others = allowed.length === 0 ? "" : `; the fields here are ${allowed.join(", ")}`;
    return { pointer, detail: `is no field here; remove it${others}` };
  });
}
