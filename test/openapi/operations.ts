import { resolve, type OpenApiDocument, type Operation, type Schema } from "#api/openapi/openapi-types";

export type Listed = { path: string; method: string; operation: Operation };

export function listOperations(document: OpenApiDocument): Listed[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

/** The permission that a route needs of a key; null: none. */
export function permissionOf(operation: Operation): string | null {
  return operation.security.find((one) => "apiKey" in one)?.["apiKey"]?.[0] ?? null;
}

export function needsKey(operation: Operation): boolean {
  return operation.security.some((one) => "apiKey" in one);
}

export function bodySchemaOf(operation: Operation): Schema | null {
  return operation.requestBody?.content["application/json"]?.schema ?? null;
}

/** The properties that a schema names, through references and `allOf`. */
export function propertiesOf(document: OpenApiDocument, schema: Schema): Record<string, Schema> {
  const solid = resolve<Schema>(document, schema);
  return Object.assign(
    {},
    ...(solid.allOf ?? []).map((one) => propertiesOf(document, one)),
    solid.properties ?? {},
  ) as Record<string, Schema>;
}
