import { z } from "zod";
import { baseAddressOf } from "../../domain/integration/api-request.ts";
import { DomainError, type FieldError } from "../../domain/problem/domain-error.ts";
import { nextTarget } from "../../domain/proxy/next-target.ts";
import { joinProxyTarget } from "../../domain/proxy/proxy-target.ts";
import { toPointer } from "../../domain/text/scan-json.ts";
import type { JsonObject } from "../../domain/unified/json-object.ts";
import type { EndpointName, ListEndpoint } from "../../domain/unified/mapping-schema.ts";
import { writeSchema } from "../../domain/unified/model.ts";
import type { ListPosition } from "../../domain/unified/unified-cursor.ts";
import { readyCall, type ReadyCall } from "./call-endpoint.ts";
import { paginationOf, readyPage, type Paged } from "./list-records.ts";
import { faultsOf, noEndpoint } from "./trial-faults.ts";
import type { RequestTrial, TrialFault } from "./try-mapping.ts";
import type { MappedModel } from "./with-mapping.ts";
import { writingsOf, writtenMembers } from "./written-members.ts";

const id = z.string().min(1).max(255);

const wish = z.strictObject({
  limit: z.number().int().min(1).max(200).default(50),
  filters: z.record(z.string(), z.string()).default({}),
  sort: z
    .strictObject({ field: z.string(), descending: z.boolean().default(false) })
    .nullable()
    .default(null),
  cursor: z.unknown().optional(),
});

interface TriedRequest {
  readonly faults: readonly TrialFault[];
  readonly request: RequestTrial | null;
}

/**
 * What would be sent for what a caller gives: `{id}`, `{limit, filters, sort, cursor}`, or fields of the record, with its `id` for an
 * update, and as `current` what the provider holds of it where the mapping reads that first.
 */
export async function tryRequest(mapped: MappedModel, name: EndpointName, given: JsonObject): Promise<TriedRequest> {
  const read = readGiven(mapped, name, given);
  if (read.length > 0) return { faults: read.map((one) => ({ ...one, part: "given" })), request: null };
  try {
    const ready = await readyOf(mapped, name, given);
    if (ready === null) return { faults: [noEndpoint(name)], request: null };
    const { method, target, body } = ready;
    const { path, query } = target;
    return { faults: [], request: { method, path, query, body: body === null ? null : (JSON.parse(body) as unknown) } };
  } catch (error) {
    return { faults: faultsOf(mapped, error), request: null };
  }
}

function readGiven({ call: { model }, mapping }: MappedModel, name: EndpointName, given: JsonObject): FieldError[] {
  if (name === "list" || name === "search") return readWish(mapping.endpoints[name], given);
  const schema = {
    get: z.strictObject({ id }),
    delete: z.strictObject({ id }),
    create: writeSchema(model),
    update: writeSchema(model).extend({
      id,
      ...(mapping.endpoints.update?.readsFirst === true ? { current: z.unknown().optional() } : {}),
    }),
  }[name];
  return issuesOf(schema.safeParse(given));
}

function readWish(endpoint: ListEndpoint | undefined, given: JsonObject): FieldError[] {
  const parsed = wish.safeParse(given);
  if (!parsed.success) return issuesOf(parsed);
  const { filters, sort } = parsed.data;
  const cant = "can't be done by this endpoint: the mapping does not list it";
  return [
    ...Object.keys(filters)
      .filter((one) => endpoint?.filters.includes(one) !== true)
      .map((one) => ({ pointer: toPointer(["filters", one]), detail: cant })),
    ...(sort === null || Object.hasOwn(endpoint?.sort ?? {}, sort.field)
      ? []
      : [{ pointer: "/sort/field", detail: cant }]),
  ];
}

function issuesOf({ error }: { readonly error?: z.ZodError | undefined }): FieldError[] {
  return (error?.issues ?? []).map(({ path, message }) => ({ pointer: toPointer(path), detail: message }));
}

/** @returns null: the mapping has no such endpoint */
async function readyOf(mapped: MappedModel, name: EndpointName, given: JsonObject): Promise<ReadyCall | null> {
  const { endpoints } = mapped.mapping;
  switch (name) {
    case "list":
    case "search": {
      const endpoint = endpoints[name];
      if (endpoint === undefined) return null;
      const pagination = paginationOf(mapped, { name, endpoint });
      const { cursor, ...wanted } = wish.parse(given);
      const asked = { ...wanted, limit: Math.min(wanted.limit, endpoint.maxLimit) };
      const first = await readyPage(mapped, { name, endpoint }, asked, pagination, null);
      const position = positionOf(mapped, first, pagination, cursor);
      return position === null ? first : await readyPage(mapped, { name, endpoint }, asked, pagination, position);
    }
    case "create":
    case "update": {
      const endpoint = endpoints[name];
      if (endpoint === undefined) return null;
      const { id: of, current, ...record } = given;
      const writings = writingsOf(mapped, record, name);
      const bindings = { operation: name, ...(current === undefined ? {} : { current }) };
      const members = await writtenMembers(mapped, writings, record, bindings);
      const asked = name === "update" ? { ...record, id: of } : record;
      return await readyCall(mapped, { ...endpoint, name }, asked, members, bindings);
    }
    case "get":
    case "delete": {
      const endpoint = endpoints[name];
      if (endpoint === undefined) return null;
      return await readyCall(mapped, { ...endpoint, name }, given);
    }
  }
}

/** @throws DomainError invalid_request where the cursor is an address that a call would not follow */
function positionOf(
  { document, inputs, fields }: MappedModel,
  { target }: ReadyCall,
  pagination: Paged,
  cursor: unknown,
): ListPosition | null {
  if (cursor === undefined || cursor === null) return null;
  if (pagination.type === "state") return { kind: "state", value: cursor };
  const value = typeof cursor === "string" ? cursor : JSON.stringify(cursor);
  if ("parameter" in pagination) return { kind: "parameter", name: pagination.parameter, value };
  const base = baseAddressOf(document.api?.baseUrl ?? "", { inputs, fields, credentials: {} });
  const joined = base === null ? null : joinProxyTarget(base, target);
  const next = { kind: "address", url: value } as const;
  const address = joined === null ? null : nextTarget(target, joined, next, { parameters: [], values: [] });
  if (address !== null) return { kind: "address", ...address };
  throw new DomainError("invalid_request", {
    detail: "The cursor is not followed.",
    errors: [{ pointer: "cursor", detail: `is no address below ${base ?? "api.baseUrl, which is not known"}` }],
  });
}
