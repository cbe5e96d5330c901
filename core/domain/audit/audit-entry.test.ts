import fc from "fast-check";
import { expect, test } from "vitest";
import { entryText, provenText, type AuditEntry } from "./audit-entry.ts";
import type { AuditRecord } from "./audit-record.ts";
import { canonicalJson } from "./canonical-json.ts";

const text = fc.string({ unit: "grapheme" });
const entries: fc.Arbitrary<AuditEntry> = fc.record({
  id: text,
  at: fc.date({ min: new Date(0), max: new Date("9999-12-30"), noInvalidDate: true }),
  environmentId: text,
  actor: text,
  action: text,
  target: text,
  accountId: fc.option(text),
  keyId: fc.option(text),
  detail: fc.dictionary(text, fc.jsonValue()),
});

test("a record's text is canonical JSON of all its fields", () => {
  fc.assert(
    fc.property(entries, (entry) => {
      const { id, actor, action, target, detail } = entry;
      const members = { id, actor, action, target, detail, environment_id: entry.environmentId };
      const all = { ...members, at: entry.at.toISOString(), account_id: entry.accountId, key_id: entry.keyId };
      expect(entryText(entry)).toBe(canonicalJson(all));
    }),
  );
});

test("what is proven of it is the same with the minute in place of the instant", () => {
  fc.assert(
    fc.property(entries, fc.nat(), (entry, minute) => {
      const { id, actor, action, target, detail } = entry;
      const members = { id, actor, action, target, detail, environment_id: entry.environmentId };
      const all = { ...members, minute, account_id: entry.accountId, key_id: entry.keyId };
      const { accountId, keyId, ...rest } = entry;
      const optional = { ...(accountId === null ? {} : { accountId }), ...(keyId === null ? {} : { keyId }) };
      expect(provenText(id, { ...rest, ...optional } as unknown as AuditRecord, minute)).toBe(canonicalJson(all));
    }),
  );
});
