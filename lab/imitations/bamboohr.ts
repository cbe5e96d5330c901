import {
  createRecords,
  matchPath,
  type ImitatedAnswer,
  type ImitatedRequest,
  type Imitation,
  type Json,
  type Records,
} from "./imitation.ts";

// Samples: https://documentation.bamboohr.com/reference/get-employees-directory-1, get-employee, add-employee-1.
const sample = {
  id: "123",
  displayName: "John Doe",
  firstName: "John",
  lastName: "Doe",
  preferredName: null,
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
const listed = [
  "id",
  "displayName",
  "firstName",
  "lastName",
  "preferredName",
  "jobTitle",
  "workPhone",
  "mobilePhone",
  "workEmail",
  "department",
  "location",
  "division",
];

export type BambooHrImitation = Imitation & { employees: Records };

/** Employees: all of them in one directory, each with the fields that are asked for. */
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
  if (path === `${base}/directory`) {
    const all = employees.all.map((one) => chosen(one, listed));
    return { status: 200, body: { fields: listed.map((id) => ({ id, type: "text", name: id })), employees: all } };
  }
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
