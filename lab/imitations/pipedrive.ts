import {
  createRecords,
  matchPath,
  type ImitatedAnswer,
  type ImitatedRequest,
  type Imitation,
  type Json,
  type Records,
} from "./imitation.ts";

// Samples: https://developers.pipedrive.com/docs/api/v1/Persons (v2), /Organizations, /Deals.
const stamps = { add_time: "2021-02-02T10:02:12Z", update_time: "2021-02-03T10:02:12Z", is_deleted: false };
const samples: Record<string, Json> = {
  persons: {
    id: 1,
    name: "Person Name",
    first_name: "Person",
    last_name: "Name",
    owner_id: 1,
    org_id: 1,
    emails: [
      { value: "email1@email.com", primary: true, label: "work" },
      { value: "email2@email.com", primary: false, label: "home" },
    ],
    phones: [{ value: "12345", primary: true, label: "work" }],
    visible_to: 7,
    label_ids: [1, 2, 3],
    picture_id: 1,
    custom_fields: {},
    notes: "Notes from contact sync",
    job_title: "Job title",
    postal_address: {
      value: "Mustamäe tee 3",
      route: "Mustamäe tee",
      street_number: "3",
      locality: "Tallinn",
      admin_area_level_1: "Harju maakond",
      country: "Estonia",
      postal_code: "10616",
    },
    ...stamps,
  },
  organizations: {
    id: 1,
    name: "Organization Name",
    owner_id: 1,
    website: "https://organization.example",
    employee_count: 120,
    annual_revenue: 1_500_000,
    address: {
      value: "Mustamäe tee 3",
      route: "Mustamäe tee",
      street_number: "3",
      locality: "Tallinn",
      country: "Estonia",
      postal_code: "10616",
    },
    custom_fields: {},
    ...stamps,
  },
  deals: {
    id: 1,
    title: "Deal Title",
    owner_id: 1,
    value: 200,
    person_id: 1,
    org_id: 1,
    stage_id: 1,
    currency: "USD",
    pipeline_id: 1,
    status: "open",
    probability: 90,
    expected_close_date: "2024-01-01",
    custom_fields: {},
    ...stamps,
  },
};

export type PipedriveImitation = Imitation & { records: Record<string, Records> };

/** Entities of version 2: pages by cursor, filters as parameters, success told in the body. */
export function imitatePipedrive(): PipedriveImitation {
  const records = Object.fromEntries(
    Object.entries(samples).map(([name, sample]) => [
      name,
      createRecords({
        sample,
        idOf: (one) => String(one.id),
        numbered: (one, number) => ({ ...one, id: number + 1 }),
      }),
    ]),
  );
  return {
    inputs: {},
    fields: { api_domain: "https://acme.pipedrive.com" },
    records,
    answer: (request) => answer(records, request),
  };
}

const filters = ["owner_id", "org_id", "status"];

function answer(records: Record<string, Records>, { method, path, query, body }: ImitatedRequest): ImitatedAnswer {
  const found = matchPath("/api/v2/{entity}/{id}", path) ?? matchPath("/api/v2/{entity}", path);
  const store = records[found?.["entity"] ?? ""];
  if (found === null || store === undefined) return refuse(404, "Unknown method .");
  const id = found["id"];
  if (id === undefined) {
    if (method === "GET") return list(store.all, query);
    if (!body?.name && !body?.title) return refuse(400, "Parameter 'name' is required.");
    const made = store.add((number) => ({ ...stamps, ...(body.title ? { status: "open" } : {}), ...body, id: number }));
    return { status: 200, body: { success: true, data: made } };
  }
  const record = store.find(id);
  if (record === null) return refuse(404, "Entity not found");
  if (method === "PATCH") Object.assign(record, body);
  if (method === "DELETE") store.remove(id);
  return { status: 200, body: { success: true, data: method === "DELETE" ? { id: record.id } : record } };
}

function list(all: Json[], query: URLSearchParams): ImitatedAnswer {
  const since = query.get("updated_since");
  const found = all
    .filter((one) => filters.every((name) => !query.has(name) || String(one[name]) === query.get(name)))
    .filter((one) => since === null || Date.parse(one.update_time) >= Date.parse(since));
  const by = query.get("sort_by") ?? "id";
  if (!["id", "add_time", "update_time"].includes(by)) return refuse(400, "Parameter 'sort_by' is not valid.");
  const sorted = by === "id" ? found : found.toSorted((a, b) => (a[by] < b[by] ? -1 : 1));
  const from = Number(Buffer.from(query.get("cursor") ?? "", "base64url").toString() || 0);
  const end = from + Number(query.get("limit") ?? 100);
  const next = end < found.length ? Buffer.from(String(end)).toString("base64url") : null;
  return {
    status: 200,
    body: { success: true, data: sorted.slice(from, end), additional_data: { next_cursor: next } },
  };
}

function refuse(status: number, error: string): ImitatedAnswer {
  return { status, body: { success: false, error, error_info: "Please check developers.pipedrive.com", data: null } };
}
