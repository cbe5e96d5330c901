import type { FieldError } from "../problem/domain-error.ts";
import { matchesPattern } from "../text/match-pattern.ts";
import { isTypedFormat, type TypedFormat } from "../credential/typed-credential.ts";
import type { IntegrationDocument } from "./integration-document.ts";
import type { CredentialField } from "./key-schemas.ts";

/** A definition whose credentials are typed by the end user, or imported. */
export type TypedDocument = IntegrationDocument & { readonly credentials: { readonly format: TypedFormat } };

export function isTypedDocument(document: IntegrationDocument): document is TypedDocument {
  return isTypedFormat(document.credentials.format);
}

/** What is typed, in the order in which it is asked for. A basic user name is shown while it is typed, its password is not. */
export function credentialFieldsOf({ credentials }: TypedDocument): readonly CredentialField[] {
  if (credentials.format !== "basic") return credentials.config.fields;
  const { username, password } = credentials.config;
  return [
    { name: "username", ...username, secret: false },
    ...(password === null ? [] : [{ name: "password", ...password, secret: true }]),
  ];
}

/** A pattern takes a time that grows with the text; so longer ones get none. */
const longest = { withPattern: 4096, withoutPattern: 16_384 } as const;

/**
 * Checks what was given against what the document declares: every field is needed, none besides. White space around a value comes
 * from copying and goes, except in a basic password.
 *
 * @param pointer where the fields stand in the request, e.g. /credentials/api_key
 */
export function checkCredentialFields(
  document: TypedDocument,
  given: Readonly<Record<string, string>>,
  pointer: string,
): { readonly fields: Readonly<Record<string, string>>; readonly errors: readonly FieldError[] } {
  const declared = credentialFieldsOf(document);
  const fields: Record<string, string> = {};
  const errors: FieldError[] = [];
  for (const field of declared) {
    const typed = Object.hasOwn(given, field.name) ? (given[field.name] ?? "") : "";
    const isAsTyped = document.credentials.format === "basic" && field.name === "password";
    const value = isAsTyped ? typed : typed.trim();
    const found = faultOf(field, value) ?? colonFault(document, field, value);
    if (found === null) fields[field.name] = value;
    else errors.push({ pointer: `${pointer}/${field.name}`, ...found });
  }
  for (const name of Object.keys(given)) {
    if (declared.some((field) => field.name === name)) continue;
    const names = declared.map((field) => field.name).join(", ");
    const detail = `is no credential of this integration; leave it out (expected: ${names})`;
    errors.push({ pointer: `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, detail });
  }
  return { fields, errors };
}

/** RFC 7617 §2: the first colon ends the user name, so one that holds a colon would arrive as another. */
function colonFault({ authorization }: TypedDocument, { name, label }: CredentialField, value: string): Found | null {
  const isInUserName = authorization.format === "basic" && authorization.config.username.includes(`{${name}}`);
  return isInUserName && value.includes(":") ? { fault: "colon", detail: `${label} must not hold a colon` } : null;
}

type Found = Required<Pick<FieldError, "fault" | "detail">>;

function faultOf({ label, example, pattern }: CredentialField, value: string): Found | null {
  if (value === "") return { fault: "missing", detail: `${label} is needed` };
  // Whatever it is sent in, a header or a line, would end there.
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    return { fault: "one_line", detail: `${label} must be one line, without control characters` };
  }
  const limit = pattern === undefined ? longest.withoutPattern : longest.withPattern;
  if (value.length > limit) return { fault: "too_long", detail: `${label} must have at most ${limit} characters` };
  if (pattern === undefined || matchesPattern(pattern, value)) return null;
  const such = example === undefined ? "" : `, for example ${example}`;
  return { fault: "form", detail: `${label} does not have the expected form${such}` };
}
