import { expect, test } from "vitest";
import { brandOf, noBrand } from "./brand.ts";

test("what an older version stored is still shown, word for word", () => {
  expect(brandOf({ name: "Example", support: "Ask your account manager" })).toEqual({
    ...noBrand,
    name: "Example",
    support: "Ask your account manager",
  });
});

test.each([
  [{ name: 7, support: null, logo: "../../etc/passwd", accent: "#0f766e" }],
  [{ accent: { light: "#0f766e" } }],
  [{ accent: { light: "#0f766e", dark: "red;}" } }],
  [{ accent: { light: "#ffff00", dark: "#ffff00" } }],
])("a part that can't be shown counts as absent: %o", (stored) => expect(brandOf(stored)).toEqual(noBrand));

test("an accent that passes in both themes comes with its words", () => {
  expect(brandOf({ accent: { light: "#0F766E", dark: "#2dd4bf" } }).accent).toEqual({
    light: { fill: "#0f766e", onFill: "#ffffff", ink: "#0f766e" },
    dark: { fill: "#2dd4bf", onFill: "#09090b", ink: "#2dd4bf" },
  });
});
