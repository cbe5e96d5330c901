import { expect, test } from "vitest";
import { linksAsCsv } from "./links-as-csv.ts";

const link = {
  tenant_id: "acme",
  integrated_account_id: "ia_1",
  url: "https://evergrant.example/connect/lt_1",
  expires_at: "2026-12-01T00:00:00.000Z",
};

test("a line for each link, whatever stands in a name", () => {
  expect(linksAsCsv([link, { ...link, tenant_id: 'Acme, "North"\nWest' }, { ...link, tenant_id: null }])).toBe(
    [
      '"tenant_id","integrated_account_id","url","expires_at"',
      '"acme","ia_1","https://evergrant.example/connect/lt_1","2026-12-01T00:00:00.000Z"',
      '"Acme, ""North""\nWest","ia_1","https://evergrant.example/connect/lt_1","2026-12-01T00:00:00.000Z"',
      '"","ia_1","https://evergrant.example/connect/lt_1","2026-12-01T00:00:00.000Z"',
      "",
    ].join("\r\n"),
  );
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])("%j is no formula to a spreadsheet", (name) => {
  expect(linksAsCsv([{ ...link, tenant_id: name }])).toContain(`"'${name}"`);
});
