import type { GrantFields } from "../integration/grant-fields.ts";
import { decodeTokenSet, encodeTokenSet, type TokenSet } from "../token/token-set.ts";

/**
 * What a code was exchanged for, while the person has not said yet that it is the right account (R93). In memory only; at rest it is
 * one sealed value of the connect session.
 */
export interface HeldGrant {
  /** Without the secrets of a client that the account brought itself: those are read when it is kept. */
  readonly tokenSet: TokenSet;
  readonly fields: GrantFields;
  /** The client that the account brought itself, and that the code was given to; null: its environment's. */
  readonly clientId: string | null;
  /** When the token request left, and how it was answered. */
  readonly asked: { readonly at: Date; readonly httpStatus: number };
}

export function encodeHeldGrant({ tokenSet, fields, clientId, asked }: HeldGrant): Uint8Array {
  const tokens = encodeTokenSet(tokenSet);
  const text = new TextDecoder().decode(tokens);
  tokens.fill(0);
  return new TextEncoder().encode(
    JSON.stringify({
      token_set: text,
      fields,
      client_id: clientId,
      asked_at: asked.at.getTime(),
      status: asked.httpStatus,
    }),
  );
}

/** @throws SyntaxError or TypeError when the bytes are not what encodeHeldGrant made; authenticated encryption rules that out. */
export function decodeHeldGrant(bytes: Uint8Array): HeldGrant {
  const raw = JSON.parse(new TextDecoder().decode(bytes)) as {
    token_set: string;
    fields: Record<string, string>;
    client_id: string | null;
    asked_at: number;
    status: number;
  };
  return {
    tokenSet: decodeTokenSet(new TextEncoder().encode(raw.token_set)),
    fields: raw.fields,
    clientId: raw.client_id,
    asked: { at: new Date(raw.asked_at), httpStatus: raw.status },
  };
}
