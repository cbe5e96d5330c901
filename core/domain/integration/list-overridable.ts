import { z } from "zod";
import { toPointer } from "../text/scan-json.ts";
import { findSchema, valueAt } from "./find-schema.ts";
import { documentStructureSchema, type IntegrationDocument } from "./integration-document.ts";
import { overridableFields, type OverrideLevel } from "./overridable-fields.ts";

export interface OverridableField {
  /** Ends in `/*` where any name will do. */
  readonly pointer: string;
  /** What a value must be, as JSON Schema 2020-12. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** What the definition says; undefined: nothing, or there are names. */
  readonly defined: unknown;
}

/**
 * What a level may lay over this very definition, in the order of the list: fields that its format does not have are left out, and so are
 * mappings (`/unified/…`), whose fields are as many as models and providers have: they are shown by model.
 */
export function listOverridable(definition: IntegrationDocument, level: OverrideLevel): readonly OverridableField[] {
  return Object.entries(overridableFields).flatMap(([pattern, levels]) => {
    const path = pattern.slice(1).split("/");
    if (path[0] === "unified") return [];
    // An override can't bring the whole API: where it is, is not overridable.
    if (!levels.includes(level) || (path[0] === "api" && definition.api === undefined)) return [];
    const schema = findSchema(documentStructureSchema, path, definition);
    if (schema === null) return [];
    const { $schema: _, ...told } = z.toJSONSchema(schema, { io: "input", target: "draft-2020-12" });
    return [{ pointer: toPointer(path), schema: told, defined: valueAt(definition, path) }];
  });
}
