import type { KeyRow } from "./keyed-kms.ts";

/** A key in a KMS under a short name of our own, which stands in every value that it wraps. */
export interface KeyReference {
  readonly id: string;
  /** What the KMS calls it. */
  readonly reference: string;
}

/** How each KMS names a key; the second stands in the message for a name that is none. */
const forms = {
  aws: [
    /^(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key|alias)\/[\w/-]+|alias\/[\w/-]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/,
    "the ARN of a key, a key id or alias/name",
  ],
  google: [
    /^projects\/[^/\s]+\/locations\/[^/\s]+\/keyRings\/[^/\s]+\/cryptoKeys\/[^/\s]+$/,
    "projects/…/locations/…/keyRings/…/cryptoKeys/…, without a version",
  ],
  azure: [
    /^https:\/\/[\w.-]+(?::\d+)?\/keys\/[A-Za-z0-9-]{1,127}(?:\/[0-9a-f]{32})?$/,
    "the address of a key, https://<vault>/keys/<name>, with or without a version",
  ],
  transit: [/^[\w.-]{1,128}$/, "the name of a key"],
  pkcs11: [/^[^\s,](?:[^\r\n,]{0,126}[^\s,])?$/, "the label of a key"],
} as const satisfies Readonly<Record<string, readonly [RegExp, string]>>;

/** A KMS whose keys have names, and whose key material we never see. */
export type RemoteKmsKind = keyof typeof forms;
export const remoteKinds = Object.keys(forms) as readonly RemoteKmsKind[];

/**
 * Reads `kid=reference[,kid=reference…]`: the first wraps, all open.
 * @returns the keys, or in words what is wrong with it
 */
export function parseKeyReferences(text: string, kind: RemoteKmsKind): KeyRow<KeyReference> | string {
  const [form, words] = forms[kind];
  const keys: KeyReference[] = [];
  for (const [index, entry] of text.split(",").entries()) {
    const at = entry.indexOf("=");
    const id = entry.slice(0, at).trim();
    const reference = entry.slice(at + 1).trim();
    if (at < 1 || !/^[A-Za-z0-9._-]{1,64}$/.test(id))
      return `entry ${index + 1} must begin with a name of your own for the key (letters, digits, . _ -, at most 64) and =`;
    if (!form.test(reference)) return `${id} must be ${words}`;
    if (keys.some((one) => one.id === id)) return `the name ${id} stands twice`;
    keys.push({ id, reference });
  }
  const [first, ...rest] = keys;
  return first === undefined ? "names no key" : [first, ...rest];
}
