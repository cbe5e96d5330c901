import { describe, expect, test } from "vitest";
import type { CatalogueEntry } from "../../../_queries/catalogue.ts";
import { applyFilter, catalogueHref, countShown, readFilter } from "./filter.ts";

function entry(name: string, facts: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return {
    name,
    label: name.toUpperCase(),
    format: "oauth2",
    category: null,
    origin: "platform",
    client: "missing",
    connectable: false,
    redirect_uri: null,
    unified: [],
    problem: null,
    health: null,
    breakers: [],
    massFailure: null,
    ...facts,
  };
}

function health(active: number): CatalogueEntry["health"] {
  return {
    integration_name: "any",
    accounts: { connecting: 0, active, needs_reauth: 0, disconnected: 3 },
    refreshes: 0,
    success_rate: null,
    latency_ms: { p50: null, p95: null },
    failures: {},
  };
}

const names = (entries: readonly CatalogueEntry[]) => entries.map(({ name }) => name);
const all = [
  entry("books", { category: "Accounting" }),
  entry("ledger", { category: "Accounting", client: "set" }),
  entry("own", { origin: "environment", problem: "its hosts changed" }),
  entry("keys", { format: "api_key", client: "not_needed", health: health(2) }),
  entry("left", { health: health(0) }),
];

describe("the filter of the catalogue", () => {
  test("finds by name, label and category, every word of it", () => {
    expect(names(applyFilter(all, readFilter({ q: "LEDG" })))).toEqual(["ledger"]);
    expect(names(applyFilter(all, readFilter({ q: "accounting books" })))).toEqual(["books"]);
    expect(names(applyFilter(all, readFilter({ q: "accounting nothing" })))).toEqual([]);
  });

  test("tells what is in use, set up, and in need of attention", () => {
    expect(names(applyFilter(all, readFilter({ show: "in_use" })))).toEqual(["keys"]);
    expect(names(applyFilter(all, readFilter({ show: "set_up" })))).toEqual(["ledger", "own", "keys"]);
    expect(names(applyFilter(all, readFilter({ show: "attention" })))).toEqual(["own"]);
    expect(countShown(all, "set_up")).toBe(3);
  });

  test("narrows by category and by format of credentials", () => {
    expect(names(applyFilter(all, readFilter({ category: "Accounting", show: "set_up" })))).toEqual(["ledger"]);
    expect(names(applyFilter(all, readFilter({ format: "api_key" })))).toEqual(["keys"]);
  });

  test("stands in the URL, and is read back from it; what nobody knows is left out", () => {
    const filter = { q: "a b", show: "in_use", category: "Forms and scheduling", format: "oauth2" } as const;
    const url = new URL(catalogueHref(filter), "https://x.example");
    expect(readFilter(Object.fromEntries(url.searchParams))).toEqual(filter);
    expect(readFilter({ show: "whatever", q: " " })).toEqual({ show: "all" });
    expect(catalogueHref({ show: "all" })).toBe("/integrations");
  });
});
