import { describe, expect, test } from "vitest";
import { permissions } from "#core/domain/access/permission";
import type { ApiKeyView } from "#api/schemas/api-key";
import { allPermissions } from "../_parts/permission-words.ts";
import { draftLike, entriesOf, requestOf, wordDraft, type KeyDraft } from "./key-draft.ts";

const key: ApiKeyView = {
  id: "key_1",
  name: "Importer",
  ends_with: "x7Qp",
  state: "valid",
  permissions: ["accounts:read", "accounts:write"],
  tenant_ids: ["acme", "globex"],
  integration_names: null,
  addresses: ["203.0.113.0/24"],
  created_at: "2026-01-01T00:00:00.000Z",
  created_by: "usr_1",
  last_used_at: null,
  expires_at: "2026-04-01T00:00:00.000Z",
  stopped_at: null,
  stopped_by: null,
  revoked_at: null,
};

test("every permission stands in one group of the form, and each but once", () => {
  expect(allPermissions.toSorted()).toEqual([...permissions].toSorted());
});

test("a successor asks for what the key before it had, and nothing more", () => {
  expect(requestOf(draftLike(key))).toEqual({
    name: "Importer",
    permissions: ["accounts:read", "accounts:write"],
    tenant_ids: ["acme", "globex"],
    addresses: ["203.0.113.0/24"],
    expires_in: 7_776_000,
  });
  expect(requestOf(draftLike({ ...key, expires_at: null }))).not.toHaveProperty("expires_in");
});

test.each([
  ["2026-01-08T00:00:00.000Z", "month"],
  ["2026-01-31T00:00:00.000Z", "month"],
  ["2026-06-01T00:00:00.000Z", "quarter"],
  ["2027-01-01T00:00:00.000Z", "year"],
  ["2030-01-01T00:00:00.000Z", "year"],
])("a key that ended at %s is followed by one for a %s", (at, life) => {
  expect(draftLike({ ...key, expires_at: at }).life).toBe(life);
});

test("entries are parted by lines and commas, without blanks and doubles", () => {
  expect(entriesOf(" acme \nglobex, acme\n\n")).toEqual(["acme", "globex"]);
});

test("a limit that names nothing yet is sent as such, and never as none", () => {
  const draft: KeyDraft = { ...draftLike(null), tenants: " \n" };
  expect(requestOf(draft)).toMatchObject({ tenant_ids: [] });
});

describe("the sentence", () => {
  const draft = draftLike(null);
  test.each<[Partial<KeyDraft>, string]>([
    [{}, "may make links, see accounts and read tokens, of all customers, from anywhere, for 1 year."],
    [
      { permissions: allPermissions, life: "endless" },
      "may do everything, of all customers, from anywhere, without an end.",
    ],
    [
      { tenants: "acme\nglobex", integrations: ["acme-crm"], addresses: "10.0.0.0/8" },
      "of acme and globex at acme-crm, from 10.0.0.0/8, for 1 year.",
    ],
    [{ tenants: "a\nb\nc\nd" }, "of 4 customers, from"],
    [{ tenants: "" }, "of no customer yet, from"],
    [{ permissions: [] }, "A key needs at least one permission."],
  ])("%#: says what the key may", (part, said) => {
    expect(wordDraft({ ...draft, ...part })).toContain(said);
  });
});
