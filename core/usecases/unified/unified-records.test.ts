import { afterAll, describe, expect, it } from "vitest";
import { createExpressions } from "#adapters/expressions/expressions";
import { allModels, findModel } from "#core/domain/unified/models";
import { recordSchema } from "#core/domain/unified/model";
import { capabilitiesOf } from "#core/domain/unified/capabilities";
import { DomainError } from "#core/domain/problem/domain-error";
import { imitations } from "#lab/imitations/imitations";
import { everything, openUnifiedWorld, type UnifiedWorld } from "#test/unified/unified-world";
import { listRecords } from "./list-records.ts";
import { createRecord, deleteRecord, getRecord, updateRecord } from "./one-record.ts";

// As in production, with its bounds: what comes out of one evaluation is small.
const expressions = createExpressions();
afterAll(() => expressions.close());

const open = (name: string, options: Parameters<typeof openUnifiedWorld>[1] = {}): Promise<UnifiedWorld> =>
  openUnifiedWorld(name, { expressions, ...options });

async function problemOf(work: Promise<unknown>): Promise<DomainError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof DomainError) return error;
  throw new Error("expected a problem", { cause: error });
}

const pairs = Object.entries(imitations).flatMap(([name, imitate]) =>
  Object.keys(imitate().of).map((model): [string, string, string] => [
    name,
    allModels.find((one) => one.name === model)?.category ?? "",
    model,
  ]),
);

describe("the documented sample of a provider", () => {
  it.each(pairs)("%s, as a record of %s/%s, fits its schema in a list and alone", async (name, category, model) => {
    const { ports, call, world } = await open(name);
    const { records } = await listRecords(ports, call(category, model), everything, null);
    expect(records).toHaveLength(1);
    const schema = recordSchema(findModel(category, model) ?? ({} as never)).strict();
    expect(schema.parse(records[0])).toEqual(records[0]);
    const { record } = await getRecord(ports, call(category, model), String(records[0]?.["id"]));
    expect(schema.parse(record)).toEqual(record);
    // Nothing that was found was none of its kind.
    expect(JSON.stringify(world.log.lines ?? [])).not.toContain("can't hold");
  });

  it.each(pairs)(
    "%s, %s/%s: a field that is told readable is read, and any other is null",
    async (name, category, model) => {
      const { ports, call, world } = await open(name);
      const { records } = await listRecords(ports, call(category, model), everything, null);
      const configured = await world.integrations.find("env_production", "acme-crm");
      const told = capabilitiesOf(configured?.document.unified).find((one) => one.model === model);
      const unreadable = Object.entries(told?.fields ?? {}).filter(([, { read }]) => !read);
      expect(unreadable.filter(([field]) => records[0]?.[field] !== null)).toEqual([]);
    },
  );
});

describe("what a provider has no value of", () => {
  const emptied = (value: unknown): unknown => {
    if (Array.isArray(value)) return [];
    if (typeof value !== "object" || value === null) return null;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, emptied(one)]));
  };

  it.each(pairs)("is null and no word of it, at %s, %s/%s", async (name, category, model) => {
    const { ports, call, provider } = await open(name);
    const sample = provider.of[model]?.all[0] as Record<string, unknown>;
    const kept = ["id", "Id", "uuid"];
    for (const [key, value] of Object.entries(sample)) if (!kept.includes(key)) sample[key] = emptied(value);
    const { records } = await listRecords(ports, call(category, model), everything, null);
    const { id: _, ...rest } = records[0] ?? {};
    const said = Object.entries(rest).filter(([, value]) => typeof value === "string" || typeof value === "number");
    expect(said).toEqual([]);
  });
});

