import { withoutClient, type IntegrationDocument } from "../integration/integration-document.ts";
import { readDocument } from "../integration/read-document.ts";
import type { FieldError } from "../problem/domain-error.ts";
import { toPointer } from "../text/scan-json.ts";
import { mappingOf } from "./capabilities.ts";
import type { ModelMapping } from "./mapping-schema.ts";
import type { Model } from "./model.ts";

export type MappingRead =
  | { readonly kind: "mapping"; readonly mapping: ModelMapping; readonly document: IntegrationDocument }
  | { readonly kind: "faulty"; readonly errors: readonly FieldError[] };

/**
 * A mapping of one model as if it stood in this definition, in the place of what stands there.
 * @returns pointers into the mapping; of what is wrong elsewhere in the definition, the empty one
 */
export function readMapping(
  definition: IntegrationDocument,
  { category, name }: Pick<Model, "category" | "name">,
  source: unknown,
): MappingRead {
  const read = readDocument({ ...withoutClient(definition), unified: { [category]: { [name]: source } } });
  if (read.kind === "document") {
    const mapping = mappingOf(read.document.unified, { category, name });
    if (mapping !== null) return { kind: "mapping", mapping, document: read.document };
    return { kind: "faulty", errors: [{ pointer: "", detail: "expected a mapping, found nothing" }] };
  }
  const at = toPointer(["unified", category, name]);
  return {
    kind: "faulty",
    errors: read.errors.map(({ pointer, detail }) =>
      pointer === at || pointer.startsWith(`${at}/`)
        ? { pointer: pointer.slice(at.length), detail }
        : { pointer: "", detail: `${pointer} of the definition: ${detail}` },
    ),
  };
}
