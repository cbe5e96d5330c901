import { expect, test } from "vitest";
import { openTyped, sealTyped } from "./typed-cookie.ts";

const errors = [{ pointer: "/inputs/shop", detail: "Shop is needed", fault: "missing" as const }];
const typed = { link: "lnk_1", integrationName: "acme-crm", inputs: { shop: "", region: "日本" }, errors };

test("what was typed comes back for its link, with what is wrong with it", () => {
  expect(openTyped(sealTyped(typed), "lnk_1")).toEqual({
    integration_name: "acme-crm",
    typed: { shop: "", region: "日本" },
    code: "invalid",
    detail: null,
    fields: [{ name: "shop", message: "Shop is needed", fault: "missing" }],
  });
  expect(openTyped(sealTyped(typed), "lnk_2")).toBeNull();
});

test("nothing is kept that is too long for a cookie, or when no field was at fault", () => {
  expect(sealTyped({ ...typed, inputs: { shop: "x".repeat(3000) } })).toBeNull();
  expect(sealTyped({ ...typed, errors: [{ pointer: "/integration_name", detail: "?" }] })).toBeNull();
});

test.each([
  "",
  "x",
  "e30",
  Buffer.from("null").toString("base64url"),
  Buffer.from('{"link":"lnk_1"}').toString("base64url"),
])("%j is no cookie of ours", (value) => expect(openTyped(value, "lnk_1")).toBeNull());
