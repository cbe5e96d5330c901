import { documentStructureSchema } from "./integration-document.ts";

type Parsed = ReturnType<typeof documentStructureSchema.safeParse>;

/**
 * A document as it was stored, by its structure alone. Before `unified` had a form anything could stand there: what can't be read
 * of it is left out, with all the rest of `unified`, so that its accounts live on.
 */
export function parseStoredDocument(document: unknown): Parsed {
  const whole = documentStructureSchema.safeParse(document);
  if (whole.success || typeof document !== "object" || document === null) return whole;
  if (whole.error.issues.some(({ path }) => path[0] !== "unified")) return whole;
  return documentStructureSchema.safeParse({ ...document, unified: undefined });
}
