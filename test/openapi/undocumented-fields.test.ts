import { expect, test } from "vitest";
import type { Schema } from "#api/openapi/openapi-types";
import { makeOpenApiDocument } from "#scripts/openapi-document";
import { undocumentedFields } from "./undocumented-fields.ts";

const document = await makeOpenApiDocument();
const account: Schema = { $ref: "#/components/schemas/AccountDetail" };

test.each<[string, unknown, string[]]>([
  [
    "none",
    { id: "ia_1", hold: { reason: "x" }, metadata: { free: "y" }, effective: { "/a": { value: { b: 1 } } } },
    [],
  ],
  ["one at the top", { id: "ia_1", secret: "s" }, ["/secret"]],
  ["one in a nullable component", { hold: { reason: "x", why: 1 } }, ["/hold/why"]],
  ["one in a free map's values", { effective: { "/a": { value: 1, from: 2 } } }, ["/effective/~1a/from"]],
])("an answer's fields that no schema names are found: %s", (_name, value, found) => {
  expect(undocumentedFields(document, account, value)).toEqual(found);
});
