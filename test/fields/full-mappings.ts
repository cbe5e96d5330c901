/** Mappings of the unified API that set everything that one can set. */

const expression = "'x'";
const page = { items: "items", limitParameter: "limit", params: { a: "b" } };
const paginations: readonly Record<string, unknown>[] = [
  { type: "cursor", next: "next", parameter: "after", ...page },
  { type: "link", next: "next", ...page },
  { type: "offset", parameter: "from", more: "more", ...page },
  { type: "page", parameter: "page", firstPage: 1, more: "more", ...page },
  { type: "state", items: "items", next: "next" },
];

interface Own {
  readonly field: string;
  readonly filter: string;
  readonly sort: string;
}

const ofContacts: Own = { field: "first_name", filter: "owner_id", sort: "created_at" };

export function fullMapping(pagination: unknown, own: Partial<Own> = {}): Record<string, unknown> {
  const { field: fieldName, filter, sort } = { ...ofContacts, ...own };
  const request = { path: "/things", query: { q: expression } };
  const body = { "/a": expression };
  const list = {
    ...request,
    method: "GET",
    body,
    maxLimit: 50,
    filters: [filter],
    sort: { [sort]: "created" },
    ...(pagination === undefined ? {} : { pagination }),
  };
  const field = { read: expression, write: { "/first": expression }, writeOn: "create" };
  return {
    ids: { form: "letters_and_digits", lengths: [15, 18] },
    fields: { id: { read: "id" }, [fieldName]: field },
    customFields: { tier: field },
    endpoints: {
      list,
      search: { ...list, method: "POST" },
      get: { ...request, method: "GET", path: "/things/{id}", item: "$" },
      create: { ...request, method: "POST", body, item: "$", id: "body.id" },
      update: { ...request, method: "PATCH", path: "/things/{id}", body, item: "$", readsFirst: true },
      delete: { ...request, method: "DELETE", path: "/things/{id}" },
    },
    errors: "null",
  };
}

/** One model for each way that pages follow each other. */
export const fullMappings = {
  crm: {
    contacts: fullMapping(paginations[0]),
    companies: fullMapping(paginations[1], { field: "name" }),
    deals: fullMapping(paginations[2], { field: "name" }),
  },
  ticketing: { tickets: fullMapping(paginations[3], { field: "subject", filter: "requester_id" }) },
  hris: { employees: fullMapping(paginations[4], { filter: "employment_status", sort: "hired_on" }) },
};
