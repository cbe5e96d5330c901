import { describe, expect, it } from "vitest";
import type { AccountStatus } from "./account.ts";
import { consequences, type StatusFields } from "./consequences.ts";
import { transition, type AccountEvent } from "./transition.ts";

const now = new Date("2026-11-20T10:00:00Z");
const before = new Date("2026-01-01T00:00:00Z");
const statuses: readonly AccountStatus[] = ["connecting", "active", "needs_reauth", "disconnected"];
const kinds: readonly AccountEvent["kind"][] = [
  "credentials_obtained",
  "refresh_succeeded",
  "scope_refused",
  "grant_rejected",
  "disconnect",
];

const comesToLife: StatusFields = { status: "active", hold: null, reauthRequiredAt: null };
const dies: StatusFields = { status: "needs_reauth", hold: null, reauthRequiredAt: now, refreshDueAt: null };
const ends: StatusFields = { status: "disconnected", hold: null, refreshDueAt: null };

/** What follows from each cell of the machine that leads anywhere; the others change nothing. */
const follows: Readonly<Record<string, StatusFields>> = {
  "connecting + credentials_obtained": comesToLife,
  "connecting + disconnect": ends,
  "active + grant_rejected": dies,
  "active + disconnect": ends,
  "needs_reauth + credentials_obtained": comesToLife,
  "needs_reauth + refresh_succeeded": comesToLife,
  "needs_reauth + disconnect": ends,
};

const cells = statuses.flatMap((status) => kinds.map((kind) => ({ status, kind, cell: `${status} + ${kind}` })));

describe("what follows from an event", () => {
  it.each(cells)("$cell", ({ status, kind, cell }) => {
    const found = consequences({ status, activatedAt: before }, { kind }, now);
    expect(found?.fields).toEqual(follows[cell]);
    expect(found?.moved ?? null).toEqual(transition(status, { kind }));
  });

  it.each(cells)("$cell: the first life begins once", ({ status, kind, cell }) => {
    const first = consequences({ status, activatedAt: null }, { kind }, now)?.fields;
    const isAlive = follows[cell]?.status === "active";
    expect(first?.activatedAt).toEqual(isAlive ? now : undefined);
  });

  it("leaves the alarm of an account that becomes active to whoever sets it, and ends every other's (R25)", () => {
    for (const { status, kind } of cells) {
      const fields = consequences({ status, activatedAt: null }, { kind }, now)?.fields;
      if (fields === undefined) continue;
      expect("refreshDueAt" in fields).toBe(fields.status !== "active");
    }
  });

  it("does nothing to an account that the same event has just moved", () => {
    for (const { status, kind } of cells) {
      const to = consequences({ status, activatedAt: null }, { kind }, now)?.fields.status;
      if (to !== undefined) expect(consequences({ status: to, activatedAt: now }, { kind }, now)).toBeNull();
    }
  });
});
