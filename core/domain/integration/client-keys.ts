import { publicJwk, type PrivateJwk, type PublicJwk, type SigningAlgorithm } from "../jwk/jwk.ts";

/** A key pair that a client signs with (RFC 7523 §2.2). */
export interface ClientKey {
  readonly jwk: PrivateJwk;
  readonly createdAt: Date;
  /** Null: the newest, which has no end. */
  readonly acceptedUntil: Date | null;
}

/** What of it everybody may see. */
export interface PublishedKey {
  readonly jwk: PublicJwk;
  readonly createdAt: Date;
  readonly acceptedUntil: Date | null;
}

/** A key that was replaced stays published, and is still tried, this long: until the provider knows the new one. */
export const keyOverlapSeconds = 7 * 86_400;

export function isInUse(key: { readonly acceptedUntil: Date | null }, now: Date): boolean {
  return key.acceptedUntil === null || key.acceptedUntil > now;
}

/** Whether a client needs a key that it does not have: none yet, another algorithm, or somebody wants a new one. */
export function needsNewKey(
  published: readonly PublishedKey[],
  wish: { readonly algorithm: SigningAlgorithm; readonly rotates: boolean },
): boolean {
  return wish.rotates || published[0]?.jwk["alg"] !== wish.algorithm;
}

/** Newest first. One before it stays for a while: a second rotation ends the one before that. */
export function withNewKey(keys: readonly ClientKey[], jwk: PrivateJwk, now: Date): ClientKey[] {
  const acceptedUntil = new Date(now.getTime() + keyOverlapSeconds * 1000);
  const [newest] = keys;
  return [
    { jwk, createdAt: now, acceptedUntil: null },
    ...(newest === undefined ? [] : [{ ...newest, acceptedUntil }]),
  ];
}

export function publishKey({ jwk, createdAt, acceptedUntil }: ClientKey): PublishedKey {
  return { jwk: publicJwk(jwk), createdAt, acceptedUntil };
}

/** The text that is sealed. */
export function encodeClientKeys(keys: readonly ClientKey[]): string {
  return JSON.stringify(
    keys.map(({ jwk, createdAt, acceptedUntil }) => ({
      jwk,
      created_at: createdAt.getTime(),
      accepted_until: acceptedUntil?.getTime() ?? null,
    })),
  );
}

/** @throws SyntaxError or TypeError when the text is not what encodeClientKeys made; authenticated encryption rules that out. */
export function decodeClientKeys(text: string): ClientKey[] {
  const raw = JSON.parse(text) as { jwk: PrivateJwk; created_at: number; accepted_until: number | null }[];
  return raw.map(({ jwk, created_at, accepted_until }) => ({
    jwk,
    createdAt: new Date(created_at),
    acceptedUntil: accepted_until === null ? null : new Date(accepted_until),
  }));
}
