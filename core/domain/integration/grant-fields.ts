import { DomainError, type FieldError } from "../problem/domain-error.ts";
import { matchesPattern } from "../text/match-pattern.ts";
import { oauthConfigOf, type IntegrationDocument } from "./integration-document.ts";
import type { GrantField } from "./oauth-schema.ts";

/** What came with a grant, by the names that the definition gave it. No secrets. */
export type GrantFields = Readonly<Record<string, string>>;

const longestValue = 500;

export function grantFieldsOf(document: Pick<IntegrationDocument, "credentials">): readonly GrantField[] {
  return oauthConfigOf(document)?.fields ?? [];
}

/** @returns the text that is kept; null when there is nothing, or the whole of it is not as the pattern says */
export function acceptField(field: Pick<GrantField, "pattern">, value: unknown): string | null {
  const text = typeof value === "number" || typeof value === "boolean" ? String(value) : value;
  if (typeof text !== "string" || text === "" || text.length > longestValue || !text.isWellFormed()) return null;
  // Dot segments would leave their place in a path, and control characters the line that they stand in.
  // eslint-disable-next-line no-control-regex
  if (text === "." || text === ".." || /[\u0000-\u001f\u007f]/.test(text)) return null;
  return field.pattern === undefined || matchesPattern(field.pattern, text) ? text : null;
}

/**
 * What is kept on an account and still as the definition says. A pattern says which hosts may be named: a value that was kept
 * under another one must not lead credentials elsewhere (invariant 12).
 */
export function validFields(document: Pick<IntegrationDocument, "credentials">, kept: GrantFields): GrantFields {
  return Object.fromEntries(
    grantFieldsOf(document).flatMap((field) => {
      const value = Object.hasOwn(kept, field.name) ? acceptField(field, kept[field.name]) : null;
      return value === null ? [] : [[field.name, value]];
    }),
  );
}

/** The fields without which an account is of no use. */
export function missingFields(document: Pick<IntegrationDocument, "credentials">, fields: GrantFields): string[] {
  return grantFieldsOf(document)
    .filter((field) => field.required && !Object.hasOwn(fields, field.name))
    .map((field) => field.name);
}

/**
 * Checks the fields that an import brings. Where it brings tokens, those that a template names must be there, since no callback and
 * no identity will bring them; the others are captured with the next answer that does.
 *
 * @throws DomainError invalid_request naming each wrong field
 */
export function checkFields(document: IntegrationDocument, given: GrantFields): GrantFields {
  const errors: FieldError[] = [];
  const declared = grantFieldsOf(document);
  const text = document.credentials.format === "oauth2" ? JSON.stringify(document) : "";
  for (const field of declared) {
    const pointer = `/fields/${field.name}`;
    const isGiven = Object.hasOwn(given, field.name) && given[field.name] !== "";
    if (isGiven && acceptField(field, given[field.name]) === null) {
      errors.push({ pointer, detail: "does not have the form that the integration's definition expects" });
    } else if (!isGiven && field.required && text.includes(`{${field.name}}`)) {
      errors.push({
        pointer,
        detail: "is needed: the integration's definition names it in an address, a header or a parameter",
      });
    }
  }
  for (const name of Object.keys(given)) {
    if (declared.some((field) => field.name === name)) continue;
    errors.push({ pointer: `/fields/${name}`, detail: "is no field of this integration; leave it out" });
  }
  if (errors.length > 0) throw new DomainError("invalid_request", { detail: "Some fields need another look.", errors });
  return validFields(document, given);
}
