import {
  createRecords,
  matchPath,
  type ImitatedAnswer,
  type ImitatedRequest,
  type Imitation,
  type Json,
  type Records,
} from "./imitation.ts";

// Samples: https://documentation.bamboohr.com/reference/list-employees, get-employee, add-employee-1.
const sample = {
  id: "123",
  displayName: "John Doe",
  firstName: "John",
  lastName: "Doe",
  preferredName: null,
  // Signed, and as long as such addresses are.
  photoUrl: `https://images7.bamboohr.com/123/photos/4-0-1.jpg?Policy=${"x".repeat(600)}`,
  jobTitle: "Customer Service Representative",
  workPhone: "555-555-5555",
  mobilePhone: "555-555-5556",
  workEmail: "john@doe.example",
  homeEmail: "john@home.example",
  department: "Customer Service",
  location: "Lindon, Utah",
  division: null,
  supervisorEId: "7",
  employeeNumber: "1042",
  status: "Active",
  employmentHistoryStatus: "Full-Time",
  hireDate: "2009-09-01",
  terminationDate: "0000-00-00",
  address1: "335 South 560 West",
  city: "Lindon",
  state: "Utah",
  zipcode: "84042",
  country: "United States",
  lastChanged: "2011-06-15T00:00:00+00:00",
};
/** How the list calls what one employee calls otherwise. */
const namesInLists: Record<string, string> = {
  employeeId: "id",
  jobTitleName: "jobTitle",
  departmentName: "department",
  divisionName: "division",
  locationName: "location",
  reportsToId: "supervisorEId",
  employmentStatusName: "employmentHistoryStatus",
  addressLine1: "address1",
};
const alwaysListed = ["employeeId", "firstName", "lastName", "preferredName", "photoUrl", "jobTitleName", "status"];
const optional = [
  "displayName",
  "employeeNumber",
  "workEmail",
  "homeEmail",
  "workPhone",
  "mobilePhone",
  "departmentName",
  "divisionName",
  "locationName",
  "reportsToId",
  "employmentStatusName",
  "hireDate",
  "terminationDate",
  "addressLine1",
  "city",
  "state",
  "zipcode",
  "country",
];
const sortable = ["employeeId", "firstName", "lastName", "preferredName", "jobTitleName", "status"];

export type BambooHrImitation = Imitation & { employees: Records };

/** Employees: pages by cursor, each with the fields that are asked for. */
export function imitateBambooHr(): BambooHrImitation {
  const employees = createRecords({
    sample,
    idOf: (one) => one.id as string,
    numbered: (one, number) => ({ ...one, id: String(1_000 + number) }),
  });
  return { inputs: { company_domain: "acme" }, fields: {}, employees, answer: (request) => answer(employees, request) };
}

const base = "/api/v1/employees";

function answer(employees: Records, { method, path, query, body }: ImitatedRequest): ImitatedAnswer {
  if (path === base && method === "GET") return list(employees.all, query);
  if (path === `${base}/` && method === "POST") {
    if (!body.firstName || !body.lastName) return refuse(400, "First name and last name are required");
    const made = employees.add((number) => ({
      ...blank,
      ...saidOf(body),
      id: String(number),
      displayName: `${body.firstName} ${body.lastName}`,
    }));
    return {
      status: 201,
      headers: { location: `https://api.bamboohr.com/api/gateway.php/acme/v1/employees/${made.id}` },
      body: undefined,
    };
  }
  const id = matchPath(`${base}/{id}`, path)?.["id"];
  const record = id === undefined ? null : employees.find(id);
  if (record === null) return refuse(404, "Employee not found");
  if (method === "POST") {
    Object.assign(record, saidOf(body));
    return { status: 200, body: undefined };
  }
  return { status: 200, body: { id: record.id, ...chosen(record, (query.get("fields") ?? "").split(",")) } };
}

const blank = { status: "Active", lastChanged: "2026-11-20T10:00:00+00:00", terminationDate: "0000-00-00" };

function list(all: Json[], query: URLSearchParams): ImitatedAnswer {
  const valueOf = (one: Json, name: string): Json => one[namesInLists[name] ?? name] ?? null;
  const known = ["fields", "sort", "page[limit]", "page[after]", "filter[status]"];
  const strange = [...query.keys()].find((name) => !known.includes(name));
  if (strange !== undefined) return refuse(422, `Unknown parameter ${strange}`);
  const status = query.get("filter[status]");
  const sort = query.get("sort");
  const by = sort?.replace(/^-/, "") ?? "employeeId";
  if (!sortable.includes(by)) return refuse(400, `Can't sort by ${by}`);
  const found = all
    .filter((one) => status === null || one.status === status)
    .toSorted((a, b) => {
      const [x, y] = [String(valueOf(a, by) ?? ""), String(valueOf(b, by) ?? "")];
      return sort === null ? 0 : (x < y ? -1 : x > y ? 1 : 0) * (sort.startsWith("-") ? -1 : 1);
    });
  const limit = Number(query.get("page[limit]") ?? 250);
  if (!(limit >= 1 && limit <= 2500)) return refuse(400, "page[limit] must be between 1 and 2500");
  const from = Number(Buffer.from(query.get("page[after]") ?? "", "base64url").toString() || 0);
  const end = from + limit;
  const cursor = (at: number): string => Buffer.from(String(at)).toString("base64url");
  const asked = (query.get("fields") ?? "").split(",").filter((name) => optional.includes(name));
  const data = found
    .slice(from, end)
    .map((one) => Object.fromEntries([...alwaysListed, ...asked].map((name) => [name, valueOf(one, name)])));
  const page = {
    nextCursor: end < found.length ? cursor(end) : null,
    prevCursor: from > 0 ? cursor(from - limit) : null,
  };
  return { status: 200, body: { data, meta: { total: found.length, page }, _links: {} } };
}

/** An empty text clears. What null does is told nowhere: nothing, here. */
function saidOf(body: Json): Json {
  return Object.fromEntries(Object.entries(body as object).filter(([, value]) => value !== null));
}

function chosen(record: Json, names: string[]): Json {
  return Object.fromEntries(names.map((name) => [name, record[name] ?? null]));
}

function refuse(status: number, message: string): ImitatedAnswer {
  return { status, headers: { "x-bamboohr-error-message": message }, body: undefined };
}
