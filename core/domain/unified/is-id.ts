import type { IdShape } from "./mapping-schema.ts";

const forms: Readonly<Record<IdShape["form"], RegExp>> = {
  // None begins with 0, which names something else at some providers: whoever connected, say.
  digits: /^[1-9][0-9]*$/,
  letters_and_digits: /^[A-Za-z0-9]+$/,
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  any: /^/,
};

/** Whether it may be an id of a record at a provider. @param shape absent: anything may */
export function isId(text: string, shape: IdShape | undefined): boolean {
  if (shape === undefined) return true;
  return forms[shape.form].test(text) && (shape.lengths?.includes(text.length) ?? true);
}
