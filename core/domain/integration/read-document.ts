import type { FieldError } from "../problem/domain-error.ts";
import { toPointer } from "../text/scan-json.ts";
import { describeIssues, mostIssues, quietly } from "./describe-issues.ts";
import { documentFaults } from "./document-faults.ts";
import {
  documentStructureSchema,
  integrationDocumentSchema,
  type IntegrationDocument,
} from "./integration-document.ts";
import { repairDocument } from "./repair-document.ts";

export type DocumentRead =
  | { readonly kind: "document"; readonly document: IntegrationDocument }
  | { readonly kind: "faulty"; readonly errors: readonly FieldError[] };

/** Whole rounds of repair: a kind that is misspelt hides what is wrong below it. */
const mostRounds = 4;

/**
 * An integration document, or everything that is wrong with it at once: each error with its JSON Pointer, what was expected,
 * what was found and what to do.
 *
 * A parser stops where it can't go on. So what is broken is replaced by something that fits, in a copy, and the copy is looked at
 * again; errors that the replacement itself brings about are left out.
 */
export function readDocument(source: unknown): DocumentRead {
  const errors: FieldError[] = hiddenMembers(source, "").map((pointer) => ({
    pointer,
    detail: "its name must be another: what bears this one is lost on the way",
  }));
  const whole = integrationDocumentSchema.safeParse(source);
  if (whole.success && errors.length === 0) return { kind: "document", document: whole.data };
  const replaced: string[] = [];
  let copy = source;
  for (let round = 0; round < mostRounds; round += 1) {
    const parsed = documentStructureSchema.safeParse(copy, quietly);
    if (parsed.success) {
      const faults = documentFaults(parsed.data).map(({ path, message }) => ({
        pointer: toPointer(path),
        detail: message,
      }));
      errors.push(...faults.filter((one) => isUntouched(one.pointer, replaced)));
      break;
    }
    const described = describeIssues(parsed.error.issues, documentStructureSchema, copy);
    errors.push(...described.filter((one) => isUntouched(one.pointer, replaced)));
    const repaired = repairDocument(copy, parsed.error.issues, documentStructureSchema);
    if (repaired === null) break;
    copy = repaired.value;
    replaced.push(...repaired.pointers);
  }
  return { kind: "faulty", errors: errors.slice(0, mostIssues) };
}

/** Parsers leave such a member out without a word, since assigning it would change the object itself. */
function hiddenMembers(value: unknown, pointer: string, seen = new Set<unknown>()): string[] {
  if (typeof value !== "object" || value === null || seen.has(value)) return [];
  seen.add(value);
  return Object.entries(value).flatMap(([key, one]: [string, unknown]) => {
    const at = pointer + toPointer([key]);
    return key === "__proto__" ? [at] : hiddenMembers(one, at, seen);
  });
}

/** Names that templates use: where one of them was replaced, that a template names nothing may be the replacement's doing. */
const namesOfTemplates = ["/inputs", "/credentials/config/fields"];

function isUntouched(pointer: string, replaced: readonly string[]): boolean {
  const touches = (one: string): boolean =>
    one === pointer || one.startsWith(`${pointer}/`) || pointer.startsWith(`${one}/`);
  if (replaced.some(touches)) return false;
  const lostNames = replaced.some((one) => namesOfTemplates.some((names) => `${one}/`.startsWith(`${names}/`)));
  return !lostNames;
}
