import type { FieldError } from "../problem/domain-error.ts";
import { findPlace, lineAndColumn, scanJson } from "../text/scan-json.ts";
import type { IntegrationDocument } from "./integration-document.ts";
import { readDocument } from "./read-document.ts";

/** An error and where it stands in the text; what is missing is told where it is missing. Lines and columns from 1. */
export interface TextError extends FieldError {
  readonly line: number;
  readonly column: number;
}

export type DocumentTextRead =
  | { readonly kind: "document"; readonly document: IntegrationDocument }
  | { readonly kind: "faulty"; readonly errors: readonly TextError[] };

export const repeatedMember = "stands here a second time, and only the last one would count; remove one of them";

/**
 * An integration document from its JSON text, or everything that is wrong with it, in the order of the text.
 *
 * @param name that it has where the text says none; null: it must say one
 */
export function readDocumentText(source: string, name: string | null = null): DocumentTextRead {
  const text = plain(source);
  const scan = scanJson(text);
  if (scan.kind === "fault") {
    const detail = `this is no JSON: ${scan.detail}`;
    return { kind: "faulty", errors: [{ pointer: "", detail, ...lineAndColumn(text, scan.at) }] };
  }
  const read = readDocument(name === null ? scan.value : named(scan.value, name));
  if (read.kind === "document" && scan.repeated.length === 0) return read;
  const repeated = scan.repeated.map(({ pointer, at }) => ({
    pointer,
    detail: repeatedMember,
    at,
  }));
  const errors = read.kind === "document" ? [] : read.errors;
  const placed = [...errors.map((one) => ({ ...one, at: findPlace(scan.places, one.pointer) })), ...repeated];
  return {
    kind: "faulty",
    errors: placed
      .toSorted((one, other) => one.at - other.at)
      .map(({ pointer, detail, at }) => ({ pointer, detail, ...lineAndColumn(text, at) })),
  };
}

/** Errors that were found in what a text says, with their places in it. */
export function placeErrors(source: string, errors: readonly FieldError[]): readonly TextError[] {
  const text = plain(source);
  const scan = scanJson(text);
  const places: JsonPlaces = scan.kind === "json" ? scan.places : new Map();
  return errors
    .map((one) => ({ ...one, at: findPlace(places, one.pointer) }))
    .toSorted((one, other) => one.at - other.at)
    .map(({ pointer, detail, at }) => ({ pointer, detail, ...lineAndColumn(text, at) }));
}

type JsonPlaces = Parameters<typeof findPlace>[0];

/** A byte order mark is what some editors leave at the start of a file. */
function plain(source: string): string {
  return source.replace(/^\uFEFF/, "");
}

/** As PUT /integrations/{name} does it: the name in the address counts where the document has none. */
export function named(value: unknown, name: string): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && !("name" in value) ? { ...value, name } : value;
}
