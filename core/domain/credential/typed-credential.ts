import { Secret } from "../secret/secret.ts";

/** Formats whose credentials an end user types, or a product imports. Nothing of them ends by itself, and nothing renews them. */
export type TypedFormat = "api_key" | "basic" | "custom";

/** What was typed, by the names that the integration document gives its fields. In memory only; at rest it is one sealed value. */
export interface TypedCredential {
  readonly format: TypedFormat;
  readonly fields: Readonly<Record<string, string>>;
}

export function isTypedFormat(format: string): format is TypedFormat {
  return format === "api_key" || format === "basic" || format === "custom";
}

/** How the sealed bytes of typed credentials begin; those of a token set never do. */
const mark = new TextEncoder().encode('{"typed":');

/** The bytes that are sealed, in a form that is never taken for a token set. Canonical: the fields by name. */
export function encodeTypedCredential({ format, fields }: TypedCredential): Uint8Array {
  const sorted = Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return new TextEncoder().encode(JSON.stringify({ typed: { format, fields: Object.fromEntries(sorted) } }));
}

export function isTypedCredential(bytes: Uint8Array): boolean {
  return bytes.length > mark.length && mark.every((byte, index) => bytes[index] === byte);
}

/** @throws SyntaxError or TypeError when the bytes are not what encodeTypedCredential made; authenticated encryption rules that out. */
export function decodeTypedCredential(bytes: Uint8Array): TypedCredential {
  const { typed } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly typed: TypedCredential };
  // They stay texts, since expressions read them; known as secrets they are all the same.
  for (const value of Object.values(typed.fields)) new Secret(value);
  return { format: typed.format, fields: { ...typed.fields } };
}
