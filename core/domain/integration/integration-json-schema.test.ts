import { expect, it } from "vitest";
import { integrationJsonSchema } from "./integration-json-schema.ts";

type Node = { readonly [key: string]: unknown };

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every property, wherever in the schema it stands: its pointer there, and the property. */
function propertiesOf(schema: Node, at = ""): [string, Node][] {
  return Object.entries(schema).flatMap(([keyword, value]) => {
    const below = `${at}/${keyword}`;
    if (keyword === "properties" && isNode(value)) {
      return Object.entries(value).flatMap(([name, property]) =>
        isNode(property)
          ? [[`${below}/${name}`, property] as [string, Node], ...propertiesOf(property, `${below}/${name}`)]
          : [],
      );
    }
    const parts = Array.isArray(value)
      ? value.map((part, index): [string, unknown] => [`${below}/${index}`, part])
      : [];
    return [[below, value] as [string, unknown], ...parts].flatMap(([place, part]) =>
      isNode(part) ? propertiesOf(part, place) : [],
    );
  });
}

const isDescribed = ({ description }: Node): boolean => typeof description === "string" && /\S.{3,}/.test(description);
const undescribed = (schema: Node): string[] =>
  propertiesOf(schema).flatMap(([at, property]) => (isDescribed(property) ? [] : [at]));

it("says of every field what it is (CONTRACT, The integration document)", () => {
  expect(propertiesOf(integrationJsonSchema()).length).toBeGreaterThan(300);
  expect(undescribed(integrationJsonSchema())).toEqual([]);
});

it("has teeth: a field without a word is found wherever it stands", () => {
  const silent = { properties: { silent: { type: "string" }, told: { description: "Told." } } };
  for (const schema of [silent, { oneOf: [silent] }, { items: silent }, { additionalProperties: silent }]) {
    expect(undescribed(schema)).toEqual([expect.stringMatching(/\/properties\/silent$/)]);
  }
});
