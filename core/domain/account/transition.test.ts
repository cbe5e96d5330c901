import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountStatus } from "./account.ts";
import { transition, type AccountEvent } from "./transition.ts";

const statuses: readonly AccountStatus[] = ["connecting", "active", "needs_reauth", "disconnected"];
const kinds: readonly AccountEvent["kind"][] = [
  "credentials_obtained",
  "refresh_succeeded",
  "scope_refused",
  "grant_rejected",
  "disconnect",
];

/** R30 written down a second time, as prose: what is not listed changes nothing. */
const moves: Readonly<Record<string, readonly [to: AccountStatus, tells: string]>> = {
  "connecting + credentials_obtained": ["active", "integrated_account:created"],
  "connecting + disconnect": ["disconnected", "integrated_account:disconnected"],
  "active + grant_rejected": ["needs_reauth", "integrated_account:authentication_error"],
  "active + disconnect": ["disconnected", "integrated_account:disconnected"],
  "needs_reauth + credentials_obtained": ["active", "integrated_account:reactivated"],
  "needs_reauth + refresh_succeeded": ["active", "integrated_account:reactivated"],
  "needs_reauth + disconnect": ["disconnected", "integrated_account:disconnected"],
};

const cells = statuses.flatMap((from) => kinds.map((kind) => ({ from, kind, cell: `${from} + ${kind}` })));

describe("the account's state machine", () => {
  it.each(cells)("$cell leads where R30 says", ({ from, kind, cell }) => {
    const move = moves[cell];
    const expected = move === undefined ? null : { from, to: move[0], eventType: move[1] };
    expect(transition(from, { kind })).toEqual(expected);
  });

  it("changes nothing when an event comes a second time, so racing failures tell one event", () => {
    for (const { from, kind } of cells) {
      const moved = transition(from, { kind });
      if (moved !== null) expect(transition(moved.to, { kind })).toBeNull();
    }
  });

  it("never leaves disconnected, whatever comes", () => {
    for (const kind of kinds) expect(transition("disconnected", { kind })).toBeNull();
  });

  it("tells one event for each change of status and none without one", () => {
    const event = fc.constantFrom(...kinds).map((kind): AccountEvent => ({ kind }));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let status: AccountStatus = "connecting";
        let created = 0;
        for (const one of events) {
          const moved = transition(status, one);
          if (moved === null) continue;
          expect(moved.from).toBe(status);
          expect(moved.to).not.toBe(status);
          if (moved.eventType === "integrated_account:created") created += 1;
          status = moved.to;
        }
        expect(created).toBeLessThanOrEqual(1);
      }),
    );
  });
});
