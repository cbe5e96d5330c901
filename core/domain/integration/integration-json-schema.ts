import { z } from "zod";
import { integrationDocumentSchema } from "./integration-document.ts";

let made: Record<string, unknown> | null = null;

/** The document's schema as JSON Schema 2020-12, for editors and other programs; also integrations/schema.json. */
export function integrationJsonSchema(): Record<string, unknown> {
  made ??= {
    ...z.toJSONSchema(integrationDocumentSchema, { io: "input", target: "draft-2020-12" }),
    title: "Evergrant integration",
  };
  return made;
}
