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

/** An integration document from its JSON text, or everything that is wrong with it, in the order of the text. */
export function readDocumentText(source: string): DocumentTextRead {
  // A byte order mark is what some editors leave at the start of a file.
  const text = source.replace(/^\uFEFF/, "");
  const scan = scanJson(text);
  if (scan.kind === "fault") {
    const detail = `this is no JSON: ${scan.detail}`;
    return { kind: "faulty", errors: [{ pointer: "", detail, ...lineAndColumn(text, scan.at) }] };
  }
  const read = readDocument(scan.value);
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
