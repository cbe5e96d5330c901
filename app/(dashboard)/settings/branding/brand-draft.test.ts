import { expect, test } from "vitest";
import { brandingOf, draftOf, isSame, logoFault } from "./brand-draft.ts";

const stored = {
  name: "Example",
  logo: "https://connect.example.com/api/connect/logos/0",
  accent: { light: "#0f766e", dark: "#2dd4bf" },
  support: "help@example.com",
  privacy_url: "https://example.com/privacy",
};

test("what is saved unchanged is what was there, the logo by its address", () => {
  expect(brandingOf(draftOf(stored))).toEqual(stored);
  expect(brandingOf(draftOf({}))).toEqual({});
});

test("what is emptied is left out, so that it is taken back", () => {
  expect(brandingOf({ ...draftOf(stored), name: "  ", logo: null, accent: null, support: "", privacyUrl: "" })).toEqual(
    {},
  );
});

test("blanks around a text make no change", () => {
  expect(isSame({ ...draftOf(stored), name: " Example " }, draftOf(stored))).toBe(true);
  expect(isSame({ ...draftOf(stored), logo: null }, draftOf(stored))).toBe(false);
});

test.each([
  [{ type: "image/png", size: 65_536 }, null],
  [{ type: "image/png", size: 65_537 }, /65 KB/],
  [{ type: "image/svg+xml", size: 10 }, /SVG/],
  [{ type: "application/pdf", size: 10 }, /no PNG/],
])("%o as a logo: %s", (file, fault) => {
  if (fault === null) expect(logoFault(file)).toBeNull();
  else expect(logoFault(file)).toMatch(fault);
});
