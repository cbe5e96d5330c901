import { expect, it } from "vitest";
import { checkInputs } from "#core/domain/integration/resolve-integration";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { fillInputs } from "./fill-inputs.ts";

it.each<[string, Readonly<Record<string, unknown>>, string]>([
  ["its default", { default: "com", example: "eu" }, "com"],
  ["its first option", { options: [{ value: "eu", label: "Europe" }] }, "eu"],
  ["its example", { example: "northwind", pattern: "[a-z]+" }, "northwind"],
  ["something that its pattern takes", { pattern: "[0-9]{10}" }, "1234567890"],
  ["something that its pattern takes, where the example does not", { example: "sk_…", pattern: "[a-z]+" }, "acme"],
])("an input gets %s", (_name, input, value) => {
  const document = exampleDocument({ inputs: [{ name: "one", label: "One", ...input }] });
  expect(fillInputs(document)).toEqual({ one: value });
});

it("all of them together are what the document takes, one in a host too", () => {
  const inputs = [
    {
      name: "shop",
      label: "Shop",
      prefix: "https://",
      suffix: ".acme.example",
      example: "https://northwind.acme.example",
    },
    { name: "region", label: "Region", pattern: "[a-z]{2}", example: "eu" },
  ];
  const auth = { tokenHost: "https://{shop}.acme.example" };
  const document = exampleDocument({ inputs, config: { auth } });
  expect(checkInputs(document, fillInputs(document))).toEqual({ shop: "northwind", region: "eu" });
});
