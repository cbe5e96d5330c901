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
const phone = (...kinds: string[]) =>
  fc.record({ number: fc.stringMatching(/^\+[1-9]\d{5,12}$/), kind: fc.constantFrom(...kinds) });
/** One of each kind, the order being the provider's own. */
const phones = (...kinds: string[]) =>
  fc
    .uniqueArray(phone(...kinds), { selector: (one) => one.kind, minLength: 1, maxLength: kinds.length })
    .map((all) => all.toSorted((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind)))
    .chain((all) => fc.boolean().map((isSaid) => all.map((one) => (isSaid ? one : withoutWork(one)))));
/** What is said of no kind is for work, at providers that have a place for each kind. */
const withoutWork = ({ number, kind }: { number: string; kind: string }) =>
  kind === "work" ? { number } : { number, kind };
const oneEmail = fc.record({ address, kind: fc.constant("work") }).map((one) => [one]);

/** What a provider can hold of a field, where that is less than the model can say. */
const holds: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
  hubspot: { emails: oneEmail, phones: phones("work", "mobile"), "companies.phones": phones("work") },
  salesforce: { emails: oneEmail, phones: phones("work", "mobile", "home"), "companies.phones": phones("work", "fax") },
  pipedrive: {
    emails: fc.array(fc.record({ address, kind: fc.constantFrom("work", "home") }), { minLength: 1, maxLength: 3 }),
    phones: fc.array(phone("work", "mobile", "home"), { minLength: 1, maxLength: 3 }),
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
const uncleared: Record<string, readonly string[]> = { "freshdesk.tickets": ["status", "priority"] };

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
      return fc.record(Object.fromEntries(Object.entries(members).map(([name, one]) => [name, valueOf(one)])));
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
    await fc.assert(
      fc.asyncProperty(
        fc.record(shape("create"), { requiredKeys: [] }),
        fc.record(shape("update"), { requiredKeys: [] }),
        async (given, changes) => {
          const whole = { ...base, ...given };
          const { record } = await createRecord(ports, asked, whole);
          expect(record).toMatchObject(given);
          const id = String(record["id"]);
          await updateRecord(ports, asked, id, changes);
          const after = await getRecord(ports, asked, id);
          // What was not named stays, what was named is there.
          expect(after.record).toMatchObject({ ...given, ...changes });
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
      const [value] = fc.sample(own[`${modelName}.${field}`] ?? own[field] ?? valueOf(one), { numRuns: 1, seed: 7 });
      const { record } = await createRecord(ports, asked, { ...base, ...(can.create ? { [field]: value } : {}) });
      const id = String(record["id"]);
      if (!can.create) await updateRecord(ports, asked, id, { [field]: value });
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
