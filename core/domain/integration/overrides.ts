import type { FieldError } from "../problem/domain-error.ts";
import { DomainError } from "../problem/domain-error.ts";
import { toPointer } from "../text/scan-json.ts";
import { documentFaults } from "./document-faults.ts";
import { documentStructureSchema, type IntegrationDocument } from "./integration-document.ts";
import { overrideRefusal, type OverrideLevel } from "./overridable-fields.ts";
import { readDocument } from "./read-document.ts";

/**
 * What one level lays over the integration document (R64): a sparse piece of it, of the same structure. Merged field by field; a
 * list is one field, and replaced whole. Kept without nulls and without empty objects.
 */
export interface Overrides {
  readonly [field: string]: unknown;
}

export const noOverrides: Overrides = {};

/** Every single field of a piece of a document, with its JSON Pointer. */
export function leavesOf(value: unknown, path: readonly string[] = []): [pointer: string, value: unknown][] {
  if (!isRecord(value)) return path.length === 0 ? [] : [[toPointer([...path]), value]];
  return Object.entries(value).flatMap(([key, one]) => leavesOf(one, [...path, key]));
}

/** RFC 7396 §2: null takes away, and what is absent stays. Nothing is left that says nothing. */
export function patchOverrides(present: Overrides, patch: Overrides): Overrides {
  const patched = Object.entries(patch).map(([key, value]): [string, unknown] => {
    if (!isRecord(value)) return [key, value];
    const before = Object.hasOwn(present, key) ? present[key] : undefined;
    return [key, patchOverrides(isRecord(before) ? before : {}, value)];
  });
  const all = [...Object.entries(present).filter(([key]) => !Object.hasOwn(patch, key)), ...patched];
  return Object.fromEntries(all.filter(([, value]) => value !== null && !(isRecord(value) && isEmpty(value))));
}

function mergeValues(below: unknown, above: unknown): unknown {
  if (!isRecord(below) || !isRecord(above)) return above;
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(
    keys.map((key) => [key, Object.hasOwn(above, key) ? mergeValues(below[key], above[key]) : below[key]]),
  );
}

export interface Overlaid {
  /** The one below where the overrides don't fit it. */
  readonly document: IntegrationDocument;
  readonly errors: readonly FieldError[];
}

/** Parsing costs more than everything else of it; the documents of a process are few, and live long. */
const overlaid = new WeakMap<IntegrationDocument, Map<string, Overlaid>>();
/** Some KB each, for one document; the one that was not used for longest goes. */
const mostKept = 5000;

/**
 * The document with overrides over it. It breaks no rule that the document alone keeps; what the document breaks itself (it was
 * stored before the rule came) is not the overrides' fault. Whether they may be given is checkOverrides' question.
 */
export function overlay(document: IntegrationDocument, overrides: Overrides): Overlaid {
  if (isEmpty(overrides)) return { document, errors: [] };
  const known = overlaid.get(document) ?? new Map<string, Overlaid>();
  overlaid.set(document, known);
  const key = canonicalJson(overrides);
  const found = known.get(key);
  const made = found ?? lay(document, overrides);
  known.delete(key);
  known.set(key, made);
  if (known.size > mostKept) known.delete(known.keys().next().value ?? key);
  return made;
}

function lay(document: IntegrationDocument, overrides: Overrides): Overlaid {
  const merged = mergeValues(document, overrides);
  const parsed = documentStructureSchema.safeParse(merged);
  if (!parsed.success) {
    const read = readDocument(merged);
    return { document, errors: read.kind === "faulty" ? read.errors : [] };
  }
  const own = new Set(faultsOf(document).map(wordOf));
  const errors = faultsOf(parsed.data).filter((one) => !own.has(wordOf(one)));
  return errors.length > 0 ? { document, errors } : { document: parsed.data, errors };
}

function faultsOf(document: IntegrationDocument): FieldError[] {
  return documentFaults(document).map(({ path, message }) => ({ pointer: toPointer(path), detail: message }));
}

const wordOf = ({ pointer, detail }: FieldError): string => `${pointer} ${detail}`;

const mostErrors = 50;

/** Why overrides can't stand at their level, each with its pointer into the body that carries them as `overrides`. */
export function checkOverrides(
  document: IntegrationDocument,
  overrides: Overrides,
  level: OverrideLevel,
): readonly FieldError[] {
  const leaves = leavesOf(overrides).map(([pointer]) => pointer);
  const refused = leaves.flatMap((pointer) => {
    const detail = overrideRefusal(pointer, level);
    return detail === null ? [] : [{ pointer: `/overrides${pointer}`, detail }];
  });
  if (refused.length > 0) return refused.slice(0, mostErrors);
  if (canonicalJson(overrides).length > mostCharacters) {
    return [{ pointer: "/overrides", detail: `expected at most ${mostCharacters} characters of JSON` }];
  }
  return overlay(document, overrides).errors.map(({ pointer, detail }) => {
    const isGiven = leaves.some((leaf) => `${leaf}/`.startsWith(`${pointer}/`) || pointer.startsWith(`${leaf}/`));
    return isGiven
      ? { pointer: `/overrides${pointer}`, detail }
      : { pointer: "/overrides", detail: `${pointer}: ${detail}` };
  });
}

/**
 * What a level's overrides are once patches are laid over them, one after the other.
 * @param document what the level lies over
 * @throws DomainError invalid_request naming each field that can't be overridden, or is not as it should be
 */
export function changeOverrides(
  document: IntegrationDocument,
  present: Overrides,
  patches: readonly Overrides[],
  level: OverrideLevel,
): Overrides {
  if (patches.some((patch) => isDeeperThan(patch, mostDepth))) {
    const errors = [
      { pointer: "/overrides", detail: `expected a piece of the document, at most ${mostDepth} levels deep` },
    ];
    throw new DomainError("invalid_request", { detail: "The overrides are not valid.", errors });
  }
  const next = patches.reduce(patchOverrides, present);
  const errors = checkOverrides(document, next, level);
  if (errors.length > 0) throw new DomainError("invalid_request", { detail: "The overrides are not valid.", errors });
  return next;
}

export interface UnfitOverrides {
  readonly level: OverrideLevel;
  /** With pointers into the document. */
  readonly errors: readonly FieldError[];
}

/** What lies over a definition already, and would not fit this one; null: all of it does. */
export function findUnfit(
  definition: IntegrationDocument,
  environment: Overrides,
  accounts: readonly Overrides[],
): UnfitOverrides | null {
  const { document, errors } = overlay(definition, environment);
  if (errors.length > 0) return { level: "environment", errors };
  for (const account of accounts) {
    const laid = overlay(document, account);
    if (laid.errors.length > 0) return { level: "account", errors: laid.errors };
  }
  return null;
}

/** The fields that two pieces have not in common, as pointers: what a change touched. */
export function changedFields(before: Overrides, after: Overrides): string[] {
  const word = (overrides: Overrides) =>
    new Map(leavesOf(overrides).map(([pointer, value]) => [pointer, canonicalJson(value)]));
  const [one, other] = [word(before), word(after)];
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((pointer) => one.get(pointer) !== other.get(pointer))
    .toSorted();
}

/** The same text for the same value, in whichever order its names come: the database keeps its own. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    isRecord(one) ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))) : one,
  );
}

/** Deeper than any field of the document: what follows goes down by itself, as deep as it is told. */
const mostDepth = 12;

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((one) => isDeeperThan(one, depth - 1));
}

/** An account's row is read with every use; what is laid over a document is small. */
const mostCharacters = 20_000;

function isEmpty(value: Overrides): boolean {
  return Object.keys(value).length === 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
