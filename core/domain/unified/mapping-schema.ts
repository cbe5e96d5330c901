import { z } from "zod";
import { listPaginationSchema } from "../integration/api-schema.ts";
import { expression, path } from "../integration/document-parts.ts";
import { modelNames, unifiedCategories } from "./models.ts";

/**
 * How a provider's API is read and written as models of the unified API (`unified`): endpoints, and JSONata both ways. Everything
 * in it is data of one provider, and lies below the integration's own api.baseUrl.
 */
const pointer = z
  .string()
  .max(300)
  .regex(/^(?:\/(?:[^~/]|~[01])+)+$/, "expected a JSON Pointer such as /properties/email");
const parameterName = z.string().min(1).max(100);
const ownName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, "expected lower case letters, digits and _, at most 64, a letter first");

const written = z
  .record(pointer, expression)
  .describe(
    "Members of the request's body, each by its JSON Pointer (/- at the end: one more entry of a list), with JSONata over what the caller gives as its root, and $operation, $inputs, $fields. What finds nothing is left out.",
  );

const fieldMapping = z.strictObject({
  read: expression
    .optional()
    .describe("JSONata over the provider's record as its root; also $inputs and $fields. Absent: it is null."),
  write: written.optional(),
  writeOn: z
    .enum(["create", "update"])
    .optional()
    .describe("It can be written then only. Absent: by both, where it has write."),
});

const query = z
  .record(parameterName, expression)
  .default({})
  .describe(
    "Parameters of the query. JSONata over what is asked for: {id} or {limit, filters, sort: {field, descending}, cursor}, with $inputs and $fields; 'in quotes' a constant. What finds nothing is left out, of a list each entry is sent.",
  );
const methods = z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]);

const address = {
  path: path
    .regex(/^\/(?!\/)/, "expected a path that begins with one /")
    .describe("Below api.baseUrl; may name {id}, inputs and fields."),
  query,
};

const item = expression
  .optional()
  .describe("JSONata over the body: the record. Absent: the record is read anew by the endpoint get.");

const listEndpoint = z.strictObject({
  ...address,
  method: methods.default("GET").describe("Of the call."),
  body: written.optional().describe("Members of the body, by their JSON Pointers; JSONata over the same as query."),
  maxLimit: z.number().int().min(1).max(1000).default(100).describe("The most records that a page may hold."),
  filters: z
    .array(ownName)
    .max(30)
    .default([])
    .describe("The filters of the model that it can do, which expressions read as filters.<name>."),
  sort: z
    .record(ownName, z.string().min(1).max(200))
    .default({})
    .describe(
      "The fields that it can sort by, with the provider's word for each, which expressions read as sort.field.",
    ),
  pagination: listPaginationSchema
    .optional()
    .describe("How its pages follow each other. Absent: as api.pagination says."),
});

const getEndpoint = z.strictObject({
  ...address,
  method: methods.default("GET").describe("Of the call."),
  item: expression.default("$").describe("JSONata over the body: the record."),
});

const createEndpoint = z.strictObject({
  ...address,
  method: methods.default("POST").describe("Of the call."),
  body: written.optional().describe("Members of the body that are sent besides the fields."),
  item,
  id: expression
    .optional()
    .describe("JSONata over {status, headers, body}: the new record's id, by which it is read where there is no item."),
});

const updateEndpoint = z.strictObject({
  ...address,
  method: methods.default("PATCH").describe("Of the call."),
  body: written.optional().describe("Members of the body that are sent besides the fields."),
  readsFirst: z
    .boolean()
    .default(false)
    .describe(
      "The record is read before, which expressions read as $current: for providers that want its version back.",
    ),
  item,
});

const deleteEndpoint = z.strictObject({
  ...address,
  method: methods.default("DELETE").describe("Of the call."),
});

const idShape = z.strictObject({
  form: z.enum(["digits", "letters_and_digits", "uuid", "any"]).describe("What stands in it; digits: no 0 in front."),
  lengths: z
    .array(z.number().int().min(1).max(255))
    .min(1)
    .max(10)
    .optional()
    .describe("How many characters it has. Absent: any number."),
});

export const modelMappingSchema = z.strictObject({
  ids: idShape
    .optional()
    .describe(
      "What an id at this provider looks like. What a caller gives as one and is none is not found, and nothing is sent: beside its records an API may have other words in the same place (/contacts/describe). Absent: anything may be one.",
    ),
  fields: z
    .record(ownName, fieldMapping)
    .default({})
    .describe("The fields of the model. What is not here is null, and told so by the capabilities."),
  customFields: z
    .record(ownName, fieldMapping)
    .default({})
    .describe("Further ones, which a record has as custom_fields.<name>."),
  endpoints: z
    .strictObject({
      list: listEndpoint.optional().describe("Lists records."),
      search: listEndpoint.optional().describe("Lists records by filters or in an order that `list` can't do."),
      get: getEndpoint.optional().describe("Reads one record."),
      create: createEndpoint.optional().describe("Makes a record."),
      update: updateEndpoint.optional().describe("Changes a record."),
      delete: deleteEndpoint.optional().describe("Removes a record."),
    })
    .default({})
    .describe("Where each operation goes. What is not here can't be done, and is told so by the capabilities."),
  errors: expression
    .optional()
    .describe(
      'JSONata over {status, headers, body} of a refusal → {code: "rejected" | "not_found" | "conflict" | "forbidden" | "unsupported", message, fields: [{field, detail}]} or nothing. Absent: by the status.',
    ),
});

export const unifiedSchema = z.partialRecord(
  z.enum(unifiedCategories),
  z.partialRecord(z.enum(modelNames), modelMappingSchema),
);

export type UnifiedMappings = z.infer<typeof unifiedSchema>;
export type ModelMapping = z.infer<typeof modelMappingSchema>;
export type IdShape = z.infer<typeof idShape>;
export type FieldMapping = z.infer<typeof fieldMapping>;
export type ListEndpoint = z.infer<typeof listEndpoint>;
export type Endpoints = ModelMapping["endpoints"];
export type EndpointName = keyof Endpoints;
export type WrittenMembers = z.infer<typeof written>;
