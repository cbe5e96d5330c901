import {
  createRecords,
  matchPath,
  type ImitatedAnswer,
  type ImitatedRequest,
  type Imitation,
  type Json,
  type Records,
} from "./imitation.ts";

// Samples: https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/basic/get-crm-v3-objects-contacts and its neighbours;
// errors: https://developers.hubspot.com/docs/api-reference/error-handling.
const stamps = { createdAt: "2019-10-30T03:30:17.883Z", updatedAt: "2019-12-07T16:50:06.678Z", archived: false };
const samples: Record<string, Json> = {
  contacts: {
    id: "512",
    properties: {
      createdate: "2019-10-30T03:30:17.883Z",
      email: "bcooper@biglytics.net",
      firstname: "Bryan",
      lastname: "Cooper",
      phone: "(877) 929-0687",
      jobtitle: "Engineer",
      city: "Cambridge",
      associatedcompanyid: "832",
      hubspot_owner_id: "5226",
      lastmodifieddate: "2019-12-07T16:50:06.678Z",
    },
    ...stamps,
  },
  companies: {
    id: "832",
    properties: {
      createdate: "2019-10-30T03:30:17.883Z",
      city: "Cambridge",
      industry: "Technology",
      name: "Biglytics",
      phone: "(877) 929-0687",
      state: "Massachusetts",
      website: "biglytics.net",
      numberofemployees: "120",
      annualrevenue: "1500000",
      hs_lastmodifieddate: "2019-12-07T16:50:06.678Z",
    },
    ...stamps,
  },
  deals: {
    id: "17915",
    properties: {
      amount: "1500.00",
      closedate: "2019-12-07T16:50:06.678Z",
      createdate: "2019-10-30T03:30:17.883Z",
      dealname: "Custom data integrations",
      dealstage: "presentationscheduled",
      hs_is_closed: "false",
      hs_is_closed_won: "false",
      hs_deal_stage_probability: "0.4",
      hs_lastmodifieddate: "2019-12-07T16:50:06.678Z",
      hubspot_owner_id: "910901",
      pipeline: "default",
    },
    ...stamps,
  },
};

export type HubSpotImitation = Imitation & { records: Record<string, Records> };

/** Objects of the CRM (v3): properties that are asked for, pages by `after`, searches by filter groups. */
export function imitateHubSpot(): HubSpotImitation {
  const records = Object.fromEntries(
    Object.entries(samples).map(([name, sample]) => [
      name,
      createRecords({
        sample,
        idOf: (one) => one.id as string,
        numbered: (one, number) => ({ ...one, id: String(100_000 + number) }),
      }),
    ]),
  );
  return { inputs: {}, fields: {}, records, answer: (request) => answer(records, request) };
}

function answer(records: Record<string, Records>, { method, path, query, body }: ImitatedRequest): ImitatedAnswer {
  const found = matchPath("/crm/v3/objects/{object}/{id}", path) ?? matchPath("/crm/v3/objects/{object}", path);
  const store = records[found?.["object"] ?? ""];
  if (found === null || store === undefined) return { status: 404, body: {} };
  const id = found["id"];
  if (id === "search" && method === "POST")
    return page(search(store.all, body), body.after, body.limit, body.properties);
  if (id === undefined) {
    if (method === "GET")
      return page(
        store.all,
        query.get("after"),
        Number(query.get("limit") ?? 10),
        (query.get("properties") ?? "").split(","),
      );
    const refused = Object.entries(body.properties as object).find(
      ([name, value]) => name === "email" && !/^$|@.+\./.test(String(value)),
    );
    if (refused !== undefined) return { status: 400, body: invalid(refused) };
    if (store.all.some((one) => body.properties.email && one.properties.email === body.properties.email)) {
      return { status: 409, body: error("CONFLICT", "Contact already exists. Existing ID: 512") };
    }
    const made = store.add((number) => ({ id: String(number), properties: { ...body.properties }, ...stamps }));
    return { status: 201, body: made };
  }
  const record = store.find(id);
  if (record === null) return { status: 404, body: error("OBJECT_NOT_FOUND", "resource not found") };
  switch (method) {
    case "GET":
      return { status: 200, body: only(record, (query.get("properties") ?? "").split(",")) };
    case "PATCH":
      Object.assign(record.properties, body.properties);
      // What was changed, and some of its own; not what `properties` would ask for.
      return { status: 200, body: only(record, Object.keys(body.properties as object)) };
    default:
      store.remove(id);
      return { status: 204 };
  }
}

function page(all: Json[], after: string | null | undefined, limit: number, properties: string[]): ImitatedAnswer {
  const from = Number(after ?? 0);
  const end = from + limit;
  const results = all.slice(from, end).map((one) => only(one, properties));
  const paging = end < all.length ? { paging: { next: { after: String(end), link: `?after=${end}` } } } : {};
  return { status: 200, body: { results, ...paging } };
}

/** Properties come when they are asked for; one without a value is null. */
function only(record: Json, names: string[]): Json {
  const properties = Object.fromEntries(
    names.filter((name) => name !== "").map((name) => [name, record.properties[name] || null]),
  );
  return { ...record, properties };
}

function search(all: Json[], { filterGroups = [], sorts = [] }: Json): Json[] {
  const filters: { propertyName: string; operator: string; value: string }[] = filterGroups[0]?.filters ?? [];
  const found = all.filter((one) =>
    filters.every(({ propertyName, operator, value }) => {
      const has = one.properties[propertyName] as string | undefined;
      if (operator === "GTE") return Date.parse(has ?? "") >= Number(value);
      return (has ?? "").toLowerCase() === value.toLowerCase();
    }),
  );
  const [sort] = sorts as { propertyName: string; direction: string }[];
  if (sort === undefined) return found;
  const sorted = found.toSorted((a, b) => (a.properties[sort.propertyName] < b.properties[sort.propertyName] ? -1 : 1));
  return sort.direction === "DESCENDING" ? sorted.toReversed() : sorted;
}

function error(category: string, message: string): Json {
  return { status: "error", message, correlationId: "aeb5f871-7f07-4993-9211-075dc63e7cbf", category };
}

function invalid([name, value]: [string, unknown]): Json {
  const message = `Email address ${String(value)} is invalid`;
  return {
    ...error("VALIDATION_ERROR", "Property values were not valid"),
    errors: [{ message, context: { propertyName: [name] } }],
  };
}
