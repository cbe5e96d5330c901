import { isJsonObject, type JsonObject } from "./json-object.ts";
import type { Model, ModelField } from "./model.ts";

export interface ReadRecord {
  /** As the model's schema has it: every field there, null where nothing is known. */
  readonly record: JsonObject;
  /** Pointers of what a mapping found and the model can't hold; null stands there. */
  readonly unfit: readonly string[];
}

/**
 * A record of the model of what a mapping's expressions found.
 * @param found own fields by their names
 * @param custom further ones
 */
export function readRecord(
  model: Model,
  found: Readonly<Record<string, unknown>>,
  custom: Readonly<Record<string, unknown>>,
): ReadRecord {
  const unfit: string[] = [];
  const record = readMembers(model.fields, found, "", unfit);
  return { record: { ...record, custom_fields: { ...custom } }, unfit };
}

function readMembers(
  fields: Model["fields"],
  found: Readonly<Record<string, unknown>>,
  at: string,
  unfit: string[],
): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, readValue(field, found[name], `${at}/${name}`, unfit)]),
  );
}

function readValue(field: ModelField, value: unknown, at: string, unfit: string[]): unknown {
  if (value === undefined || value === null) return null;
  const read = valueOfKind(field, value, at, unfit);
  if (read === undefined) unfit.push(at);
  return read ?? null;
}

/** @returns undefined where the value is none of the kind; null where it says nothing */
function valueOfKind(field: ModelField, value: unknown, at: string, unfit: string[]): unknown {
  switch (field.kind) {
    case "id":
    case "text":
      return readText(value);
    case "number":
      return readNumber(value);
    case "timestamp":
      return readTimestamp(value);
    case "date":
      return readDate(value);
    case "choice":
      if (value === "") return null;
      return field.choices?.includes(value as string) === true ? value : undefined;
    case "texts":
      return listOf(value).flatMap((one) => readText(one) ?? []);
    case "object": {
      if (!isJsonObject(value)) return undefined;
      const read = readMembers(field.members ?? {}, value, at, unfit);
      return isEmpty(read) ? null : read;
    }
    case "objects":
      return listOf(value)
        .filter(isJsonObject)
        .map((one) => readMembers(field.members ?? {}, one, at, unfit))
        .filter((one) => !isEmpty(one));
  }
}

/** What an expression finds once, it yields alone. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isEmpty(record: JsonObject): boolean {
  return Object.values(record).every((one) => one === null);
}

function readText(value: unknown): string | null | undefined {
  if (typeof value === "string") return value === "" ? null : value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function readNumber(value: unknown): number | null | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  if (value.trim() === "") return null;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(value.trim()) ? Number(value) : undefined;
}

/** RFC 3339 and what is near it: a space for the T, an offset without its colon, no offset (UTC is meant), a date alone. */
const instant = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

function readTimestamp(value: unknown): string | null | undefined {
  if (value === "") return null;
  const [, day, time = "00:00:00", offset = "Z"] = typeof value === "string" ? (instant.exec(value) ?? []) : [];
  if (day === undefined) return undefined;
  const zone = /^[+-]\d{2}$/.test(offset) ? `${offset}:00` : offset.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  const at = new Date(`${day}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** Of an instant the day that it is written with. `0000-00-00` is how some say that there is none. */
function readDate(value: unknown): string | null | undefined {
  if (value === "" || value === "0000-00-00") return null;
  const [, day] = typeof value === "string" ? (instant.exec(value) ?? []) : [];
  if (day === undefined) return undefined;
  // A day that no month has would roll over.
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day) ? day : undefined;
}
