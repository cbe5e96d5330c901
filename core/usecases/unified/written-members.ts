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
  /** The field that it writes, in what is given. */
  readonly field: string;
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
        field: pointer,
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

/**
 * The members of a body that they write; several fields may write one.
 * @throws DomainError unsupported_by_provider naming each field that is null, which its mapping can't write; invalid_request naming one
 * that is too long for it
 */
export async function writtenMembers(
  { ports, inputs, fields }: MappedModel,
  writings: readonly Writing[],
  given: JsonObject,
  bindings: Readonly<Record<string, unknown>>,
): Promise<(readonly [pointer: string, value: unknown])[]> {
  const texts = Object.fromEntries(writings.map(({ text }, index) => [`w${index}`, text]));
  const placeOf = (name: string): readonly string[] => writings[Number(name.slice(1))]?.place ?? [];
  const tooLong = (name: string): DomainError =>
    new DomainError("invalid_request", {
      detail: "The record can't be written as it was given. Nothing was sent.",
      errors: [
        {
          pointer: writings[Number(name.slice(1))]?.field ?? "",
          detail: "is too long for this provider's mapping: 64 kB of JSON at most",
        },
      ],
    });
  const values = await findAll(ports.expressions, placeOf, texts, given, { ...bindings, inputs, fields }, tooLong);
  const silent = new Map<string, boolean>();
  writings.forEach(({ field }, index) => {
    const isSilent = isNullAt(given, field) && !Object.hasOwn(values, `w${index}`);
    silent.set(field, isSilent && (silent.get(field) ?? true));
  });
  const unwritten = [...silent].filter(([, isSilent]) => isSilent).map(([field]) => field);
  if (unwritten.length > 0 && bindings["operation"] === "update") {
    throw new DomainError("unsupported_by_provider", {
      detail: "Some fields can't be cleared through this account's integration. Nothing was sent.",
      errors: unwritten.map((pointer) => ({ pointer, detail: "can't be cleared (null) at this provider" })),
      extensions: { operation: "update" },
    });
  }
  return writings.flatMap(({ pointer }, index) =>
    Object.hasOwn(values, `w${index}`) ? [[pointer, values[`w${index}`]] as const] : [],
  );
}

function isNullAt({ custom_fields: custom, ...own }: JsonObject, pointer: string): boolean {
  const [, first = "", second] = pointer.split("/");
  if (second === undefined) return own[first] === null;
  const name = second.replaceAll("~1", "/").replaceAll("~0", "~");
  return isJsonObject(custom) && custom[name] === null;
}

function ownOf(fields: Readonly<Record<string, FieldMapping>>, name: string): FieldMapping | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
