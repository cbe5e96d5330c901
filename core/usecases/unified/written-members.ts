import { DomainError, type FieldError } from "../../domain/problem/domain-error.ts";
import { isWritable } from "../../domain/unified/capabilities.ts";
import { isJsonObject, type JsonObject } from "../../domain/unified/json-object.ts";
import type { FieldMapping } from "../../domain/unified/mapping-schema.ts";
import { escapePointer } from "../../domain/text/scan-json.ts";
import { findAll } from "./find-all.ts";
import type { MappedModel } from "./with-mapping.ts";

/** An expression that writes a member of the body. */
export interface Writing {
  readonly pointer: string;
  readonly text: string;
  /** Where it stands in the document. */
  readonly place: readonly string[];
}

/**
 * What writes the fields that are given.
 * @throws DomainError unsupported_by_provider naming each field that can't be written
 */
export function writingsOf(
  { mapping, call }: MappedModel,
  { custom_fields: custom, ...own }: JsonObject,
  operation: "create" | "update",
): Writing[] {
  const at = ["unified", call.model.category, call.model.name];
  const errors: FieldError[] = [];
  const writings = (part: "fields" | "customFields", name: string, pointer: string): Writing[] => {
    const found = ownOf(mapping[part], name);
    if (isWritable(found, operation)) {
      return Object.entries(found?.write ?? {}).map(([to, text]) => ({
        pointer: to,
        text,
        place: [...at, part, name, "write", to],
      }));
    }
    errors.push({ pointer, detail: `can't be written at this provider when a record is ${operation}d` });
    return [];
  };
  const all = [
    ...Object.keys(own).flatMap((name) => writings("fields", name, `/${name}`)),
    ...Object.keys(isJsonObject(custom) ? custom : {}).flatMap((name) =>
      writings("customFields", name, `/custom_fields/${escapePointer(name)}`),
    ),
  ];
  if (errors.length === 0) return all;
  throw new DomainError("unsupported_by_provider", {
    detail: "Some fields can't be written through this account's integration. Nothing was sent; see the capabilities.",
    errors,
    extensions: { operation },
  });
}

/** The members of a body that they write; several fields may write one. */
export async function writtenMembers(
  { ports, inputs, fields }: MappedModel,
  writings: readonly Writing[],
  given: JsonObject,
  bindings: Readonly<Record<string, unknown>>,
): Promise<(readonly [pointer: string, value: unknown])[]> {
  const texts = Object.fromEntries(writings.map(({ text }, index) => [`w${index}`, text]));
  const placeOf = (name: string): readonly string[] => writings[Number(name.slice(1))]?.place ?? [];
  const values = await findAll(ports.expressions, placeOf, texts, given, { ...bindings, inputs, fields });
  return writings.flatMap(({ pointer }, index) =>
    Object.hasOwn(values, `w${index}`) ? [[pointer, values[`w${index}`]] as const] : [],
  );
}

function ownOf(fields: Readonly<Record<string, FieldMapping>>, name: string): FieldMapping | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
