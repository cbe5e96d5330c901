import { describe, expect, it } from "vitest";
import { auditHref, readAuditFilter } from "./audit-filter.ts";

const account = `ia_${"a".repeat(24)}`;

describe("the filter in the address", () => {
  it("is read as it was written", () => {
    const filter = {
      account,
      actor: "key_1",
      action: "credential.opened",
      from: "2026-11-30T08:05:00.000Z",
      to: "2026-11-30T09:00:00.000Z",
      cursor: "abc",
    };
    const url = new URL(auditHref(filter), "http://localhost");
    expect(url.searchParams.get("from")).toBe("2026-11-30T08:05");
    expect(readAuditFilter(Object.fromEntries(url.searchParams))).toEqual(filter);
    expect(auditHref({})).toBe("/audit");
  });

  it("leaves out what is not of the right form, and keeps the rest", () => {
    expect(
      readAuditFilter({
        account: "ia_1",
        action: "drop table",
        from: "yesterday",
        to: "2026-13-01T00:00",
        actor: [" x ", "y"],
      }),
    ).toEqual({ account: undefined, actor: "x", action: undefined, from: undefined, to: undefined, cursor: undefined });
  });
});
