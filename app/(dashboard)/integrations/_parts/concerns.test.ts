import { describe, expect, test } from "vitest";
import type { CatalogueEntry, IntegrationHealth } from "../../../_queries/catalogue.ts";
import { concernsOf, liveOf } from "./concerns.ts";
import { stateOf } from "./state-of.ts";

function health(facts: Partial<IntegrationHealth>): IntegrationHealth {
  return {
    integration_name: "any",
    accounts: { connecting: 0, active: 100, needs_reauth: 0, disconnected: 0 },
    refreshes: 100,
    success_rate: 1,
    latency_ms: { p50: 1, p95: 2 },
    failures: {},
    ...facts,
  };
}

const words = (facts: Partial<IntegrationHealth>) =>
  concernsOf({ problem: null, massFailure: null, breakers: [], health: health(facts) }).map((one) => one.words);

describe("what an operator should look at", () => {
  test("is nothing where all is well, or nothing is known", () => {
    expect(words({})).toEqual([]);
    expect(concernsOf({ problem: null, massFailure: null, breakers: [], health: null })).toEqual([]);
  });

  test("is not known where nobody can tell, which is not that nothing is wrong", () => {
    const entry = { problem: null, massFailure: null, breakers: [], client: "set" as const, health: "unread" as const };
    expect(concernsOf(entry)).toEqual([]);
    expect(liveOf("unread")).toBeNull();
    expect([liveOf(null), liveOf(health({}))]).toEqual([0, 100]);
    const unread = { tone: "none", words: "How it does could not be read" };
    expect(stateOf(entry as unknown as CatalogueEntry)).toMatchObject(unread);
    const held = { ...entry, health: health({}), massFailure: "unread" } as unknown as CatalogueEntry;
    expect(stateOf(held)).toMatchObject(unread);
  });

  test("is an open breaker, behind which nothing fails since nothing is tried", () => {
    const behind = (cause: "provider" | "client" | "rate_limit") => ({
      problem: null,
      massFailure: null,
      breakers: [{ cause }] as CatalogueEntry["breakers"],
      health: health({ success_rate: 0.995, failures: { client_misconfigured: 1 } }),
    });
    expect(concernsOf(behind("provider"))[1]).toEqual({ tone: "warn", words: "Provider unwell: nothing is refreshed" });
    expect(concernsOf(behind("rate_limit"))[1]?.words).toBe("Provider asks to slow down");
    expect(concernsOf(behind("client"))).toEqual([{ tone: "bad", words: "OAuth client rejected" }]);
    const unread = { ...behind("client"), breakers: "unread", health: health({}) } as unknown as CatalogueEntry;
    expect(stateOf(unread)).toMatchObject({ tone: "none", words: "How it does could not be read" });
  });

  test("is a client that a provider rejects, once is enough", () => {
    expect(words({ failures: { client_misconfigured: 1 } })).toEqual(["OAuth client rejected"]);
  });

  test("is a share of refreshes that fails, and not one of two", () => {
    expect(words({ success_rate: 0.9499 })).toEqual(["94.99 % of refreshes succeed"]);
    expect(words({ success_rate: 0.5, refreshes: 2 })).toEqual([]);
  });

  test("is more customers than usual who left", () => {
    const accounts = { connecting: 0, active: 95, disconnected: 0 };
    expect(words({ accounts: { ...accounts, needs_reauth: 5 } })).toEqual([]);
    expect(words({ accounts: { ...accounts, needs_reauth: 6 } })).toEqual(["6 accounts need re-authorization"]);
  });

  test("is a definition that may not be used, before everything else", () => {
    const told = concernsOf({
      problem: "its hosts changed",
      massFailure: null,
      breakers: [],
      health: health({ success_rate: 0.1 }),
    });
    expect(told[0]).toEqual({ tone: "bad", words: "Definition needs mending" });
  });
});
