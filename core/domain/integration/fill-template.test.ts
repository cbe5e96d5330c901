import { describe, expect, it } from "vitest";
import { fillTemplate, fillTemplates } from "./fill-template.ts";

const values = { shop: "north", scope: "a b", empty: "" };

it.each<[string, string, string | null]>([
  ["stays as it is where it names nothing", "consent", "consent"],
  ["may be empty where it names nothing", "", ""],
  ["is filled with what its names stand for", "{shop}: {scope}", "north: a b"],
  ["takes an empty name for nothing beside one that is filled", "{shop}{empty}", "north"],
  ["is left out when all its names are empty", "x-{empty}{unknown}", null],
  ["does not read a name into what every object has", "{constructor}", null],
])("a template %s", (_name, template, filled) => {
  expect(fillTemplate(template, values)).toBe(filled);
});

it("reads no template into a value: what somebody typed stays what it is", () => {
  expect(fillTemplate("{typed}", { typed: "{secret}", secret: "hush" })).toBe("{secret}");
});

describe("what becomes too long", () => {
  const scope = Array.from({ length: 200 }, () => "x".repeat(499)).join(" ");
  const fill = (templates: Readonly<Record<string, string>>) => () => fillTemplates(templates, { ...values, scope });

  it("is refused by its name, before it is made", () => {
    const tooLong = fill({ fine: "{scope}", audience: "{scope}{scope}" });
    expect(tooLong).toThrow(/its parameter audience too long/);
    expect(tooLong).toThrow(expect.objectContaining({ extensions: { reason: "request_too_long" } }));
    expect(fill({ fine: "{scope}" })()["fine"]).toHaveLength(scope.length);
  });

  it("counts together: many long ones are one long request", () => {
    const many = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`p${index}`, "{scope}"]));
    expect(fill(many)).toThrow(/its parameter p5 too long .more than 524288 characters/);
  });
});

it("leaves numbers and booleans alone, and leaves out what is empty", () => {
  expect(fillTemplates({ a: "{shop}", b: 7, c: false, d: "{empty}" }, values)).toEqual({ a: "north", b: 7, c: false });
});
