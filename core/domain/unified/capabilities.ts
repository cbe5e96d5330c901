import type { FieldMapping, ListEndpoint, ModelMapping, UnifiedMappings } from "./mapping-schema.ts";
import { allModels } from "./models.ts";

export type Operation = "list" | "get" | "create" | "update" | "delete";

export interface FieldCapability {
  /** Whether a record can have it; where not, it is always null. */
  readonly read: boolean;
  readonly create: boolean;
  readonly update: boolean;
}

/** What can be done with a model at one provider. */
export interface ModelCapabilities {
  readonly category: string;
  readonly model: string;
  readonly operations: readonly Operation[];
  readonly fields: Readonly<Record<string, FieldCapability>>;
  readonly customFields: Readonly<Record<string, FieldCapability>>;
  /** Which a list can be narrowed by, each alone at least. */
  readonly filters: readonly string[];
  readonly sorts: readonly string[];
  /** The most records of a page; null: there is no list. */
  readonly maxLimit: number | null;
}

/** What a mapping can do, for each model that it has. */
export function capabilitiesOf(unified: UnifiedMappings | undefined): ModelCapabilities[] {
  return allModels.flatMap((model) => {
    const mapping = mappingOf(unified, model);
    if (mapping === null) return [];
    const { endpoints, fields, customFields } = mapping;
    const lists = [endpoints.list, endpoints.search].filter((one) => one !== undefined);
    const of = (found: FieldMapping | undefined): FieldCapability => fieldCapability(mapping, found);
    return [
      {
        category: model.category,
        model: model.name,
        operations: operationsOf(mapping),
        fields: Object.fromEntries(Object.keys(model.fields).map((name) => [name, of(fields[name])])),
        customFields: Object.fromEntries(Object.entries(customFields).map(([name, one]) => [name, of(one)])),
        filters: unique(lists, (one) => one.filters, Object.keys(model.filters)),
        sorts: unique(lists, (one) => Object.keys(one.sort), model.sorts),
        maxLimit: lists.length === 0 ? null : Math.max(...lists.map((one) => one.maxLimit)),
      },
    ];
  });
}

/** @returns null: there is none, or a stored document has it under a model that is not there */
export function mappingOf(
  unified: UnifiedMappings | undefined,
  { category, name }: { readonly category: string; readonly name: string },
): ModelMapping | null {
  const models = (unified as Readonly<Record<string, Readonly<Record<string, ModelMapping>>>> | undefined)?.[category];
  return models?.[name] ?? null;
}

function operationsOf({ endpoints: { list, search, get, create, update, delete: remove } }: ModelMapping): Operation[] {
  return [
    ...(list === undefined && search === undefined ? [] : (["list"] as const)),
    ...(get === undefined ? [] : (["get"] as const)),
    ...(create === undefined ? [] : (["create"] as const)),
    ...(update === undefined ? [] : (["update"] as const)),
    ...(remove === undefined ? [] : (["delete"] as const)),
  ];
}

/** Whether a field can be written by an operation. */
export function isWritable(mapping: FieldMapping | undefined, operation: "create" | "update"): boolean {
  if (mapping?.write === undefined) return false;
  return mapping.writeOn === undefined || mapping.writeOn === operation;
}

function fieldCapability({ endpoints }: ModelMapping, found: FieldMapping | undefined): FieldCapability {
  return {
    read: found?.read !== undefined,
    create: endpoints.create !== undefined && isWritable(found, "create"),
    update: endpoints.update !== undefined && isWritable(found, "update"),
  };
}

function unique(
  lists: readonly ListEndpoint[],
  of: (endpoint: ListEndpoint) => readonly string[],
  order: readonly string[],
): string[] {
  return order.filter((one) => lists.some((endpoint) => of(endpoint).includes(one)));
}
