import { z } from "zod";

/** A schema of zod, whatever it is of. */
export type Schema = z.core.$ZodType;
type Definition = z.core.$ZodTypes["_zod"]["def"];

/** The schema below optional, default and nullable: what a value that is there must be. */
export function coreOf(schema: Schema): Schema {
  const definition = ownDefinition(schema);
  switch (definition.type) {
    case "optional":
    case "default":
    case "prefault":
    case "nullable":
      return coreOf(definition.innerType);
    default:
      return schema;
  }
}

/** What the core of a schema is made of. */
export function definitionOf(schema: Schema): Definition {
  return ownDefinition(coreOf(schema));
}

function ownDefinition(schema: Schema): Definition {
  // eslint-disable-next-line no-underscore-dangle -- where zod keeps it, for programs that walk schemas
  return (schema as z.core.$ZodTypes)._zod.def;
}

export function isNullable(schema: Schema): boolean {
  return fits(schema, null);
}

export function isOptional(schema: Schema): boolean {
  return fits(schema, undefined);
}

export function fits(schema: Schema, value: unknown): boolean {
  return z.core.safeParse(schema, value).success;
}

/** The schema of a place in a value; null where it knows none. Where there are alternatives, the value says which one counts. */
export function findSchema(schema: Schema, path: readonly PropertyKey[], value: unknown): Schema | null {
  let at: Schema | null = schema;
  let found = value;
  for (const key of path) {
    at = at === null ? null : step(at, key, found);
    found = memberOf(found, key);
  }
  return at;
}

/** What stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(memberOf, value);
}

/** The names that an object may carry at this place; empty where any name will do. */
export function fieldsOf(schema: Schema, value: unknown): string[] {
  const definition = definitionOf(schema);
  if (definition.type === "object") return Object.keys(definition.shape);
  const option = definition.type === "union" ? optionOf(definition, value) : null;
  return option === null ? [] : fieldsOf(option, value);
}

/** The member that tells the alternatives of this place apart, and its values; null where none does. */
export function discriminatorOf(schema: Schema): { readonly name: string; readonly values: readonly string[] } | null {
  const definition = definitionOf(schema);
  const name = discriminatorName(definition);
  if (name === null || definition.type !== "union") return null;
  return { name, values: definition.options.flatMap((option) => literals(option, name)) };
}

/** Every place below this one where an object may carry a field of that name, as paths of the objects. */
export function placesOfField(schema: Schema, field: string, value: unknown): string[][] {
  const definition = definitionOf(schema);
  if (definition.type === "union") {
    const option = optionOf(definition, value);
    return option === null ? [] : placesOfField(option, field, value);
  }
  // Entries of lists and maps have no names of their own that could be told.
  if (definition.type !== "object") return [];
  const below = Object.entries(definition.shape).flatMap(([key, one]) =>
    placesOfField(one, field, memberOf(value, key)).map((path) => [key, ...path]),
  );
  return Object.hasOwn(definition.shape, field) ? [[], ...below] : below;
}

function step(schema: Schema, key: PropertyKey, value: unknown): Schema | null {
  const definition = definitionOf(schema);
  switch (definition.type) {
    case "object":
      return Object.hasOwn(definition.shape, key) ? (definition.shape[String(key)] ?? null) : null;
    case "record":
      return definition.valueType;
    case "array":
      return definition.element;
    case "tuple":
      return definition.items[Number(key)] ?? definition.rest;
    case "union": {
      const option = optionOf(definition, value);
      if (option !== null) return step(option, key, value);
      // The member that should have told them apart is the same in all of them but for its values.
      const [first] = definition.options;
      return discriminatorName(definition) === key && first !== undefined ? step(first, key, value) : null;
    }
    default:
      return null;
  }
}

type UnionDefinition = Definition & { readonly type: "union" };

/** The alternative that a value means: by its discriminator, otherwise by its type. */
function optionOf(definition: UnionDefinition, value: unknown): Schema | null {
  const name = discriminatorName(definition);
  if (name === null) return definition.options.find((option) => isOfType(option, value)) ?? null;
  const told = memberOf(value, name);
  return definition.options.find((option) => literals(option, name).some((one) => one === told)) ?? null;
}

function discriminatorName(definition: Definition): string | null {
  const isTold = definition.type === "union" && "discriminator" in definition;
  return isTold && typeof definition.discriminator === "string" ? definition.discriminator : null;
}

function literals(option: Schema, name: string): string[] {
  const member = step(option, name, undefined);
  const definition = member === null ? null : definitionOf(member);
  return definition?.type === "literal" ? definition.values.filter((one) => typeof one === "string") : [];
}

function isOfType(schema: Schema, value: unknown): boolean {
  const { type } = definitionOf(schema);
  if (Array.isArray(value)) return type === "array" || type === "tuple";
  if (typeof value === "object" && value !== null) return type === "object" || type === "record";
  return type === typeof value;
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<PropertyKey, unknown>)[key];
}
