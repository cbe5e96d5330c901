import type { ExternalAccount } from "../account/account.ts";

/**
 * What a browser brought for a link with session binding (R93), while nobody has said yet that it was the right person's. In memory
 * only; at rest it is one sealed value.
 */
export type HeldAnswer =
  /** An authorization response (RFC 6749 §4.1.2) whose state, browser and issuer were right. Never exchanged so far. */
  | { readonly kind: "code"; readonly code: string | null; readonly parameters: Readonly<Record<string, string>> }
  /** What was typed into a form, and worked when it was tried. */
  | {
      readonly kind: "typed";
      readonly fields: Readonly<Record<string, string>>;
      readonly externalAccount: ExternalAccount | null;
    };

export function encodeHeldAnswer(answer: HeldAnswer): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(answer));
}

/** @throws SyntaxError when the bytes are not what encodeHeldAnswer made; authenticated encryption rules that out. */
export function decodeHeldAnswer(bytes: Uint8Array): HeldAnswer {
  return JSON.parse(new TextDecoder().decode(bytes)) as HeldAnswer;
}
