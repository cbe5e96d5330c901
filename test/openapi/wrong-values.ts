import { resolve, type OpenApiDocument, type Schema } from "#api/openapi/openapi-types";
import { propertiesOf } from "./operations.ts";
import { pointerOf } from "./validators.ts";

const candidates: readonly (readonly [unknown, readonly string[]])[] = [
  [7.5, ["number"]],
  ["no", ["string"]],
  [true, ["boolean"]],
  [[], ["array"]],
  [{}, ["object"]],
];

/** The JSON types that a schema takes; empty: any. */
function typesOf(document: OpenApiDocument, schema: Schema): string[] {
  const solid = resolve<Schema>(document, schema);
  if (solid.type !== undefined) return [solid.type].flat();
  if (solid.enum !== undefined) return solid.enum.map((value) => typeof value);
  const parts = [...(solid.allOf ?? []), ...(solid.anyOf ?? []), ...(solid.oneOf ?? [])];
  return parts.flatMap((one) => typesOf(document, one));
}

/** Of a valid body, one copy for each field that the schema names, with a value of another type there. */
export function* wrongValues(
  document: OpenApiDocument,
  schema: Schema,
  valid: unknown,
  at: readonly string[] = [],
): Generator<{ pointer: string; body: unknown }> {
  for (const [name, property] of Object.entries(propertiesOf(document, schema))) {
    const here = [...at, name];
    const types = typesOf(document, property);
    const wrong = candidates.find(([, kinds]) => !kinds.some((kind) => types.includes(kind)));
    if (types.length > 0 && wrong !== undefined)
      yield { pointer: pointerOf(...here), body: put(valid, here, wrong[0]) };
    yield* wrongValues(document, property, valid, here);
  }
}

function put(value: unknown, [first = "", ...rest]: readonly string[], wrong: unknown): unknown {
  const base = value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
  const inner = rest.length === 0 ? wrong : put((base as Record<string, unknown>)[first], rest, wrong);
  return { ...base, [first]: inner };
}
