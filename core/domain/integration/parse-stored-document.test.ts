import { describe, expect, test } from "vitest";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { parseStoredDocument } from "./parse-stored-document.ts";

const mapping = { crm: { contacts: { fields: { id: { read: "id" } } } } };

describe("a stored document", () => {
  test("keeps a mapping that can be read", () => {
    const parsed = parseStoredDocument({ ...exampleDocument(), unified: mapping });
    expect(parsed.data?.unified?.crm?.["contacts"]?.fields["id"]?.read).toBe("id");
  });

  test.each<[string, unknown]>([
    ["of a form that was never one", ["anything"]],
    ["of a category that is not there", { erp: { orders: {} } }],
    ["of a model that is not there", { crm: { spaceships: {} } }],
    ["with one field that can't be read", { crm: { contacts: { fields: { id: { read: 5 } } } } }],
    ["that is a text", "later"],
  ])("lives on without a mapping %s", (_, unified) => {
    const parsed = parseStoredDocument({ ...exampleDocument(), unified });
    expect(parsed.success).toBe(true);
    expect(parsed.data?.unified).toBeUndefined();
    expect(parsed.data?.credentials).toEqual(parseStoredDocument(exampleDocument()).data?.credentials);
  });

  test("is out when anything else of it can't be read, with what is wrong", () => {
    const parsed = parseStoredDocument({ ...exampleDocument(), unified: "later", credentials: { format: "none" } });
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues.map(({ path }) => path[0])).toContain("credentials");
  });

  test.each([null, undefined, 5, "text", []])("may be no document at all: %j", (document) => {
    expect(parseStoredDocument(document).success).toBe(false);
  });
});
