import {
  createRecords,
  matchPath,
  type ImitatedAnswer,
  type ImitatedRequest,
  type Imitation,
  type Json,
  type Records,
} from "./imitation.ts";

// Samples: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_query.htm, dome_sobject_create.htm,
// resources_sobject_retrieve_get.htm, errorcodes.htm.
const base = "/services/data/v67.0";
const stamps = {
  CreatedDate: "2016-08-29T17:01:33.000+0000",
  SystemModstamp: "2016-08-29T17:03:33.000+0000",
  OwnerId: "005D0000001KyEIIA0",
};
const samples: Record<string, Json> = {
  Contact: {
    attributes: { type: "Contact", url: `${base}/sobjects/Contact/003D000000QV9n2IAD` },
    Id: "003D000000QV9n2IAD",
    FirstName: "Rose",
    LastName: "Gonzalez",
    Name: "Rose Gonzalez",
    Title: "SVP, Procurement",
    Email: "rose@edge.com",
    Phone: "(512) 757-6000",
    MailingCity: "Austin",
    AccountId: "001D000000IRFmaIAH",
    ...stamps,
  },
  Account: {
    attributes: { type: "Account", url: `${base}/sobjects/Account/001D000000IRFmaIAH` },
    Id: "001D000000IRFmaIAH",
    Name: "Express Logistics and Transport",
    NumberOfEmployees: 12_300,
    BillingCity: "Portland",
    ...stamps,
  },
  Opportunity: {
    attributes: { type: "Opportunity", url: `${base}/sobjects/Opportunity/006D000000CwRj4IAF` },
    Id: "006D000000CwRj4IAF",
    Name: "Express Logistics SLA",
    Amount: 120_000,
    StageName: "Perception Analysis",
    Probability: 70,
    IsWon: false,
    IsClosed: false,
    CloseDate: "2016-09-30",
    AccountId: "001D000000IRFmaIAH",
    ...stamps,
  },
};

export type SalesforceImitation = Imitation & { records: Record<string, Records> };

/** Queries of one object, and its records one by one. */
export function imitateSalesforce(): SalesforceImitation {
  const records = Object.fromEntries(
    Object.entries(samples).map(([name, sample]) => [
      name,
      createRecords({
        sample,
        idOf: (one) => one.Id as string,
        numbered: (one, number) => ({
          ...one,
          Id: `${(one.Id as string).slice(0, 3)}X${String(number).padStart(14, "0")}`,
        }),
      }),
    ]),
  );
  return {
    inputs: { environment: "login" },
    fields: { instance_url: "https://acme.my.salesforce.com" },
    records,
    answer: (request) => answer(records, request),
  };
}

