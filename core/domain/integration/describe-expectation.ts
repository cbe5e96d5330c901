import { z } from "zod";
import { coreOf, definitionOf, discriminatorOf, isNullable, type Schema } from "./find-schema.ts";

/** Given to zod in place of its own words, so that messages of our schemas can be told from them. */
export const raw = "";

/** An object of more fields is not explained in passing. */
const mostFields = 6;

/** What a place takes, in words that follow "expected": `one of header, body, none`, `a whole number from 1 to 25`. */
export function describeExpectation(schema: Schema): string {
  const words = wordsOf(schema);
  return isNullable(schema) && words !== "anything" ? `${words}, or null` : words;
}

function wordsOf(schema: Schema): string {
  const def = definitionOf(schema);
  switch (def.type) {
    case "string":
      return ownWords(coreOf(schema)) ?? textWords(coreOf(schema));
    case "number":
      return numberWords(coreOf(schema));
    case "boolean":
      return "true or false";
    case "enum":
      return listWords(Object.values(def.entries).map(String));
    case "literal":
      return listWords(def.values.map(String));
    case "array":
      return `a list, each entry ${wordsOf(def.element)}`;
    case "tuple":
      return `a list of ${def.items.length}, each ${def.items[0] === undefined ? "anything" : wordsOf(def.items[0])}`;
    case "object": {
      const fields = Object.keys(def.shape);
      return fields.length > mostFields ? "an object" : `an object with ${fields.join(", ")}`;
    }
    case "record":
      return `an object of names, each with ${wordsOf(def.valueType)}`;
    case "union": {
      const told = discriminatorOf(schema);
      if (told !== null) return `an object whose ${told.name} is ${listWords(told.values)}`;
      return [...new Set(def.options.map(wordsOf))].join(", or ");
    }
    default:
      return "anything";
  }
}

export function listWords(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? "") : `one of ${values.join(", ")}`;
}

/** What the schema itself says to a text that it refuses, without "expected"; null where it leaves that to zod. */
function ownWords(schema: Schema): string | null {
  for (const wrong of ["", " ", "\u0000"]) {
    const parsed = z.core.safeParse(schema, wrong, { error: () => raw });
    const message = parsed.success ? raw : (parsed.error.issues[0]?.message ?? raw);
    if (message !== raw) return message.replace(/^expected /, "");
  }
  return null;
}

function textWords(schema: Schema): string {
  const { format } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return format === "uri" ? "an address such as https://example.com/docs" : "a text";
}

function numberWords(schema: Schema): string {
  const { type, minimum, maximum } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const noun = type === "integer" ? "a whole number" : "a number";
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (minimum !== undefined && isBounded) return `${noun} from ${minimum} to ${maximum}`;
  if (minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER) return `${noun}, at least ${minimum}`;
  return isBounded ? `${noun}, at most ${maximum}` : noun;
}
