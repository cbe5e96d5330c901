import { z } from "zod";

/** What a field of a model holds. `text` and the like are null where nothing is known; a list is null where the provider has none. */
export type FieldKind = "id" | "text" | "number" | "timestamp" | "date" | "choice" | "object" | "texts" | "objects";

/** One field of a model, the same for every provider. */
export interface ModelField {
  readonly kind: FieldKind;
  readonly description: string;
  readonly example: unknown;
  /** Of a `choice`: the words of our own. */
  readonly choices?: readonly string[];
  /** Of an `object`, or each of `objects`: its members. */
  readonly members?: Readonly<Record<string, ModelField>>;
  /** The provider's alone: no caller may write it. */
  readonly isReadOnly?: boolean;
}

/** What a list may be narrowed by. */
export interface ModelFilter {
  readonly kind: "id" | "text" | "timestamp" | "choice";
  readonly description: string;
  readonly example: string;
  readonly choices?: readonly string[];
}

export interface Model {
  readonly category: string;
  readonly name: string;
  /** One of them, for texts. */
  readonly singular: string;
  readonly description: string;
  readonly fields: Readonly<Record<string, ModelField>>;
  readonly filters: Readonly<Record<string, ModelFilter>>;
  /** Fields that a list may be sorted by. */
  readonly sorts: readonly string[];
}

const field =
  (kind: FieldKind) =>
  (description: string, example: unknown): ModelField => ({ kind, description, example });

export const id = field("id");
export const text = field("text");
export const number = field("number");
export const timestamp = field("timestamp");
export const date = field("date");
export const texts = field("texts");

export function choice(choices: readonly string[], description: string, example: string): ModelField {
  return { kind: "choice", description, example, choices };
}

export function object(members: Model["fields"], description: string): ModelField {
  return { kind: "object", description, example: exampleOf(members), members };
}

export function objects(members: Model["fields"], description: string): ModelField {
  return { kind: "objects", description, example: [exampleOf(members)], members };
}

export function readOnly(one: ModelField): ModelField {
  return { ...one, isReadOnly: true };
}

function exampleOf(members: Model["fields"]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).map(([name, { example }]) => [name, example]));
}

/** Every model has these. */
export const identity = { id: readOnly(id("The provider's id of it.", "151")) };
export const times = {
  created_at: readOnly(timestamp("When it was made.", "2026-03-04T09:30:00.000Z")),
  updated_at: readOnly(timestamp("When anything of it changed last.", "2026-11-20T10:00:00.000Z")),
};
export const address = object(
  {
    street: text("Street and number, in one text.", "25 First Street"),
    city: text("City.", "Cambridge"),
    state: text("State, province or region.", "MA"),
    postal_code: text("Postal code.", "02141"),
    country: text("Country, as the provider writes it.", "United States"),
  },
  "Where it is.",
);
export const phones = objects(
  {
    number: text("As the provider has it.", "+1 555 0100"),
    kind: text("What it is for, in the provider's word or ours: work, mobile, home, fax.", "work"),
  },
  "Telephone numbers, the main one first.",
);
export const emails = objects(
  {
    address: text("The address.", "ada@example.com"),
    kind: text("What it is for: work, home, other.", "work"),
  },
  "E-mail addresses, the main one first.",
);
/** Filters that several models share. */
export const sinceFilters = {
  updated_after: {
    kind: "timestamp",
    description: "Changed at this instant or later.",
    example: "2026-11-01T00:00:00Z",
  },
  created_after: {
    kind: "timestamp",
    description: "Made at this instant or later.",
    example: "2026-11-01T00:00:00Z",
  },
} as const satisfies Model["filters"];

/** Puts a field's description into its schema; the API's own adds an example. */
export type Describe = (schema: z.ZodType, field: Pick<ModelField, "description" | "example">) => z.ZodType;

const plainly: Describe = (schema, { description }) => schema.describe(description);

const customFields = {
  description: "What the mapping has besides the model, by the names that it gives.",
  example: { plan: "enterprise" },
};

/** The record as a zod schema: every field there, null where the provider lacks it. */
export function recordSchema(model: Model, describe: Describe = plainly): z.ZodObject {
  const custom = describe(z.record(z.string(), z.unknown()), customFields);
  return z.object({ ...shapeOf(model.fields, { isWritten: false, describe }), custom_fields: custom });
}

/** What a caller may write: any of the fields that are not the provider's alone, null to clear one. */
export function writeSchema(model: Model, describe: Describe = plainly): z.ZodObject {
  const writable = Object.fromEntries(Object.entries(model.fields).filter(([, one]) => one.isReadOnly !== true));
  const shape = Object.entries(shapeOf(writable, { isWritten: true, describe }));
  const custom = describe(z.record(z.string().max(100), z.unknown()).optional(), customFields);
  return z.strictObject({
    ...Object.fromEntries(shape.map(([name, one]) => [name, one.optional()])),
    custom_fields: custom,
  });
}

interface Shaping {
  readonly isWritten: boolean;
  readonly describe: Describe;
}

function shapeOf(fields: Model["fields"], shaping: Shaping): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, one]) => [name, shaping.describe(schemaOfKind(one, shaping).nullable(), one)]),
  );
}

const longestText = 65_536;
const mostEntries = 100;

function schemaOfKind({ kind, choices = [], members = {} }: ModelField, shaping: Shaping): z.ZodType {
  const { isWritten } = shaping;
  const longText = isWritten ? z.string().max(longestText) : z.string();
  const shape = shapeOf(members, shaping);
  // What is not given of a member is not there; what is not known is null.
  const entry = isWritten ? z.strictObject(shape).partial() : z.object(shape);
  switch (kind) {
    case "id":
      return isWritten ? z.string().min(1).max(255) : z.string();
    case "text":
      return longText;
    case "number":
      return z.number();
    case "timestamp":
      return isWritten ? z.iso.datetime({ offset: true }) : z.string();
    case "date":
      return isWritten ? z.iso.date() : z.string();
    case "choice":
      return z.enum(choices);
    case "object":
      return entry;
    case "texts":
      return isWritten ? z.array(z.string().max(255)).max(mostEntries) : z.array(z.string());
    case "objects":
      return isWritten ? z.array(entry).max(mostEntries) : z.array(entry);
  }
}
