import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { createExpressions } from "#adapters/expressions/expressions";
import { integrationDocumentSchema, type IntegrationDocument } from "#core/domain/integration/integration-document";
import { shortenDocument } from "#core/domain/integration/shorten-document";
import { mappingOf } from "#core/domain/unified/capabilities";
import type { JsonObject } from "#core/domain/unified/json-object";
import type { EndpointName } from "#core/domain/unified/mapping-schema";
import { allModels, findModel } from "#core/domain/unified/models";
import { sampleAnswer } from "#core/domain/unified/sample-answer";
import { tryMapping, type MappingTrial, type TriedMapping } from "./try-mapping.ts";

const expressions = createExpressions();
afterAll(() => expressions.close());

const catalogue = (name: string): IntegrationDocument =>
  integrationDocumentSchema.parse(
    JSON.parse(readFileSync(new URL(`../../../integrations/${name}.json`, import.meta.url), "utf8")),
  );

const hubspot = catalogue("hubspot");
const zendesk = catalogue("zendesk");
const contacts = (changes: (mapping: Mapping) => void = () => {}): unknown => {
  const { unified } = shortenDocument(hubspot) as { unified: { crm: { contacts: Mapping } } };
  const mapping = structuredClone(unified.crm.contacts);
  changes(mapping);
  return mapping;
};
type Mapping = {
  fields: Record<string, { read?: unknown; write?: Record<string, unknown> }>;
  customFields?: Record<string, unknown>;
  endpoints: Record<string, Record<string, unknown>>;
};

async function tried(changes: Partial<MappingTrial>, document = hubspot): Promise<TriedMapping> {
  const model = findModel("crm", "contacts");
  if (model === null) throw new Error("there is no such model");
  return await tryMapping({ expressions, clock: { now: () => new Date("2026-11-20T10:00:00Z") } }, document, {
    model,
    mapping: contacts(),
    endpoint: "list",
    answer: null,
    given: null,
    inputs: {},
    fields: {},
    ...changes,
  });
}

const ok = (body: unknown): MappingTrial["answer"] => ({ status: 200, headers: {}, body });
const page = ok({
  results: [
    { id: "1", properties: { firstname: "Ada", email: "ada@example.com" }, createdAt: "2026-01-02T03:04:05Z" },
    { id: "2", properties: { firstname: "Grace" } },
  ],
  paging: { next: { after: "2" } },
});

