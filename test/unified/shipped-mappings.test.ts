import { describe, expect, it } from "vitest";
import { listRecords } from "#core/usecases/unified/list-records";
import type { ListWish } from "#core/domain/unified/list-wish";
import { createRecord, getRecord, updateRecord } from "#core/usecases/unified/one-record";
import { everything, openUnifiedWorld, type UnifiedWorld } from "./unified-world.ts";

/** What the catalogue's mappings make of values that a straight one gets wrong; there-and-back.test.ts tries all others. */

describe("a telephone number of no kind", () => {
  it.each([
    ["hubspot", "contacts", { last_name: "Lovelace" }],
    ["hubspot", "companies", { name: "Engines" }],
    ["salesforce", "contacts", { last_name: "Lovelace" }],
    ["salesforce", "companies", { name: "Engines" }],
    ["pipedrive", "contacts", { name: "Ada Lovelace" }],
  ])("is written at %s, %s as one for work", async (name, model, needed) => {
    const { ports, call } = await openUnifiedWorld(name);
    for (const phone of [{ number: "+1555" }, { number: "+1555", kind: null }]) {
      const given = { ...needed, phones: [{ kind: "work" }, { number: null, kind: "work" }, phone] };
      const { record } = await createRecord(ports, call("crm", model), given);
      expect(record["phones"]).toEqual([{ number: "+1555", kind: "work" }]);
      const { record: cleared } = await updateRecord(ports, call("crm", model), String(record["id"]), { phones: null });
      expect(cleared["phones"]).toEqual([]);
    }
  });
});

describe("what is null", () => {
  it("is written to bamboohr as the empty text that clears it, an address as a whole or in part", async () => {
    const { ports, call, asked } = await openUnifiedWorld("bamboohr");
    const address = { street: "335 South", city: "Lindon", state: "Utah", postal_code: "84042", country: "Ireland" };
    const given = { first_name: "Ada", last_name: "Lovelace", mobile_phone: "+1555", hired_on: "2024-02-01", address };
    const employees = call("hris", "employees");
    const { record } = await createRecord(ports, employees, given);
    const id = String(record["id"]);
    const changes = { mobile_phone: null, hired_on: null, address: { street: null } };
    const { record: changed } = await updateRecord(ports, employees, id, changes);
    expect(asked.findLast(({ method }) => method === "POST")?.body).toEqual({
      mobilePhone: "",
      hireDate: "",
      address1: "",
    });
    expect(changed).toMatchObject({ mobile_phone: null, hired_on: null, address: { ...address, street: null } });
    const { record: cleared } = await updateRecord(ports, employees, id, { address: null });
    expect(cleared["address"]).toBeNull();
  });

  const ticket = { description: "Help", requester_id: "5" };

  it.each([
    ["freshdesk", "ticketing", "tickets", "status", ticket, "open"],
    ["freshdesk", "ticketing", "tickets", "priority", ticket, "low"],
    ["zendesk", "ticketing", "tickets", "status", ticket, "new"],
    ["pipedrive", "crm", "deals", "status", { name: "Engine no. 2" }, "open"],
  ])(
    "is refused at %s, %s/%s as the %s, which there always is",
    async (name, category, model, field, needed, first) => {
      const { ports, call, asked } = await openUnifiedWorld(name);
      const work = updateRecord(ports, call(category, model), "18", { [field]: null });
      await expect(work).rejects.toMatchObject({ code: "unsupported_by_provider", errors: [{ pointer: `/${field}` }] });
      expect(asked).toEqual([]);
      // A new one has the provider's first.
      const { record } = await createRecord(ports, call(category, model), { ...needed, [field]: null });
      expect(record[field]).toBe(first);
    },
  );
});

describe("an id that is none of the provider's", () => {
  it.each(["requester_id", "assignee_id", "company_id"])(
    "finds nothing as the filter %s at zendesk",
    async (filter) => {
      const { ports, call, provider, asked } = await openUnifiedWorld("zendesk");
      provider.of["tickets"]?.fill(3);
      for (const id of ["none", "5 status:open", "-5", '"Ada"', "5*", "٥", " 20978392", "20978392 "]) {
        const wish = { ...everything, filters: { [filter]: id } };
        const { records } = await listRecords(ports, call("ticketing", "tickets"), wish, null);
        expect([id, records]).toEqual([id, []]);
        const query = new URLSearchParams(asked.at(-1)?.query).get("query");
        // Nobody has the id 0, and each word is one that we wrote.
        expect(query).toMatch(/^(requester|assignee|organization):0$/);
      }
    },
  );

  it.each(["company_id", "owner_id"])("stays within its quotes as the filter %s at salesforce", async (filter) => {
    const { ports, call, provider } = await openUnifiedWorld("salesforce");
    provider.of["contacts"]?.fill(3);
    for (const id of ["x' OR Id != '", String.raw`\' OR Id > \'`, "\\"]) {
      const wish = { ...everything, filters: { [filter]: id } };
      const { records } = await listRecords(ports, call("crm", "contacts"), wish, null);
      expect([id, records]).toEqual([id, []]);
    }
  });

  it.each([
    ["hubspot", "owner_id", "crm", "contacts"],
    ["pipedrive", "owner_id", "crm", "contacts"],
    ["freshdesk", "requester_id", "ticketing", "tickets"],
  ])("is a value of its own at %s, whatever stands in it", async (name, filter, category, model) => {
    const { ports, call, asked } = await openUnifiedWorld(name);
    const id = '5&filter=deleted\' OR "1"#';
    const { records } = await listRecords(
      ports,
      call(category, model),
      { ...everything, filters: { [filter]: id } },
      null,
    );
    expect(records).toEqual([]);
    const { query = "", body } = asked.at(-1) ?? {};
    const sent = body === null ? [...new URLSearchParams(query).values()] : [body.filterGroups[0].filters[0].value];
    expect(sent).toContain(id);
    expect(new URLSearchParams(query).has("filter")).toBe(false);
  });

  it.each([
    ["zendesk", "ticketing", "tickets", "team_id", { description: "Help", requester_id: "5" }],
    ["freshdesk", "ticketing", "tickets", "team_id", { description: "Help", requester_id: "5" }],
    ["pipedrive", "crm", "contacts", "company_id", { name: "Ada" }],
  ])("is written to %s as it is given, and becomes no other", async (name, category, model, field, needed) => {
    const { ports, call } = await openUnifiedWorld(name);
    // Doubles end at 2^53: as a number it would be 12345678901234567000.
    for (const id of ["12345678901234567890", "999999999999999", "007", "5", "x5"]) {
      const { record } = await createRecord(ports, call(category, model), { ...needed, [field]: id });
      expect(record[field]).toBe(id);
    }
  });
});

