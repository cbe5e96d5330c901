import { DomainError } from "#core/domain/problem/domain-error";
import type { SealLocation } from "#core/domain/sealing/envelope";
import type { Vault } from "#core/usecases/vault";

/** What the simulation reads out of a sealed value, which nobody else can. */
export interface SealedText {
  readonly location: SealLocation;
  readonly text: string;
}

/**
 * Binds a value to its place like the real vault and spends data keys like it, without the arithmetic: ten thousand runs seal a
 * few hundred thousand values. That the real one binds too is shown beside it.
 */
export function createSimulatedVault(): Vault {
  return {
    async prepare() {
      return { kid: "k1", wrapped: new Uint8Array(), key: Uint8Array.of(1) };
    },
    seal(dataKey, location, plaintext) {
      if (dataKey.key[0] !== 1) throw new Error("a data key was used twice");
      dataKey.key.fill(0);
      const text = Buffer.from(plaintext).toString("utf8");
      return { kid: dataKey.kid, sealed: Buffer.from(JSON.stringify({ location, text } satisfies SealedText)) };
    },
    // There is one key.
    rewrap: async (_environmentId, sealed) => ({ kid: "k1", sealed }),
    async open(location, sealed) {
      const value = readSealed(sealed);
      if (nameOf(value.location) !== nameOf(location)) {
        throw new DomainError("sealed_value_invalid", { detail: "A stored value does not open." });
      }
      return Buffer.from(value.text);
    },
  };
}

export function readSealed(sealed: Uint8Array): SealedText {
  return JSON.parse(Buffer.from(sealed).toString("utf8")) as SealedText;
}

/** The refresh token inside a sealed token set; null: it holds none. */
export function sealedRefreshToken(sealed: Uint8Array): string | null {
  return (JSON.parse(readSealed(sealed).text) as { readonly refresh_token: string | null }).refresh_token;
}

function nameOf({ environmentId, owner, field, version }: SealLocation): string {
  return JSON.stringify([environmentId, owner, field, version]);
}
