import { expect, it } from "vitest";
import { checkInputs } from "#core/domain/integration/resolve-integration";
import { exampleDocument } from "#test/fakes/in-memory-integration-store";
import { typedDocument } from "#test/fakes/typed-documents";
import { fillCredentials, fillFields, fillInputs } from "./fill-inputs.ts";
import { noSamples } from "./read-samples.ts";

it.each<[string, Readonly<Record<string, unknown>>, string]>([
  ["its default", { default: "com", example: "eu" }, "com"],
  ["its first option", { options: [{ value: "eu", label: "Europe" }] }, "eu"],
  ["its example", { example: "northwind", pattern: "[a-z]+" }, "northwind"],
  ["something that its pattern takes", { pattern: "[0-9]{10}" }, "1234567890"],
  ["what its pattern spells", { pattern: "org_[a-z]{3}" }, "org_aaa"],
  ["something that its pattern takes, where the example does not", { example: "sk_…", pattern: "[a-z]+" }, "acme"],
])("an input gets %s", (_name, input, value) => {
  const document = exampleDocument({ inputs: [{ name: "one", label: "One", ...input }] });
  expect(fillInputs(document, noSamples)).toEqual({ one: value });
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
  expect(checkInputs(document, fillInputs(document, noSamples))).toEqual({ shop: "northwind", region: "eu" });
});

it("the samples' come first", () => {
  const document = exampleDocument({ inputs: [{ name: "one", label: "One", default: "com" }] });
  expect(fillInputs(document, { inputs: { one: "eu" } })).toEqual({ one: "eu" });
});

it("fields get what a sample shows, otherwise something that their pattern takes", () => {
  const fields = [
    { name: "shown", value: "shown" },
    { name: "domain", value: "domain", pattern: "https://[a-z]+\\.acme\\.example" },
    { name: "odd", value: "odd", pattern: "(?<a>z)\\k<a>" },
  ];
  const document = exampleDocument({ config: { fields } });
  expect(fillFields(document, { ...noSamples, fields: { shown: "42" } })).toEqual({
    shown: "42",
    domain: "https://a.acme.example",
  });
});

it("credentials get something that their pattern takes", () => {
  const fields = [
    { name: "api_key", label: "Key", pattern: "(sk|rk)_[A-Za-z0-9_]+" },
    { name: "other", label: "Other" },
  ];
  expect(fillCredentials(typedDocument("api_key", { config: { fields }, authorization: undefined }))).toEqual({
    api_key: "sk_a",
    other: "other-of-the-check",
  });
});
