export interface JsonObject {
  [name: string]: unknown;
}

/** Without a prototype: where names are an author's, `__proto__` among them must not reach what every object inherits. */
export function emptyObject(): JsonObject {
  return Object.create(null) as JsonObject;
}

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
