import { describe, expect, it } from "vitest";
import { createRecord, updateRecord } from "#core/usecases/unified/one-record";
import { openUnifiedWorld } from "./unified-world.ts";

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