describe.each(["hubspot", "salesforce", "pipedrive"])("the same three calls at %s", (name) => {
  const given = {
    first_name: "Ada",
    last_name: "Lovelace",
    emails: [{ address: "ada@example.com", kind: "work" }],
    phones: [{ number: "+1 555 0100", kind: "work" }],
  };
  // The one provider of the three that keeps a whole name.
  const wanted = name === "pipedrive" ? { name: "Ada Lovelace", emails: given.emails, phones: given.phones } : given;

  it("list, get and create contacts", async () => {
    const { ports, call } = await open(name);
    const listed = await listRecords(ports, call("crm", "contacts"), everything, null);
    const id = String(listed.records[0]?.["id"]);
    expect((await getRecord(ports, call("crm", "contacts"), id)).record["id"]).toBe(id);
    const { record } = await createRecord(ports, call("crm", "contacts"), wanted);
    expect(record).toMatchObject({ name: "Ada Lovelace", emails: given.emails, phones: given.phones });
    const again = await getRecord(ports, call("crm", "contacts"), String(record["id"]));
    expect(again.record).toEqual(record);
  });

  it("change and remove one", async () => {
    const { ports, call } = await open(name);
    const { record } = await createRecord(ports, call("crm", "contacts"), wanted);
    const id = String(record["id"]);
    const { record: changed } = await updateRecord(ports, call("crm", "contacts"), id, { phones: [] });
    expect(changed).toMatchObject({ phones: [], emails: given.emails });
    await deleteRecord(ports, call("crm", "contacts"), id);
    expect(await problemOf(getRecord(ports, call("crm", "contacts"), id))).toMatchObject({ code: "not_found" });
  });
});

/** One for each way that pages follow each other; of the others a few pages. */
const inFull = ["hubspot contacts", "salesforce contacts", "zendesk tickets", "gusto employees"];

describe.each(pairs)("a long list at %s, %s/%s", (name, category, model) => {
  it("pages through with each record once, holding one page at a time", { timeout: 120_000 }, async () => {
    const largest = { records: 0 };
    const watching: typeof expressions = {
      ...expressions,
      evaluators: 0,
      evaluate: async (text, input, bindings) => {
        const { records } = (input ?? {}) as { records?: unknown };
        if (text.startsWith("[records.") && Array.isArray(records))
          largest.records = Math.max(largest.records, records.length);
        return await expressions.evaluate(text, input, bindings);
      },
    };
    const { ports, call, provider, asked } = await open(name, { expressions: watching });
    const count = inFull.includes(`${name} ${model}`) ? 10_000 : 300;
    provider.of[model]?.fill(count);
    const seen: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const page = await listRecords(ports, call(category, model), { ...everything, limit: 100 }, cursor);
      expect(page.records.length).toBeLessThanOrEqual(200);
      for (const { id } of page.records) seen.push(String(id));
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== null);
    expect([seen.length, new Set(seen).size]).toEqual([count, count]);
    expect(asked).toHaveLength(pages);
    expect(pages).toBeGreaterThanOrEqual(count / 100);
    expect(largest.records).toBeLessThanOrEqual(40);
  });
});

describe("a cursor", () => {
  const wish = { limit: 1, filters: {}, sort: null };

  it("is good for its own list alone, and nobody makes one", async () => {
    const { ports, call, provider, asked } = await open("zendesk");
    provider.of["tickets"]?.fill(3);
    const { nextCursor } = await listRecords(ports, call("ticketing", "tickets"), wish, null);
    const before = asked.length;
    const forged = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from('{"endpoint":"list","position":{"kind":"address","path":"/users/me.json","query":null},"limit":1}'),
    ]).toString("base64url");
    const attempts = [
      [call("ticketing", "tickets"), wish, forged],
      [call("ticketing", "tickets", { accountId: "ia_other" }), wish, nextCursor],
      [call("ticketing", "tickets"), { ...wish, filters: { status: "open" } }, nextCursor],
      [call("ticketing", "tickets"), wish, `${nextCursor?.slice(0, -2)}AA`],
      [call("ticketing", "tickets"), wish, ""],
    ] as const;
    for (const [one, asks, cursor] of attempts) {
      expect(await problemOf(listRecords(ports, one, asks, cursor))).toMatchObject({
        code: "invalid_request",
        status: 400,
      });
    }
    expect(asked).toHaveLength(before);
  });

  it("never leads to another host, whatever a provider names", async () => {
    const world = await open("zendesk");
    world.intercept = () => ({
      status: 200,
      body: { tickets: [], meta: { has_more: true }, links: { next: "https://evil.example/api/v2/tickets.json" } },
    });
    const work = listRecords(world.ports, world.call("ticketing", "tickets"), wish, null);
    expect(await problemOf(work)).toMatchObject({ code: "provider_error" });
    expect(world.asked).toHaveLength(1);
  });
});

