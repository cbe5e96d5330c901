import { coreOf, findSchema, type Schema } from "./find-schema.ts";
import { documentStructureSchema, type IntegrationDocument } from "./integration-document.ts";
import { canonicalJson } from "./overrides.ts";
import { z } from "zod";

type Part = Readonly<Record<string, unknown>>;

/**
 * The document with nothing that goes without saying: what is left out is what the schema puts there by itself. For people who read
 * it, or go on from it; parsed, it is the same document.
 */
export function shortenDocument(document: IntegrationDocument): Part {
  const short = shorten(document, documentStructureSchema);
  const parsed = documentStructureSchema.safeParse(short);
  // Each part was looked at by itself; that the whole means the same is seen on the whole.
  return parsed.success && canonicalJson(parsed.data) === canonicalJson(document) ? short : { ...document };
}

/** By its own schema alone, which is a fraction of the work: what a schema puts into a part depends on nothing outside of it. */
function shorten(part: Part, schema: Schema): Part {
  const whole = canonicalJson(part);
  const core = coreOf(schema);
  let left: Part = part;
  for (const name of Object.keys(part)) {
    const { [name]: value, ...without } = left;
    const parsed = z.core.safeParse(core, without);
    if (parsed.success && canonicalJson(parsed.data) === whole) left = without;
    else if (isRecord(value)) {
      // Lists stay as they are: an entry is no default of its own.
      const inner = findSchema(schema, [name], part);
      if (inner !== null) left = { ...left, [name]: shorten(value, inner) };
    }
  }
  return left;
}

function isRecord(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