describe("an answer", () => {
  test("is read as a call would read it, with where the next page is", async () => {
    const { faults, read, capabilities } = await tried({ answer: page });
    expect(faults).toEqual([]);
    expect(read).toMatchObject({ kind: "records", total: 2, next: { after: "2" } });
    const [ada, grace] = read?.kind === "records" ? read.records : [];
    expect(ada).toMatchObject({ id: "1", first_name: "Ada", emails: [{ address: "ada@example.com", kind: "work" }] });
    expect(grace).toMatchObject({ first_name: "Grace", emails: [], created_at: null });
    expect(capabilities).toMatchObject({
      model: "contacts",
      operations: ["list", "get", "create", "update", "delete"],
    });
  });

  test.each([
    ["no member where the list is", { things: [] }, "/endpoints/list/pagination", "no record"],
    ["entries without an id", { results: [{ properties: { firstname: "Ada" } }] }, "/fields/id/read", "no id"],
  ])("with %s is told as what a call refuses", async (_, body, pointer, words) => {
    const mapping = contacts(({ endpoints }) => {
      const pagination = { type: "cursor", items: "results", next: "paging.next.after", parameter: "after" };
      endpoints["list"] = { ...endpoints["list"], pagination };
    });
    const { faults } = await tried({ answer: ok(body), mapping });
    expect(faults).toEqual([
      expect.objectContaining({ part: "mapping", pointer, detail: expect.stringContaining(words) as string }),
    ]);
  });

  test.each([{ results: [] }, { results: null }, {}])("that is an empty list is one: %j", async (body) => {
    expect(await tried({ answer: ok(body) })).toMatchObject({ faults: [], read: { records: [], total: 0 } });
  });

  test("may hold long texts where plain paths lead to them", async () => {
    const long = "x".repeat(100_000);
    const { faults, read } = await tried({ answer: ok({ results: [{ id: "1", properties: { jobtitle: long } }] }) });
    expect(faults).toEqual([]);
    expect(read?.kind === "records" && read.records[0]?.["job_title"]).toBe(long);
  });

  test("whose state of the next page is an empty text is the last", async () => {
    const { read } = await tried({ endpoint: "search", answer: ok({ results: [], paging: { next: { after: "" } } }) });
    expect(read).toMatchObject({ kind: "records", next: null });
  });

  test("shows ten of its records at most, and tells how many there are", async () => {
    const results = Array.from({ length: 25 }, (_, index) => ({ id: String(index), properties: {} }));
    const { read } = await tried({ answer: ok({ results }) });
    expect(read).toMatchObject({ total: 25, next: null });
    expect(read?.kind === "records" && read.records.length).toBe(10);
  });

  test("tells every expression that fails at once, and what the others find", async () => {
    const mapping = contacts(({ fields }) => {
      fields["first_name"] = { read: "$sum('a')" };
      fields["last_name"] = { read: "$error('x')" };
    });
    const { faults, read } = await tried({ mapping, answer: page });
    expect(faults.map(({ part, pointer }) => [part, pointer])).toEqual([
      ["mapping", "/fields/first_name/read"],
      ["mapping", "/fields/last_name/read"],
    ]);
    expect(read).toMatchObject({ records: [{ id: "1", first_name: null }, { id: "2" }] });
  });

  test("tells what a field can't hold", async () => {
    const mapping = contacts(({ fields }) => {
      fields["created_at"] = { read: "properties.firstname" };
    });
    const { faults } = await tried({ mapping, answer: page });
    expect(faults).toEqual([
      {
        part: "mapping",
        pointer: "/fields/created_at/read",
        detail: "finds what the field can't hold (timestamp): it is null",
      },
    ]);
  });

  test("gives up after ten that take too long", async () => {
    const mapping = contacts((one) => {
      const slow = { read: "($f := function($n) { $f($n + 1) }; $f(0))" };
      one.customFields = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`c${index}`, slow]));
    });
    const { faults } = await tried({ mapping, answer: page });
    expect(faults).toHaveLength(11);
    expect(faults.at(-1)?.detail).toContain("was not tried");
  }, 30_000);

  test("of one record is read too, and what holds none is told", async () => {
    const one = await tried({ endpoint: "get", answer: ok({ id: "7", properties: {} }) });
    expect(one.read).toMatchObject({ total: 1, records: [{ id: "7" }] });
    const none = await tried({ endpoint: "get", answer: ok("nothing here") });
    expect(none.faults).toEqual([
      { part: "mapping", pointer: "/endpoints/get/item", detail: "finds no record in this answer" },
    ]);
  });

  test("that refuses becomes the problem that a caller would get", async () => {
    const body = { category: "VALIDATION_ERROR", message: "Property values were not valid" };
    const { read } = await tried({ endpoint: "create", answer: { status: 400, headers: {}, body } });
    expect(read).toMatchObject({ kind: "refusal", problem: { code: "provider_rejected" } });
  });
});

describe("a request", () => {
  test("is made of what a caller writes", async () => {
    const given = { first_name: "Ada", emails: [{ address: "ada@example.com" }] };
    const { faults, request } = await tried({ endpoint: "create", given });
    expect(faults).toEqual([]);
    expect(request).toMatchObject({
      method: "POST",
      path: "/crm/v3/objects/contacts",
      body: { properties: { firstname: "Ada", email: "ada@example.com" } },
    });
  });

  test("is made of what a caller asks for, and goes on where a page ended", async () => {
    const given = { limit: 5, filters: { email: "a@b.example" }, cursor: "40" };
    const { request } = await tried({ endpoint: "search", given });
    expect(request).toMatchObject({ method: "POST", body: { limit: 5, after: "40" } });
    const next = await tried({ given: { cursor: "40" } });
    expect(next.request?.query).toContain("after=40");
  });

  describe("whose pages are linked", () => {
    const tickets = (cursor: string) => {
      const model = findModel("ticketing", "tickets");
      const { unified } = shortenDocument(zendesk) as { unified: { ticketing: { tickets: unknown } } };
      if (model === null) throw new Error("there is no such model");
      const given = { limit: 5, cursor };
      return tried({ model, mapping: unified.ticketing.tickets, given, inputs: { subdomain: "acme" } }, zendesk);
    };

    test("goes to the address of the next one", async () => {
      const { request, faults } = await tickets("https://acme.zendesk.com/api/v2/tickets?page%5Bafter%5D=abc");
      expect(faults).toEqual([]);
      expect(request).toMatchObject({ method: "GET", query: "page%5Bafter%5D=abc" });
      expect(request?.path).toMatch(/\/tickets$/);
    });

    test("goes to no other host, as no call does", async () => {
      const { request, faults } = await tickets("https://elsewhere.example/api/v2/tickets?page=2");
      expect(request).toBeNull();
      expect(faults).toEqual([
        expect.objectContaining({
          part: "given",
          pointer: "/cursor",
          detail: expect.stringContaining("below") as string,
        }),
      ]);
    });
  });

  test("of an update that reads first holds what it read, as it is given", async () => {
    const employees = findModel("hris", "employees");
    if (employees === null) throw new Error("there is no such model");
    const gusto = catalogue("gusto");
    const mapping = (shortenDocument(gusto) as { unified: { hris: { employees: unknown } } }).unified.hris.employees;
    const id = "ca0fcc71-4a4f-4a5e-9b7e-1e8a5ef3b1c2";
    const given = { id, first_name: "Ada", current: { version: "v3" } };
    const { faults, request } = await tried({ model: employees, mapping, endpoint: "update", given }, gusto);
    expect(faults).toEqual([]);
    expect(request?.body).toMatchObject({ version: "v3", first_name: "Ada" });
    const elsewhere = await tried({ endpoint: "update", given: { id: "7", current: {} } });
    expect(elsewhere.faults).toMatchObject([{ part: "given" }]);
  });

  test("tells in what is given what the model, or the mapping, can't do", async () => {
    const unknown = await tried({ endpoint: "create", given: { frist_name: "Ada" } });
    expect(unknown.faults[0]).toMatchObject({ part: "given" });
    const unwritable = await tried({ endpoint: "create", given: { company_id: "5" } });
    expect(unwritable.faults).toMatchObject([{ part: "given", pointer: "/company_id" }]);
    const filter = await tried({ given: { filters: { email: "a@b.example" } } });
    expect(filter.faults).toMatchObject([{ part: "given", pointer: "/filters/email" }]);
  });

  test("tells the expression that fails", async () => {
    const mapping = contacts(({ fields }) => {
      fields["first_name"] = { read: "properties.firstname", write: { "/properties/firstname": "$sum(first_name)" } };
    });
    const { faults, request } = await tried({ mapping, endpoint: "create", given: { first_name: "Ada" } });
    expect(faults).toMatchObject([{ part: "mapping", pointer: "/fields/first_name/write/~1properties~1firstname" }]);
    expect(request).toBeNull();
  });
});

