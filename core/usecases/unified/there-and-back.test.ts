import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { capabilitiesOf } from "#core/domain/unified/capabilities";
import type { JsonObject } from "#core/domain/unified/json-object";
import { findModel } from "#core/domain/unified/models";
import type { ModelField } from "#core/domain/unified/model";
import { imitations } from "#lab/imitations/imitations";
import { openUnifiedWorld } from "#test/unified/unified-world";
import { createRecord, getRecord, updateRecord } from "./one-record.ts";

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }).filter((text) => text.trim() === text);
const ids = fc.integer({ min: 1, max: 2 ** 52 }).map(String);
let addresses = 0;
const address = fc.constantFrom("a", "b'c", "d+e").map((name) => `${name}${(addresses += 1)}@example.com`);
const day = fc.date({ min: new Date("1970-01-02"), max: new Date("2090-01-01"), noInvalidDate: true });

type Entry = { number?: string | null; address?: string; kind?: string | null };
/** What nothing is said of is for work. */
const kindOf = ({ kind }: Entry): string => kind ?? "work";
/** As callers write them: one for work may have no kind, and an entry may hold nothing to write. */
const asCallersWrite = (entries: fc.Arbitrary<Entry[]>) =>
  fc
    .tuple(entries, fc.constantFrom("said", "absent", "null"), fc.constantFrom([], [{ kind: "work" }]))
    .map(([all, saying, hollow]): Entry[] => [
      ...hollow,
      ...all.map((one) => {
        if (one.kind !== "work" || saying === "said") return one;
        const { kind: _, ...rest } = one;
        return saying === "null" ? { ...rest, kind: null } : rest;
      }),
    ]);
const phone = (...kinds: string[]): fc.Arbitrary<Entry> =>
  fc.record({ number: fc.stringMatching(/^\+[1-9]\d{5,12}$/), kind: fc.constantFrom(...kinds) });
/** One of each kind, the order being the provider's own. */
const phones = (...kinds: string[]) =>
  asCallersWrite(
    fc
      .uniqueArray(phone(...kinds), { selector: kindOf, minLength: 1, maxLength: kinds.length })
      .map((all) => all.toSorted((a, b) => kinds.indexOf(kindOf(a)) - kinds.indexOf(kindOf(b)))),
  );
const email = (...kinds: string[]): fc.Arbitrary<Entry> => fc.record({ address, kind: fc.constantFrom(...kinds) });
const oneEmail = asCallersWrite(email("work").map((one) => [one]));

/** What a provider can hold of a field, where that is less than the model can say. */
const holds: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
  hubspot: { emails: oneEmail, phones: phones("work", "mobile"), "companies.phones": phones("work") },
  salesforce: { emails: oneEmail, phones: phones("work", "mobile", "home"), "companies.phones": phones("work", "fax") },
  pipedrive: {
    emails: asCallersWrite(fc.array(email("work", "home"), { minLength: 1, maxLength: 3 })),
    phones: asCallersWrite(fc.array(phone("work", "mobile", "home"), { minLength: 1, maxLength: 3 })),
    // By their ids.
    stage: ids,
    pipeline: ids,
  },
  // It has no `new`, and no `on_hold`; an address names a requester of its own.
  freshdesk: { status: fc.constantFrom("open", "pending", "solved", "closed") },
};

/** Without which a provider makes no record. */
const needed: Record<string, JsonObject> = {
  contacts: { last_name: "Lovelace" },
  "pipedrive.contacts": { name: "Ada" },
  "pipedrive.companies": { name: "Engines" },
  "pipedrive.deals": { name: "Engine no. 2" },
  tickets: { description: "Help", requester_id: "5" },
  employees: { first_name: "Ada", last_name: "Lovelace" },
};

/** What a provider has no way to clear: a ticket always has a status. */
const uncleared: Record<string, readonly string[]> = {
  "freshdesk.tickets": ["status", "priority"],
  "zendesk.tickets": ["status"],
  "pipedrive.deals": ["status"],
};

function valueOf({ kind, choices = [], members = {} }: ModelField): fc.Arbitrary<unknown> {
  switch (kind) {
    case "id":
      return ids;
    case "text":
      return word;
    case "number":
      return fc.integer({ min: 0, max: 400 }).map((count) => count / 4);
    case "timestamp":
      return day.map((at) => at.toISOString());
    case "date":
      return day.map((at) => at.toISOString().slice(0, 10));
    case "choice":
      return fc.constantFrom(...choices);
    case "texts":
      return fc.uniqueArray(fc.stringMatching(/^[a-z]{1,10}$/), { minLength: 1, maxLength: 5 });
    case "object":
    case "objects":
      return fc.record(
        Object.fromEntries(Object.entries(members).map(([name, one]) => [name, fc.option(valueOf(one), { freq: 5 })])),
        { requiredKeys: [] },
      );
  }
}

/** How a field is read that was given so. @param before the field as it was read then; null: there was no record */
function asRead({ kind, members = {} }: ModelField, given: unknown, before: unknown): unknown {
  switch (kind) {
    case "object": {
      // Of its members, too, what is absent stays and null clears.
      const none = Object.fromEntries(Object.keys(members).map((name) => [name, null]));
      const whole = { ...none, ...(before as object | null), ...(given as object) };
      return Object.values(whole).every((one) => one === null) ? null : whole;
    }
    case "objects":
      return (given as Entry[])
        .filter((one) => one.number !== undefined || one.address !== undefined)
        .map((one) => ({ ...one, kind: kindOf(one) }));
    default:
      return given;
  }
}

