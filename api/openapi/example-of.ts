import { resolve, type OpenApiDocument, type Schema } from "./openapi-types.ts";

/** A value that shows a schema, composed of the examples of its parts. Undefined: a part has none. */
export function exampleOf(document: OpenApiDocument, schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.examples !== undefined) return schema.examples[0];
  if (schema.$ref !== undefined) return exampleOf(document, resolve<Schema>(document, { $ref: schema.$ref }));
  if (schema.allOf !== undefined) return Object.assign({}, ...schema.allOf.map((one) => exampleOf(document, one)));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined && choices[0] !== undefined) return exampleOf(document, choices[0]);
  if (schema.const !== undefined) return schema.const;
  if (schema.properties !== undefined) {
    const { required = [] } = schema;
    const entries = Object.entries(schema.properties).map(([name, one]) => [name, exampleOf(document, one)] as const);
    return Object.fromEntries(entries.filter(([name, value]) => value !== undefined && required.includes(name)));
  }
  if (schema.items !== undefined) {
    const item = exampleOf(document, schema.items);
    return item === undefined ? [] : [item];
  }
  return undefined;
}
