import { describe, expect, it } from "vitest";
import { fullMapping } from "#test/fields/full-mappings";
import { exampleSource } from "#test/fakes/in-memory-integration-store";
import { readDocument } from "../integration/read-document.ts";
import { changeOverrides } from "../integration/overrides.ts";
import { effectiveValues } from "../integration/effective-values.ts";

type Changes = { fields?: unknown; customFields?: unknown; endpoints?: Record<string, unknown> };

const api = { baseUrl: "https://api.acme.example" };
const pages = { type: "cursor", items: "items", next: "next", parameter: "after" };

function sourceWith({ endpoints = {}, ...changes }: Changes, category = "crm", model = "contacts") {
  const full = fullMapping(pages) as { endpoints: Record<string, object> };
  const mapping = { ...full, ...changes, endpoints: { ...full.endpoints, ...endpoints } };
  return { ...exampleSource({ api }), unified: { [category]: { [model]: mapping } } };
}

function faultsOf(...given: Parameters<typeof sourceWith>): [string, string][] {
  const read = readDocument(sourceWith(...given));
  return read.kind === "document" ? [] : read.errors.map(({ pointer, detail }) => [pointer, detail]);
}

const at = (rest: string): string => `/unified/crm/contacts${rest}`;

describe("a mapping of the unified API", () => {
  it("that is whole is taken", () => {
    expect(faultsOf({})).toEqual([]);
  });

  it.each<[string, Changes, string, string]>([
    [
      "a field that the model has not",
      { fields: { id: { read: "id" }, firstname: { read: "x" } } },
      at("/fields/firstname"),
      "first_name is meant",
    ],
    ["records without an id", { fields: {} }, at("/fields/id/read"), "expected"],
    [
      "what is the provider's alone, written",
      { fields: { id: { read: "id", write: { "/id": "id" } } } },
      at("/fields/id/write"),
      "provider's alone",
    ],
    [
      "a filter that the model has not",
      { endpoints: { list: { path: "/x", filters: ["mail"], pagination: pages } } },
      at("/endpoints/list/filters/0"),
      "no filter mail",
    ],
    [
      "an order that the model has not",
      { endpoints: { list: { path: "/x", sort: { name: "n" }, pagination: pages } } },
      at("/endpoints/list/sort/name"),
      "created_at, updated_at",
    ],
    [
      "a list whose items nobody finds",
      { endpoints: { list: { path: "/x" } } },
      at("/endpoints/list/pagination"),
      "api.pagination",
    ],
    [
      "a new record that nobody can read",
      { endpoints: { create: { path: "/x" } } },
      at("/endpoints/create/id"),
      "read by it",
    ],
    ["a path that leads out", { endpoints: { get: { path: "/x/../{id}" } } }, at("/endpoints/get/path"), "dots alone"],
    [
      "a path that names nothing",
      { endpoints: { get: { path: "/x/{key}" } } },
      at("/endpoints/get/path"),
      "{key} names nothing",
    ],
    [
      "an id where there is none yet",
      { endpoints: { create: { path: "/x/{id}", item: "$" } } },
      at("/endpoints/create/path"),
      "{id} names nothing",
    ],
    [
      "another host",
      { endpoints: { get: { path: "https://evil.example/{id}" } } },
      at("/endpoints/get/path"),
      "begins with /",
    ],
    ["the root of all", { fields: { id: { read: "$$.id" } } }, at("/fields/id/read"), "without $$"],
    [
      "an expression that can't be read",
      { fields: { id: { read: "id[" } } },
      at("/fields/id/read"),
      "expected a JSONata expression",
    ],
  ])("is refused for %s", (_, changes, pointer, detail) => {
    const faults = faultsOf(changes);
    expect(faults.map(([one]) => one)).toContain(pointer);
    expect(faults.find(([one]) => one === pointer)?.[1]).toContain(detail);
  });

  it("is refused for a model of another category", () => {
    expect(faultsOf({}, "ticketing")).toEqual([
      ["/unified/ticketing/contacts", "ticketing has no model contacts; it has tickets"],
    ]);
  });
});

describe("overrides of a mapping", () => {
  const read = readDocument(sourceWith({}));
  if (read.kind !== "document") throw new Error("the example is faulty");
  const { document } = read;
  const custom = (expression: string) => ({
    unified: { crm: { contacts: { customFields: { plan: { read: expression } } } } },
  });

  it("add a custom field and change it, each told by its level", () => {
    const environment = changeOverrides(document, {}, [custom("plan__c")], "environment");
    const account = changeOverrides(document, {}, [custom("plan2__c")], "account");
    const values = effectiveValues({ document, origin: "platform" as const }, [
      { origin: "environment" as const, overrides: environment },
      { origin: "account" as const, overrides: account },
    ]);
    expect(values[at("/customFields/plan/read")]).toEqual({ value: "plan2__c", origin: "account" });
    expect(values[at("/customFields/tier/read")]).toEqual({ value: "'x'", origin: "platform" });
  });

  it.each([
    ["a path to another host", { endpoints: { get: { path: "//evil.example/x" } } }],
    ["a path that leads out", { endpoints: { get: { path: "/../../x" } } }],
    ["a field that the model has not", { fields: { nickname: { read: "x" } } }],
  ])("are refused for %s", (_, contacts) => {
    const change = () => changeOverrides(document, {}, [{ unified: { crm: { contacts } } }], "account");
    expect(change).toThrow(expect.objectContaining({ code: "invalid_request" }) as Error);
  });

  it("never reach the address itself", () => {
    const change = () => changeOverrides(document, {}, [{ api: { baseUrl: "https://evil.example" } }], "environment");
    expect(change).toThrow(expect.objectContaining({ code: "invalid_request" }) as Error);
  });
});
