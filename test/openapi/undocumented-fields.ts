import { resolve, type OpenApiDocument, type Schema } from "#api/openapi/openapi-types";
import { propertiesOf } from "./operations.ts";
import { pointerOf } from "./validators.ts";

/** Fields of an answer that its schema does not name (JSON Schema itself lets them pass). */
export function undocumentedFields(
  document: OpenApiDocument,
  given: Schema,
  value: unknown,
  at: readonly string[] = [],
): string[] {
  if (value === null || typeof value !== "object") return [];
  const schema = resolve<Schema>(document, given);
  const choices = (schema.anyOf ?? schema.oneOf)?.filter((one) => one.type !== "null");
  if (choices !== undefined) {
    const each = choices.map((one) => undocumentedFields(document, one, value, at));
    return each.reduce((least, one) => (one.length < least.length ? one : least));
  }
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    return value.flatMap((one, index) => undocumentedFields(document, items, one, [...at, String(index)]));
  }
  const { additionalProperties: others } = schema;
  const known = propertiesOf(document, schema);
  return Object.entries(value).flatMap(([name, one]) => {
    const property = known[name] ?? (typeof others === "object" ? others : undefined);
    if (property !== undefined) return undocumentedFields(document, property, one, [...at, name]);
    // Without named fields it says nothing about them, as for a free value.
    return others === true || Object.keys(known).length === 0 ? [] : [pointerOf(...at, name)];
  });
}