function answer(records: Record<string, Records>, request: ImitatedRequest): ImitatedAnswer {
  const { method, path, query, body } = request;
  if (path === `${base}/query`) return runQuery(records, query.get("q") ?? "");
  const found = matchPath(`${base}/sobjects/{object}/{id}`, path) ?? matchPath(`${base}/sobjects/{object}`, path);
  const store = records[found?.["object"] ?? ""];
  if (found === null || store === undefined) return refuse(404, "NOT_FOUND", "The requested resource does not exist");
  const id = found["id"];
  if (id === undefined) {
    if (found["object"] === "Contact" && !body.LastName) {
      return refuse(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ["LastName"]);
    }
    const made = store.add((number) => ({
      ...named(body),
      Id: `003X${String(number).padStart(14, "0")}`,
      ...stamps,
      ...body,
    }));
    return { status: 201, body: { id: made.Id, success: true, errors: [] } };
  }
  const record = store.find(id);
  if (record === null)
    return refuse(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible");
  switch (method) {
    case "GET":
      return { status: 200, body: chosen(record, (query.get("fields") ?? "").split(",")) };
    case "PATCH":
      Object.assign(record, body, named({ ...record, ...body }));
      return { status: 204 };
    default:
      store.remove(id);
      return { status: 204 };
  }
}

function named({ FirstName, LastName, Name }: Json): Json {
  return { Name: LastName === undefined ? Name : [FirstName, LastName].filter(Boolean).join(" ") };
}

function refuse(status: number, errorCode: string, message: string, fields: string[] = []): ImitatedAnswer {
  return { status, body: [{ message, errorCode, fields }] };
}

function chosen(record: Json, names: string[]): Json {
  return { attributes: record.attributes, ...Object.fromEntries(names.map((name) => [name, record[name] ?? null])) };
}

/** SELECT … FROM … [WHERE … AND …] ORDER BY … LIMIT …: as much of SOQL as these lists are made of. */
function runQuery(records: Record<string, Records>, text: string): ImitatedAnswer {
  const parts = /^SELECT (.+?) FROM (\w+)(?: WHERE (.+))? ORDER BY (.+?) LIMIT (\d+)$/s.exec(text);
  const store = records[parts?.[2] ?? ""];
  if (parts === null || store === undefined)
    return refuse(400, "MALFORMED_QUERY", `unexpected token: ${text.slice(0, 40)}`);
  const [, columns = "", , where, order = "", limit = ""] = parts;
  const test = where === undefined ? () => true : condition(where);
  if (test === null) return refuse(400, "MALFORMED_QUERY", `unexpected token in: ${where}`);
  const sorts = order.split(", ").map((one) => one.split(" "));
  const found = store.all.filter(test).toSorted((a, b) => {
    for (const [column = "", direction = "ASC"] of sorts) {
      if (a[column] !== b[column]) return (a[column] < b[column] ? -1 : 1) * (direction === "DESC" ? -1 : 1);
    }
    return 0;
  });
  const some = found.slice(0, Number(limit)).map((one) => chosen(one, columns.split(",")));
  return { status: 200, body: { totalSize: some.length, done: true, records: some } };
}

type Test = (record: Json) => boolean;

/** Null: nothing that this understands. */
function condition(text: string): Test | null {
  const whole = /^\((.*)\)$/s.exec(text);
  if (whole !== null && split(text, "AND").length === 1 && split(text, "OR").length === 1)
    return condition(whole[1] ?? "");
  for (const word of ["OR", "AND"] as const) {
    const parts = split(text, word);
    if (parts.length === 1) continue;
    const tests = parts.map(condition);
    if (tests.some((one) => one === null)) return null;
    const all = tests as Test[];
    return word === "OR" ? (one) => all.some((test) => test(one)) : (one) => all.every((test) => test(one));
  }
  const simple = /^(\w+) (=|>|<|>=) (?:'((?:[^'\\]|\\.)*)'|(true|false)|(\d{4}-\S+))$/s.exec(text);
  if (simple === null) return null;
  const [, column = "", operator = "", quoted, truth, instant] = simple;
  const wanted: Json =
    truth === undefined ? (quoted?.replaceAll(/\\(.)/gs, "$1") ?? Date.parse(instant ?? "")) : truth === "true";
  return (record) => {
    const has: Json = instant === undefined ? record[column] : Date.parse(record[column]);
    if (operator === "=") return has === wanted;
    if (operator === ">=") return has >= wanted;
    return operator === ">" ? has > wanted : has < wanted;
  };
}

/** At a word that stands in no quotes and no brackets. */
function split(text: string, word: string): string[] {
  const parts: string[] = [];
  let [depth, isQuoted, from] = [0, false, 0];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (isQuoted && char === "\\") at += 1;
    else if (char === "'") isQuoted = !isQuoted;
    else if (!isQuoted && char === "(") depth += 1;
    else if (!isQuoted && char === ")") depth -= 1;
    else if (!isQuoted && depth === 0 && text.startsWith(` ${word} `, at)) {
      parts.push(text.slice(from, at));
      from = at + word.length + 2;
    }
  }
  return [...parts, text.slice(from)];
}
