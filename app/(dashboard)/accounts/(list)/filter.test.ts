import { expect, test } from "vitest";
import { accountsHref, isNarrowed, readFilter } from "./filter.ts";

test("what a filter says is what its address says, and the other way round", () => {
  const query = {
    search: "acme",
    status: "needs_reauth",
    integration_name: "acme-crm",
    hold: "true",
    refresh_failing: "true",
    tenant_id: "acme",
    scopes_missing: "true",
    expires_within: "3600",
    last_error_code: "transient",
    sort: "expires_at",
    cursor: "abc",
  };
  expect(accountsHref(readFilter(query))).toBe(`/accounts?${new URLSearchParams(query)}`);
});

test("what nobody knows is left out, and so is what the list has by itself", () => {
  const query = { status: "asleep", sort: "-created_at", expires_within: "1e3", hold: "no", search: "  ", limit: "9" };
  expect(accountsHref(readFilter(query))).toBe("/accounts");
});

test("an order narrows nothing, nor does a page", () => {
  expect(isNarrowed({ sort: "expires_at", cursor: "abc" })).toBe(false);
  expect(isNarrowed({ lacksScopes: true })).toBe(true);
});
