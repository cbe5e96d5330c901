// The fields of the integration document, from its JSON Schema: each that holds a value of its own, under one name. Members of a
// map and entries of a list are `*`; where the document has several shapes, the shape stands in brackets:
// /credentials(oauth2)/config/auth/tokenHost.

export type JsonSchema = {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema | boolean;
  prefixItems?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  const?: unknown;
  type?: string;
};

/** Every leaf that the schema knows. */
export function schemaLeaves(schema: JsonSchema, leaf = ""): string[] {
  const alternatives = alternativesOf(schema);
  if (alternatives !== null) {
    return unique(
      alternatives.flatMap((one) =>
        withDiscriminator(leaf, one, alternatives, schemaLeaves(one, leaf + tagOf(one, alternatives))),
      ),
    );
  }
  const inner = innerOf(schema);
  if (inner.length === 0) return [leaf];
  return unique(inner.flatMap(([name, one]) => schemaLeaves(one, `${leaf}/${name}`)));
}

/** The leaves that a document sets: JSON Pointer → leaf. */
export function leavesOf(schema: JsonSchema, value: unknown, pointer = "", leaf = ""): Map<string, string> {
  if (value === null) return new Map();
  const alternatives = alternativesOf(schema);
  if (alternatives !== null) {
    const chosen = alternatives.find((one) => isMeant(one, value));
    if (chosen === undefined) throw new Error(`${pointer} is none of the shapes that the schema knows`);
    const found = leavesOf(chosen, value, pointer, leaf + tagOf(chosen, alternatives));
    const name = discriminatorOf(alternatives);
    if (name !== null && found.has(`${pointer}/${name}`)) found.set(`${pointer}/${name}`, `${leaf}/${name}`);
    return found;
  }
  if (innerOf(schema).length === 0 || typeof value !== "object") return new Map([[pointer, leaf]]);
  const leaves = new Map<string, string>();
  for (const [key, one] of Object.entries(value)) {
    if (one === undefined) continue;
    const [name, inner] = memberOf(schema, key) ?? [];
    if (name === undefined || inner === undefined) throw new Error(`the schema has no ${pointer}/${key}`);
    const below = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    for (const [at, found] of leavesOf(inner, one, below, `${leaf}/${name}`)) leaves.set(at, found);
  }
  return leaves;
}

/** Null is no value: where a field may be null, it is the other shape that somebody must read. */
function alternativesOf(schema: JsonSchema): JsonSchema[] | null {
  const all = schema.oneOf ?? schema.anyOf;
  return all === undefined ? null : all.filter((one) => one.type !== "null");
}

function innerOf(schema: JsonSchema): [name: string, schema: JsonSchema][] {
  const { properties = {}, additionalProperties, items, prefixItems } = schema;
  const inner: [string, JsonSchema][] = Object.entries(properties);
  if (typeof additionalProperties === "object" && Object.keys(additionalProperties).length > 0)
    inner.push(["*", additionalProperties]);
  if (typeof items === "object") inner.push(["*", items]);
  for (const one of prefixItems ?? []) inner.push(["*", one]);
  return inner;
}

function memberOf(schema: JsonSchema, key: string): [name: string, schema: JsonSchema] | null {
  const own = schema.properties?.[key];
  if (own !== undefined) return [key, own];
  const other = innerOf(schema).find(([name]) => name === "*");
  return other ?? null;
}

/** The member whose constant tells the shapes apart; null where only their types differ. */
function discriminatorOf(alternatives: JsonSchema[]): string | null {
  const constants = Object.entries(alternatives.at(-1)?.properties ?? {}).filter(([, one]) => one.const !== undefined);
  return constants[0]?.[0] ?? null;
}

/** Two formats of one shape count as one: the first. */
function tagOf(schema: JsonSchema, alternatives: JsonSchema[]): string {
  const name = discriminatorOf(alternatives);
  if (name === null) return "";
  const shape = (one: JsonSchema): string => JSON.stringify({ ...one.properties, [name]: null });
  const first = alternatives.find((one) => shape(one) === shape(schema)) ?? schema;
  return `(${String(first.properties?.[name]?.const)})`;
}

/** What tells the shapes apart is one field, whatever the shape. */
function withDiscriminator(leaf: string, schema: JsonSchema, alternatives: JsonSchema[], leaves: string[]): string[] {
  const name = discriminatorOf(alternatives);
  const tagged = `${leaf}${tagOf(schema, alternatives)}/${name}`;
  return leaves.map((one) => (name !== null && one === tagged ? `${leaf}/${name}` : one));
}

function isMeant(schema: JsonSchema, value: unknown): boolean {
  const constants = Object.entries(schema.properties ?? {}).filter(([, one]) => one.const !== undefined);
  if (constants.length > 0) {
    return constants.every(
      ([name, one]) => ((value as Record<string, unknown> | null)?.[name] ?? one.const) === one.const,
    );
  }
  if (Array.isArray(value)) return schema.type === "array";
  if (typeof value === "number") return schema.type === "number" || schema.type === "integer";
  return schema.type === typeof value;
}

function unique(all: string[]): string[] {
  return [...new Set(all)];
}
