/** A number in JSON that a double does not hold as it is written, such as an id of 64 bits. Stands for itself when written again. */
export interface RawNumber {
  readonly rawJSON: string;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
/** As the language has them (ECMAScript, JSON.parse source text access), and our compiler's library has not yet. */
const exactJson = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/** Fewer digits than this in a row, and every number is a double. */
const longNumber = /\d{16}|\d\.\d*\d{15}|\d[eE]/;

/**
 * What `JSON.parse` makes of a text, but for numbers that it would change: those stay as they are written.
 * @param parsed what it made of it, which most texts need no second look for
 */
export function parseExactly(text: string, parsed: unknown): unknown {
  if (!longNumber.test(text)) return parsed;
  return exactJson.parse(text, (_, value, { source }) =>
    typeof value === "number" && source !== undefined && String(value) !== source ? exactJson.rawJSON(source) : value,
  );
}

/** The text of what stands for one parameter; null: it is none. */
export function numberText(value: unknown): string | null {
  if (exactJson.isRawJSON(value)) return value.rawJSON;
  return typeof value === "number" ? String(value) : null;
}

/** The same with whole numbers that no double holds as texts: ids of 64 bits, for whoever reads them with doubles alone. */
export function longNumbersAsText(text: string, parsed: unknown): unknown {
  if (!longNumber.test(text)) return parsed;
  return exactJson.parse(text, (_, value, { source }) =>
    typeof value === "number" && source !== undefined && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
      ? source
      : value,
  );
}
