import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { OpenApiDocument } from "#api/openapi/openapi-types";

export type Validators = {
  /** Null: the value fits the schema at this JSON Pointer of the document; otherwise what does not. */
  fault(pointer: string, value: unknown): string | null;
};

/** Validates values against schemas of the document, where they stand (JSON Schema 2020-12, formats included). */
export function createValidators(document: OpenApiDocument): Validators {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, "openapi");
  const compiled = new Map<string, ValidateFunction>();
  return {
    fault(pointer, value) {
      let validate = compiled.get(pointer);
      if (validate === undefined) {
        validate = ajv.compile({ $ref: `openapi#${pointer.replaceAll("{", "%7B").replaceAll("}", "%7D")}` });
        compiled.set(pointer, validate);
      }
      return validate(value) ? null : ajv.errorsText(validate.errors);
    },
  };
}

/** A JSON Pointer of these parts. */
export function pointerOf(...parts: readonly string[]): string {
  return parts.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