describe("a mapping", () => {
  test("that is faulty is told with pointers of its own, and nothing is evaluated", async () => {
    const mapping = contacts(({ fields }) => {
      fields["first_name"] = { read: "properties." };
      fields["frist_name"] = { read: "id" };
    });
    const { faults, read, capabilities } = await tried({ mapping, answer: page });
    expect(faults.map(({ pointer }) => pointer).toSorted()).toEqual(["/fields/first_name/read", "/fields/frist_name"]);
    expect([read, capabilities]).toEqual([null, null]);
  });

  test.each([null, 5, "text", []])("may be anything: %j", async (mapping) => {
    const { faults } = await tried({ mapping, answer: page });
    expect(faults.length).toBeGreaterThan(0);
  });

  test("without the endpoint can't be tried by it", async () => {
    const mapping = contacts(({ endpoints }) => {
      delete endpoints["delete"];
    });
    const { faults, capabilities } = await tried({ mapping, endpoint: "delete", given: { id: "1" } });
    expect(faults).toMatchObject([{ pointer: "/endpoints" }]);
    expect(capabilities?.operations).not.toContain("delete");
  });
});

describe("a sample that is made up", () => {
  const all = ["hubspot", "salesforce", "pipedrive", "zendesk", "freshdesk", "bamboohr", "gusto"].flatMap((name) => {
    const document = catalogue(name);
    return allModels.flatMap((model) => {
      const mapping = mappingOf(document.unified, model);
      if (mapping === null) return [];
      return (["list", "get"] as const)
        .filter((endpoint: EndpointName) => mapping.endpoints[endpoint] !== undefined)
        .map((endpoint) => ({ name, model, endpoint, document, mapping }));
    });
  });

  test.each(all)("of $name $model.name by $endpoint is read without a fault", async (one) => {
    const { document, model, mapping, endpoint } = one;
    const body = sampleAnswer(model, mapping, endpoint, document.api?.pagination);
    const { faults, read } = await tried({ model, mapping, endpoint, answer: ok(body) }, document);
    expect(faults).toEqual([]);
    const [record = {}] = read?.kind === "records" ? read.records : [];
    const known = Object.entries(mapping.fields).filter(
      ([, { read: found }]) => found !== undefined && found !== "undefined",
    );
    const missing = known.filter(([field]) => isNothing((record as JsonObject)[field])).map(([field]) => field);
    expect({ missing, body }).toEqual({ missing: [], body });
  });
});

test("a sample leaves alone what every object inherits, whatever a mapping reads", () => {
  const model = findModel("crm", "contacts");
  const mapping = model === null ? null : mappingOf(hubspot.unified, model);
  if (model === null || mapping === null) throw new Error("there is no such model");
  const fields = {
    ...mapping.fields,
    first_name: { read: "`__proto__`.polluted" },
    last_name: { read: "`__proto__`[polluted = 'yes'].other" },
    name: { read: "constructor.prototype.polluted" },
  };
  sampleAnswer(model, { ...mapping, fields }, "get", undefined);
  const any = {} as Record<string, unknown>;
  expect([any["polluted"], any["other"]]).toEqual([undefined, undefined]);
});

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
