/** Characters; it travels in an address. */
export const longestCursor = 6_000;

/** Where a list goes on. */
export type ListPosition =
  | { readonly kind: "parameter"; readonly name: string; readonly value: string }
  /** Below the integration's base address. */
  | { readonly kind: "address"; readonly path: string; readonly query: string | null }
  /** What the endpoint's expressions read as `cursor`. */
  | { readonly kind: "state"; readonly value: unknown };

export interface CursorContent {
  readonly endpoint: "list" | "search";
  readonly position: ListPosition;
  /** A page's place is counted in pages of this size. */
  readonly limit: number;
}

/** What a cursor is good for: one list of one account, narrowed and sorted as it was. */
export interface CursorScope {
  readonly environmentId: string;
  readonly accountId: string;
  readonly category: string;
  readonly model: string;
  readonly filters: Readonly<Record<string, string>>;
  readonly sort: string | null;
}

type Sign = (text: string) => Uint8Array;

/**
 * A cursor names an address at the provider, and whoever may list records may not ask for any address: so it is signed, and good
 * for its own list alone.
 */
export function encodeListCursor(scope: CursorScope, content: CursorContent, sign: Sign): string {
  const text = JSON.stringify(content);
  return Buffer.concat([signatureOf(scope, text, sign), Buffer.from(text)]).toString("base64url");
}

/** @returns null when it is none of ours, or another list's */
export function decodeListCursor(scope: CursorScope, cursor: string, sign: Sign): CursorContent | null {
  const bytes = Buffer.from(cursor, "base64url");
  const text = bytes.subarray(signatureBytes).toString("utf8");
  const expected = signatureOf(scope, text, sign);
  const given = bytes.subarray(0, signatureBytes);
  if (given.length !== signatureBytes || !isSame(given, expected)) return null;
  return JSON.parse(text) as CursorContent;
}

const signatureBytes = 16;

function signatureOf(scope: CursorScope, text: string, sign: Sign): Uint8Array {
  const filters = Object.entries(scope.filters).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { environmentId, accountId, category, model, sort } = scope;
  return sign(JSON.stringify([environmentId, accountId, category, model, filters, sort, text])).subarray(
    0,
    signatureBytes,
  );
}

/** In the same time, wherever they differ. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.reduce((difference, byte, index) => difference | (byte ^ (other[index] ?? 0)), 0) === 0;
}