describe("the employees of bamboohr", () => {
  const pageOf = async (count: number, wish: Partial<ListWish>) => {
    const world = await openUnifiedWorld("bamboohr");
    world.provider.of["employees"]?.fill(count);
    world.provider.of["employees"]?.all.forEach((one, index) => {
      Object.assign(one, { firstName: `Ada${index % 7}`, status: index % 3 === 0 ? "Inactive" : "Active" });
    });
    const all: Record<string, unknown>[] = [];
    let cursor: string | null = null;
    do {
      const asks = { ...everything, ...wish };
      const page = await listRecords(world.ports, world.call("hris", "employees"), asks, cursor);
      all.push(...page.records);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return { ...world, all };
  };

  it("are listed as they are read one by one, but for the instant of the last change", async () => {
    const { ports, call, all } = await pageOf(1, {});
    const { record } = await getRecord(ports, call("hris", "employees"), String(all[0]?.["id"]));
    expect(record["updated_at"]).not.toBeNull();
    expect(all).toEqual([{ ...record, updated_at: null }]);
  });

  it("come page by page, however many they are: no answer holds more than was asked for", async () => {
    const { all, asked } = await pageOf(3_000, { limit: 1_000 });
    expect(new Set(all.map(({ id }) => id)).size).toBe(3_000);
    // All in one would be some three megabytes, and an answer of more than one is not read.
    expect(asked.map(({ query }) => new URLSearchParams(query).get("page[limit]"))).toEqual(Array(12).fill("250"));
  });

  it.each(["active", "inactive"])("are narrowed to those who are %s", async (status) => {
    const { all } = await pageOf(30, { limit: 4, filters: { employment_status: status } });
    expect(all.map((one) => one["employment_status"])).toEqual(Array(status === "active" ? 20 : 10).fill(status));
  });

  it("are sorted by name, both ways", async () => {
    for (const descending of [false, true]) {
      const { all } = await pageOf(30, { limit: 7, sort: { field: "first_name", descending } });
      const names = all.map((one) => String(one["first_name"]));
      expect(names).toHaveLength(30);
      expect(names).toEqual(descending ? names.toSorted().toReversed() : names.toSorted());
    }
  });
});

describe("tickets that a provider leaves out of its lists", () => {
  const idsOf = async ({ ports, call }: UnifiedWorld, wish: Partial<ListWish>): Promise<string[]> => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await listRecords(ports, call("ticketing", "tickets"), { ...everything, ...wish }, cursor);
      ids.push(...page.records.map(({ id }) => String(id)));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return ids;
  };

  it("are found at zendesk, where they are archived, with any filter", async () => {
    const world = await openUnifiedWorld("zendesk");
    world.provider.of["tickets"]?.fill(3);
    world.provider.of["tickets"]?.all.forEach((one, index) => (one.status = index === 0 ? "closed" : "open"));
    expect(await idsOf(world, {})).toHaveLength(2);
    expect(await idsOf(world, { filters: { created_after: "2000-01-01T00:00:00.000Z" } })).toHaveLength(3);
    expect(await idsOf(world, { filters: { status: "closed" } })).toHaveLength(1);
  });

  it("are listed at freshdesk, which shows those of the last 30 days unless it is asked for others", async () => {
    const world = await openUnifiedWorld("freshdesk");
    world.provider.of["tickets"]?.fill(30);
    expect(await idsOf(world, { limit: 7 })).toHaveLength(30);
    const asked = world.asked.map(({ query }) => new URLSearchParams(query).get("updated_since"));
    expect(new Set(asked)).toEqual(new Set(["2000-01-01T00:00:00Z"]));
    // The companion: the imitation leaves them out as the provider does.
    const unasked = {
      unified: { ticketing: { tickets: { endpoints: { list: { query: { updated_since: "null" } } } } } },
    };
    const without = await openUnifiedWorld("freshdesk", { account: unasked });
    without.provider.of["tickets"]?.fill(30);
    expect(await idsOf(without, {})).toEqual([]);
  });

  it("come behind the 300 pages of freshdesk with the last one's instant", async () => {
    const world = await openUnifiedWorld("freshdesk");
    world.provider.of["tickets"]?.fill(310);
    world.provider.of["tickets"]?.all.forEach((one, index) => {
      one.updated_at = new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
    });
    const sort = { field: "updated_at", descending: false };
    const first = await idsOf(world, { limit: 1, sort });
    expect(first).toHaveLength(300);
    const { record } = await getRecord(world.ports, world.call("ticketing", "tickets"), first.at(-1) ?? "");
    const rest = await idsOf(world, { limit: 100, sort, filters: { updated_after: String(record["updated_at"]) } });
    expect(new Set([...first, ...rest]).size).toBe(310);
  });
});
