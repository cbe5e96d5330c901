import {
  createRecords,
  matchPath,
  type ImitatedAnswer,
  type ImitatedRequest,
  type Imitation,
  type Json,
  type Records,
} from "./imitation.ts";

// Samples: https://docs.gusto.com/app-integrations/reference/get-v1-employees, put-v1-employees; errors: …/docs/error-categories.
const company = "c0a80101-1c2d-4e3f-8a4b-5c6d7e8f9a0b";
const sample = {
  uuid: "7087a288-8349-4632-b92e-bc94fb79f29e",
  first_name: "Soren",
  middle_initial: "A",
  last_name: "Kierkegaard",
  email: "knight0faith@example.com",
  work_email: "soren@example.com",
  company_uuid: company,
  manager_uuid: "8d3a4e3c-4a1d-4c63-9d8b-6a1f0c5f0b11",
  version: "db0edd04aaac4506f7edab03ac855d56",
  department: "Philosophy",
  terminated: false,
  onboarded: true,
  phone: "1234567890",
  preferred_first_name: "Angel",
  employee_code: "8d3f9d",
  current_employment_status: "full_time",
  jobs: [
    {
      uuid: "d6d1035e-8a21-4e1d-89d5-fa894f9aff97",
      title: "Author",
      hire_date: "2016-01-20",
      primary: true,
      rate: "60.00",
    },
  ],
  terminations: [],
};

export type GustoImitation = Imitation & { employees: Records };

/** Employees of a company: numbered pages told in headers, and a version that a change must name. */
export function imitateGusto(): GustoImitation {
  const employees = createRecords({
    sample,
    idOf: (one) => one.uuid as string,
    numbered: (one, number) => ({ ...one, uuid: `7087a288-8349-4632-b92e-${String(number).padStart(12, "0")}` }),
  });
  return {
    inputs: { environment: "gusto" },
    fields: { company_uuid: company },
    employees,
    answer: (request) => answer(employees, request),
  };
}

function answer(employees: Records, { method, path, query, body }: ImitatedRequest): ImitatedAnswer {
  if (path === `/v1/companies/${company}/employees`) {
    if (method === "GET") return list(employees.all, query);
    if (!body.first_name || !body.last_name) return refuse("first_name", "First name can't be blank");
    const made = employees.add((number) => ({
      ...blank,
      ...body,
      uuid: `7087a288-8349-4632-b92e-${String(number).padStart(12, "0")}`,
    }));
    return { status: 201, body: made };
  }
  const id = matchPath("/v1/employees/{id}", path)?.["id"];
  const record = id === undefined ? null : employees.find(id);
  if (record === null)
    return {
      status: 404,
      body: {
        errors: [{ error_key: "base", category: "not_found", message: "The requested resource was not found." }],
      },
    };
  if (method === "PUT") {
    if (body.version !== record.version)
      return {
        status: 409,
        body: {
          errors: [
            {
              error_key: "version",
              category: "invalid_resource_version",
              message: "You have provided an out of date resource version.",
            },
          ],
        },
      };
    Object.assign(record, body, { version: `${record.version}x` });
  }
  return { status: 200, body: record };
}

const blank = { version: "v1", terminated: false, jobs: [], terminations: [], work_email: null };

function list(all: Json[], query: URLSearchParams): ImitatedAnswer {
  const wanted = query.get("terminated");
  const found = all.filter((one) => wanted === null || String(one.terminated) === wanted);
  const page = Number(query.get("page") ?? 1);
  const per = Number(query.get("per") ?? 25);
  const pages = Math.max(1, Math.ceil(found.length / per));
  const headers = {
    "x-page": String(page),
    "x-total-pages": String(pages),
    "x-per-page": String(per),
    "x-total-count": String(found.length),
  };
  return { status: 200, headers, body: found.slice((page - 1) * per, page * per) };
}

function refuse(key: string, message: string): ImitatedAnswer {
  return { status: 422, body: { errors: [{ error_key: key, category: "invalid_attribute_value", message }] } };
}