const pairs = Object.entries(imitations).flatMap(([name, imitate]) =>
  Object.keys(imitate().of).map((model): [string, string] => [name, model]),
);

describe.each(pairs)("there and back at %s: %s", (name, modelName) => {
  it("keeps every field that the provider can hold", { timeout: 120_000 }, async () => {
    const { ports, call, world } = await openUnifiedWorld(name);
    const category = ["crm", "ticketing", "hris"].find((one) => findModel(one, modelName) !== null) ?? "";
    const model = findModel(category, modelName);
    const configured = await world.integrations.find("env_production", "acme-crm");
    const told = capabilitiesOf(configured?.document.unified).find((one) => one.model === modelName);
    if (model === null || told === undefined) throw new Error(`${name} has no ${modelName}`);
    const own = holds[name] ?? {};
    const shape = (operation: "create" | "update") =>
      Object.fromEntries(
        Object.entries(model.fields)
          .filter(([field]) => told.fields[field]?.[operation] === true && told.fields[field].read)
          .filter(([field]) => !(name === "freshdesk" && field === "requester_email"))
          .map(([field, one]) => [field, own[`${modelName}.${field}`] ?? own[field] ?? valueOf(one)]),
      );
    expect(Object.keys(shape("create")).length).toBeGreaterThan(2);
    const base = needed[`${name}.${modelName}`] ?? needed[modelName] ?? {};
    const asked = call(category, modelName);
    const read = (given: object, before: JsonObject | null): JsonObject =>
      Object.fromEntries(
        Object.entries(given).map(([field, value]) => {
          const one = model.fields[field];
          return [field, one === undefined ? value : asRead(one, value, before?.[field] ?? null)];
        }),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.record(shape("create"), { requiredKeys: [] }),
        fc.record(shape("update"), { requiredKeys: [] }),
        async (given, changes) => {
          const whole = { ...base, ...given };
          const { record } = await createRecord(ports, asked, whole);
          expect(record).toMatchObject(read(given, null));
          const id = String(record["id"]);
          const { record: changed } = await updateRecord(ports, asked, id, changes);
          const after = await getRecord(ports, asked, id);
          // The answer to a change is the record, and not what was changed of it.
          expect(changed).toEqual(after.record);
          // What was not named stays, what was named is there.
          expect(after.record).toMatchObject({ ...read(given, null), ...read(changes, record) });
        },
      ),
      { numRuns: 40 },
    );
  });

  it("clears every field that is given as null, or says that it can't be cleared", { timeout: 120_000 }, async () => {
    const { ports, call, world } = await openUnifiedWorld(name);
    const category = ["crm", "ticketing", "hris"].find((one) => findModel(one, modelName) !== null) ?? "";
    const model = findModel(category, modelName);
    const configured = await world.integrations.find("env_production", "acme-crm");
    const told = capabilitiesOf(configured?.document.unified).find((one) => one.model === modelName);
    if (model === null || told === undefined) throw new Error(`${name} has no ${modelName}`);
    const own = holds[name] ?? {};
    const base = needed[`${name}.${modelName}`] ?? needed[modelName] ?? {};
    const asked = call(category, modelName);
    const cleared: string[] = [];
    for (const [field, one] of Object.entries(model.fields)) {
      const can = told.fields[field];
      if (can?.update !== true || !can.read || field in base) continue;
      const arbitrary = own[`${modelName}.${field}`] ?? own[field] ?? valueOf(one);
      // The fullest of some: with all its members, where it has any.
      const [value] = fc
        .sample(arbitrary, { numRuns: 50, seed: 7 })
        .toSorted((a, b) => JSON.stringify(b).length - JSON.stringify(a).length);
      const { record } = await createRecord(ports, asked, { ...base, ...(can.create ? { [field]: value } : {}) });
      const id = String(record["id"]);
      if (!can.create) await updateRecord(ports, asked, id, { [field]: value });
      expect([field, (await getRecord(ports, asked, id)).record[field]]).not.toEqual([field, null]);
      const work = updateRecord(ports, asked, id, { [field]: null });
      const problem = await work.then(
        () => null,
        (error: unknown) => error,
      );
      if (problem !== null) {
        expect(problem).toMatchObject({ code: "unsupported_by_provider", errors: [{ pointer: `/${field}` }] });
        continue;
      }
      const after = (await getRecord(ports, asked, id)).record[field];
      expect([field, Array.isArray(after) && after.length === 0 ? null : after]).toEqual([field, null]);
      cleared.push(field);
    }
    expect(cleared.length > 0 || !Object.values(told.fields).some(({ update }) => update)).toBe(true);
    expect({ name, modelName, stays: uncleared[`${name}.${modelName}`] ?? [] }).toEqual({
      name,
      modelName,
      stays: Object.keys(model.fields).filter(
        (field) =>
          told.fields[field]?.update === true &&
          told.fields[field].read &&
          !(field in base) &&
          !cleared.includes(field),
      ),
    });
  });
});
