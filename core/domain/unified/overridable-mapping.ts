import type { OverrideLevel } from "../integration/overridable-fields.ts";
import type { EndpointName } from "./mapping-schema.ts";

const fieldParts = ["read", "write/*", "writeOn"];
const request = ["method", "path", "query/*"];
const pages = ["type", "items", "next", "more", "parameter", "firstPage", "limitParameter", "params/*"];
const listing = [...request, "body/*", "maxLimit", "filters", "sort/*", ...pages.map((part) => `pagination/${part}`)];

const endpointParts: Readonly<Record<EndpointName, readonly string[]>> = {
  list: listing,
  search: listing,
  get: [...request, "item"],
  create: [...request, "body/*", "item", "id"],
  update: [...request, "body/*", "item", "readsFirst"],
  delete: request,
};

/**
 * How records are read and written, down to one field or one endpoint: what a customer's own fields are called, and where an
 * instance differs. Any of it, for all of it lies below api.baseUrl, which no override can change.
 */
export function overridableMapping(levels: readonly OverrideLevel[]): Record<string, readonly OverrideLevel[]> {
  const pointers = [
    ...["fields", "customFields"].flatMap((map) => fieldParts.map((part) => `${map}/*/${part}`)),
    ...Object.entries(endpointParts).flatMap(([name, parts]) => parts.map((part) => `endpoints/${name}/${part}`)),
    "errors",
    // Where records are named otherwise: by an id of the customer's own, by an address.
    "ids/form",
    "ids/lengths",
  ];
  return Object.fromEntries(pointers.map((pointer) => [`/unified/*/*/${pointer}`, levels]));
}
