import { describe, expect, it } from "vitest";
import { eventFilters, groupOf } from "#core/domain/webhook/event-filter";
import {
  eventGroups,
  eventTypes,
  letsThrough,
  subjectOf,
  toggleGroup,
  toggleType,
  typesOf,
  wordFilters,
} from "./event-words.ts";

const account = "integrated_account:*";
const integration = "integration:*";

describe("the groups", () => {
  it("are those that the API knows, each with its types", () => {
    expect(["*", ...eventGroups, ...eventTypes].toSorted()).toEqual([...eventFilters].toSorted());
    for (const group of eventGroups) {
      expect(typesOf(group).length).toBeGreaterThan(0);
      for (const type of typesOf(group)) expect(groupOf(type)).toBe(group);
    }
    // A group's name that begins like another's must not take its types.
    expect(typesOf(integration)).not.toContain("integrated_account:created");
  });
});

describe("choosing events", () => {
  it("takes one type out of a whole group, and leaves the others of it and of other groups", () => {
    const chosen = toggleType([account, integration], account, "integrated_account:created");
    expect(letsThrough(chosen, "integrated_account:created")).toBe(false);
    expect(letsThrough(chosen, "integrated_account:disconnected")).toBe(true);
    expect(letsThrough(chosen, "integration:degraded")).toBe(true);
    expect(chosen).not.toContain(account);
  });

  it("puts one type in, and takes it out again", () => {
    const chosen = toggleType([], account, "integrated_account:created");
    expect(chosen).toEqual(["integrated_account:created"]);
    expect(toggleType(chosen, account, "integrated_account:created")).toEqual([]);
  });

  it("puts a whole group in by its name, in place of its types, and takes it out", () => {
    const chosen = toggleGroup(["integrated_account:created", "integration:degraded"], account);
    expect(chosen).toEqual(["integration:degraded", account]);
    expect(toggleGroup(chosen, account)).toEqual(["integration:degraded"]);
  });
});

describe("a filter in words", () => {
  it.each([
    [["*"], ["All events"]],
    [["integration:degraded", "*"], ["All events"]],
    [
      [account, "security:anomaly"],
      ["All account events", "Security anomaly"],
    ],
    [["later:thing"], ["later:thing"]],
  ])("%j", (filters, words) => {
    expect(wordFilters(filters)).toEqual(words);
  });
});

describe("what an event is about", () => {
  const labels = new Map([["acme-crm", "Acme CRM"]]);
  it.each([
    [{ id: "ia_1", integration_name: "acme-crm", tenant_id: "northwind" }, "northwind · Acme CRM"],
    [{ integration_name: "other" }, "other"],
    [{ url: "https://app.example.com/hooks" }, "https://app.example.com/hooks"],
    [{ id: "whe_1" }, "whe_1"],
    [{ tenant_id: 7, count: 3 }, null],
  ])("%j", (payload, subject) => {
    expect(subjectOf({ payload }, labels)).toBe(subject);
  });
});