describe("filters and orders of our own", () => {
  it.each(["hubspot", "salesforce"])(
    "find a contact by its e-mail address at %s, whatever stands in it",
    async (name) => {
      const { ports, call } = await open(name);
      const address = String.raw`o'neil\" OR 'x'='x@example.com`;
      await createRecord(ports, call("crm", "contacts"), { last_name: "O'Neil", emails: [{ address, kind: "work" }] });
      const wish = { ...everything, filters: { email: address } };
      const { records } = await listRecords(ports, call("crm", "contacts"), wish, null);
      expect(records.map((one) => one["last_name"])).toEqual(["O'Neil"]);
    },
  );

  it("sort, and page through what is sorted with each once", async () => {
    const { ports, call, provider } = await open("salesforce");
    provider.of["contacts"]?.fill(250);
    provider.of["contacts"]?.all.forEach((one, index) => {
      one.SystemModstamp = `2026-01-0${(index % 9) + 1}T00:00:00.000+0000`;
    });
    const wish = { limit: 20, filters: {}, sort: { field: "updated_at", descending: true } };
    const times: string[] = [];
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listRecords(ports, call("crm", "contacts"), wish, cursor);
      for (const { id, updated_at: at } of page.records) {
        seen.push(String(id));
        times.push(String(at));
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect([seen.length, new Set(seen).size]).toEqual([250, 250]);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it.each(["5 OR status:closed", "none", "1:2", ""])("by an id are of that id alone at zendesk: %j", async (id) => {
    const { ports, call, asked } = await open("zendesk");
    const wish = { ...everything, filters: { requester_id: id, status: "open" } };
    await listRecords(ports, call("ticketing", "tickets"), wish, null);
    const query = new URLSearchParams(asked.at(-1)?.query).get("query");
    // Nobody has the id 0.
    expect(query).toBe(id === "" ? "status:open" : "status:open requester:0");
  });

  it("leave no old ticket out at freshdesk, which shows those of 30 days alone unless it is asked for others", async () => {
    const { ports, call, provider } = await open("freshdesk");
    provider.of["tickets"]?.all.forEach((one) => (one.created_at = "2015-08-17T12:02:50Z"));
    const { records } = await listRecords(ports, call("ticketing", "tickets"), everything, null);
    expect(records).toHaveLength(provider.of["tickets"]?.all.length ?? -1);
    expect(records.length).toBeGreaterThan(0);
  });

  it("that the provider can't do are named before anything is sent", async () => {
    const { ports, call, asked } = await open("pipedrive");
    const wish = { ...everything, filters: { email: "a@b.example" } };
    const problem = await problemOf(listRecords(ports, call("crm", "contacts"), wish, null));
    expect(problem).toMatchObject({ code: "unsupported_by_provider", status: 422, errors: [{ pointer: "email" }] });
    expect(asked).toEqual([]);
  });
});

it.each([
  ["salesforce", "/Probability"],
  ["pipedrive", "/probability"],
])("a share is a percentage at %s, and no longer number", async (name, pointer) => {
  const { ports, call, asked } = await open(name);
  for (const [share, percent] of [
    [0.29, 29],
    [0.57, 57],
    [0.07, 7],
    [1, 100],
  ] as const) {
    await createRecord(ports, call("crm", "deals"), { name: "Engine", probability: share }).catch(() => null);
    const body = asked.findLast(({ method }) => method === "POST")?.body as Record<string, unknown>;
    expect(body[pointer.slice(1)]).toBe(percent);
  }
});

describe("custom fields", () => {
  const custom = (read: string, write?: string) => ({
    unified: {
      crm: {
        contacts: {
          customFields: { plan: { read, ...(write === undefined ? {} : { write: { "/properties/plan": write } }) } },
        },
      },
    },
  });

  it("are added by an environment and changed by an account", async () => {
    const environment = custom("properties.jobtitle", "custom_fields.plan");
    const first = await open("hubspot", { environment });
    const listed = await listRecords(first.ports, first.call("crm", "contacts"), everything, null);
    expect(listed.records[0]?.["custom_fields"]).toEqual({ plan: "Engineer" });
    const other = await open("hubspot", { environment, account: custom("$uppercase(properties.jobtitle)") });
    const own = await listRecords(other.ports, other.call("crm", "contacts"), everything, null);
    expect(own.records[0]?.["custom_fields"]).toEqual({ plan: "ENGINEER" });
    await createRecord(other.ports, other.call("crm", "contacts"), {
      first_name: "A",
      custom_fields: { plan: "gold" },
    });
    expect(other.asked.at(-1)?.body).toEqual({ properties: { firstname: "A", plan: "gold" } });
  });

  it("of a customer's own come once the provider is asked for them, as the guide says", async () => {
    const asked = { endpoints: { list: { query: { properties: "'firstname,tier'" } } } };
    const own = { customFields: { plan: { read: "properties.tier" } } };
    const read = async (contacts: object): Promise<unknown> => {
      const { ports, call, provider } = await open("hubspot", { environment: { unified: { crm: { contacts } } } });
      const [sample] = provider.of["contacts"]?.all ?? [];
      (sample as { properties: Record<string, string> }).properties["tier"] = "gold";
      const { records } = await listRecords(ports, call("crm", "contacts"), everything, null);
      return records[0]?.["custom_fields"];
    };
    expect(await read(own)).toEqual({ plan: null });
    expect(await read({ ...own, ...asked })).toEqual({ plan: "gold" });
  });

  it("that no mapping has are refused by their names", async () => {
    const { ports, call, asked } = await open("hubspot");
    const work = createRecord(ports, call("crm", "contacts"), { custom_fields: { plan: "gold" } });
    expect(await problemOf(work)).toMatchObject({
      code: "unsupported_by_provider",
      errors: [{ pointer: "/custom_fields/plan" }],
    });
    expect(asked).toEqual([]);
  });
});

describe("what a provider refuses", () => {
  it.each<[string, string, string, Record<string, unknown>, Record<string, unknown>]>([
    [
      "hubspot",
      "crm",
      "contacts",
      { emails: [{ address: "nobody" }] },
      { code: "provider_rejected", errors: [{ pointer: "email", detail: "Email address nobody is invalid" }] },
    ],
    ["hubspot", "crm", "contacts", { emails: [{ address: "bcooper@biglytics.net" }] }, { code: "conflict" }],
    [
      "salesforce",
      "crm",
      "contacts",
      { first_name: "Ada" },
      { code: "provider_rejected", errors: [{ pointer: "LastName" }] },
    ],
    ["pipedrive", "crm", "contacts", { emails: [] }, { code: "provider_rejected" }],
    [
      "zendesk",
      "ticketing",
      "tickets",
      { subject: "Help" },
      { code: "provider_rejected", errors: [{ pointer: "base" }] },
    ],
    [
      "freshdesk",
      "ticketing",
      "tickets",
      { subject: "Help" },
      { code: "provider_rejected", errors: [{ pointer: "requester_id" }] },
    ],
    ["bamboohr", "hris", "employees", { first_name: "Ada" }, { code: "provider_rejected" }],
    [
      "gusto",
      "hris",
      "employees",
      { first_name: "Ada" },
      { code: "provider_rejected", errors: [{ pointer: "first_name" }] },
    ],
  ])("%s, %s/%s: comes as the documented problem with its words", async (name, category, model, given, expected) => {
    const { ports, call } = await open(name);
    const problem = await problemOf(createRecord(ports, call(category, model), given));
    expect(problem).toMatchObject(expected);
    expect(problem.extensions).toMatchObject({
      source: "provider",
      provider: { message: expect.any(String) as string },
    });
    // A detail is logged; what a provider says may be about a customer.
    const { message } = problem.extensions["provider"] as { message: string };
    expect(`${problem.detail} ${problem.message}`).not.toContain(message);
  });

  it.each(pairs)("%s, %s/%s: a record that is not there is not found", async (name, category, model) => {
    const { ports, call } = await open(name);
    expect(await problemOf(getRecord(ports, call(category, model), "4711"))).toMatchObject({ code: "not_found" });
  });

  it("a limit is a limit, with what is known of it, and nothing is tried again", async () => {
    const world = await open("hubspot");
    world.intercept = () => ({
      status: 429,
      headers: { "retry-after": "7", "x-hubspot-ratelimit-max": "100", "x-hubspot-ratelimit-remaining": "0" },
      body: { errorType: "RATE_LIMIT" },
    });
    const problem = await problemOf(listRecords(world.ports, world.call("crm", "contacts"), everything, null));
    expect(problem).toMatchObject({
      code: "rate_limited",
      retryAfterSeconds: 7,
      rateLimit: { limit: 100, remaining: 0 },
    });
    expect(problem.extensions["source"]).toBe("provider");
    expect(world.asked).toHaveLength(1);
  });

  it("a dead token is renewed, and the call sent again with the new one", async () => {
    const world = await open("hubspot");
    world.intercept = ({ token }) => (token === "Bearer access-0" ? { status: 401, body: {} } : null);
    const given = { first_name: "Ada" };
    const { record } = await createRecord(world.ports, world.call("crm", "contacts"), given);
    expect(record["first_name"]).toBe("Ada");
    expect(world.asked.map(({ body }) => body)).toEqual([
      { properties: { firstname: "Ada" } },
      { properties: { firstname: "Ada" } },
    ]);
  });

  it.each<[string, { status: number; headers?: Record<string, string>; body?: unknown } | "lost", string]>([
    ["a server that fails", { status: 500, body: {} }, "provider_error"],
    [
      "a page for people in place of an answer",
      { status: 200, headers: { "content-type": "text/html" }, body: "<html>" },
      "provider_error",
    ],
    ["no answer at all", "lost", "provider_error"],
    ["a missing scope", { status: 403, body: { category: "MISSING_SCOPES" } }, "provider_forbidden"],
    [
      "an answer larger than may be held",
      { status: 200, body: { results: ["x".repeat(1_100_000)] } },
      "provider_error",
    ],
  ])("%s", async (_, answer, code) => {
    const world = await open("hubspot");
    world.intercept = () => answer;
    expect(await problemOf(listRecords(world.ports, world.call("crm", "contacts"), everything, null))).toMatchObject({
      code,
    });
  });

  it("what its API can't do is told before anything is sent", async () => {
    const { ports, call, asked } = await open("gusto");
    expect(await problemOf(deleteRecord(ports, call("hris", "employees"), "x"))).toMatchObject({
      code: "unsupported_by_provider",
      extensions: { operation: "delete" },
    });
    expect(await problemOf(listRecords(ports, call("crm", "contacts"), everything, null))).toMatchObject({
      code: "unsupported_by_provider",
    });
    const work = updateRecord(ports, call("hris", "employees"), "x", { job_title: "Poet" });
    expect(await problemOf(work)).toMatchObject({ errors: [{ pointer: "/job_title" }] });
    expect(asked).toEqual([]);
  });
});

describe("the provider's own record", () => {
  it("comes beside ours on request, ids of 64 bits as they are", async () => {
    const world = await open("freshdesk");
    world.intercept = () => ({ status: 200, body: '[{"id":12345678901234567890,"subject":"Help","tags":[]}]' });
    const call = world.call("ticketing", "tickets", { wantsRaw: true });
    const { records, raw } = await listRecords(world.ports, call, everything, null);
    expect(records[0]?.["id"]).toBe("12345678901234567890");
    expect(JSON.stringify(raw)).toBe('[{"id":12345678901234567890,"subject":"Help","tags":[]}]');
  });
});

describe("an id that a caller gives", () => {
  it.each(["..", "a/../../b", "%2e%2e", "x?y=1", "x#y", "\\..\\x"])("stays within its segment: %j", async (id) => {
    const world = await open("hubspot");
    const problem = await problemOf(getRecord(world.ports, world.call("crm", "contacts"), id));
    expect(["not_found", "invalid_request"]).toContain(problem.code);
    for (const { path } of world.asked) expect(path).toMatch(/^\/crm\/v3\/objects\/contacts\/[^/]+$/);
  });
});

describe("a word beside the records of a provider", () => {
  it.each([
    ["salesforce", "crm", "contacts", "describe"],
    ["hubspot", "crm", "contacts", "search"],
    ["zendesk", "ticketing", "tickets", "recent"],
    ["gusto", "hris", "employees", "jobs"],
  ])("at %s, %s/%s, is no id: nothing is asked for %j", async (name, category, model, word) => {
    const { ports, call, asked } = await open(name);
    for (const work of [
      getRecord(ports, call(category, model), word),
      updateRecord(ports, call(category, model), word, { first_name: "Ada", subject: "Help" } as never),
      deleteRecord(ports, call(category, model), word),
    ]) {
      const { code } = await problemOf(work);
      expect(["not_found", "unsupported_by_provider"]).toContain(code);
    }
    expect(asked).toEqual([]);
  });
});

describe("a mapping that fails", () => {
  it("is named by its pointer, on one record as among many", async () => {
    const account = { unified: { crm: { contacts: { fields: { name: { read: "$error('no')" } } } } } };
    const { ports, call } = await open("hubspot", { account });
    const problem = await problemOf(listRecords(ports, call("crm", "contacts"), everything, null));
    expect(problem).toMatchObject({
      code: "client_misconfigured",
      errors: [{ pointer: "/unified/crm/contacts/fields/name/read" }],
    });
  });
});
