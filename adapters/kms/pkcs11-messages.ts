/** What goes between the process that asks and the one that holds the library. */
export interface Pkcs11Start {
  readonly module: string;
  readonly slot: { readonly label: string } | { readonly index: number };
  readonly pin: string;
}

export interface Pkcs11Request {
  readonly id: number;
  /** `generate`: another key beside the labelled one; the answer's bytes are its label. */
  readonly operation: "encrypt" | "decrypt" | "generate";
  readonly label: string;
  readonly aad: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * `pin`: it was refused, and must not be tried again, since tokens lock themselves. Of a key that was to be made alone: `denied`,
 * `unsupported`, and `unknown` where it may have been made.
 */
export interface Pkcs11Failure {
  readonly kind: "again" | "unavailable" | "pin" | "denied" | "unsupported" | "unknown";
  readonly internal: string;
  /** Label of a key that was made, does not serve, and could not be removed. */
  readonly left?: string;
}

export type Pkcs11Answer =
  | { readonly id: number; readonly kind: "bytes"; readonly bytes: Uint8Array | null }
  | { readonly id: number; readonly kind: "failed"; readonly failure: Pkcs11Failure };
