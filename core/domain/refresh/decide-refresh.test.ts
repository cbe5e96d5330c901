import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccountStatus } from "../account/account.ts";
import {
  decideRefresh,
  isStillValid,
  remainingSeconds,
  type RefreshDecision,
  type RefreshDemand,
  type RefreshReason,
  type RefreshState,
} from "./decide-refresh.ts";
import { defaultRefreshPolicy, type RefreshPolicy } from "./refresh-policy.ts";

const now = new Date("2026-11-20T10:00:00Z");
const at = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const reasons: readonly RefreshReason[] = ["alarm", "on_demand", "forced", "rejected_token"];
const statuses: readonly AccountStatus[] = ["connecting", "active", "needs_reauth", "disconnected"];
const hold = { reason: "mass_failure", at: now } as const;
const someAttempt = { id: "att_left", startedAt: at(-40) };
const clientPolicy: RefreshPolicy = { ...defaultRefreshPolicy, grant: "client_credentials" };

/** An active account whose token of one hour has `left` seconds to live. */
function state(left: number | null, changes: Partial<RefreshState> = {}): RefreshState {
  return {
    status: "active",
    hold: null,
    expiresAt: left === null ? null : at(left),
    issuedAt: left === null ? null : at(left - 3600),
    hasRefreshToken: true,
    refreshDueAt: left === null ? null : at(left - 120),
    cooldownUntil: null,
    leaseUntil: null,
    attempt: null,
    doubts: 0,
    doubtedAt: null,
    credentialVersion: 4,
    ...changes,
  };
}

function demand(reason: RefreshReason, changes: Partial<RefreshDemand> = {}): RefreshDemand {
  return { reason, minTtlSeconds: null, seenVersion: 4, ...changes };
}

const decide = (given: RefreshState, wanted: RefreshDemand, policy = defaultRefreshPolicy, isSteady = true) =>
  decideRefresh(given, policy, wanted, now, isSteady);

const named = (decision: RefreshDecision): string => (decision.kind === "blocked" ? decision.cause : decision.kind);

describe("on demand", () => {
  it("25 s left is expired with a 30 s buffer, 120 s is not", () => {
    expect(decide(state(25), demand("on_demand")).kind).toBe("due");
    expect(decide(state(120), demand("on_demand")).kind).toBe("fresh");
  });

  it.each<[string, number | null, number | null, "fresh" | "due"]>([
    ["25 s left are less than the buffer of 30 s", 25, null, "due"],
    ["30 s left are enough", 30, null, "fresh"],
    ["a token that has ended is due", -5, null, "due"],
    ["a token without a known end is fresh", null, null, "fresh"],
    ["min_ttl 300 wants more than 120 s", 120, 300, "due"],
    ["min_ttl 100 is content with 120 s", 120, 100, "fresh"],
    ["min_ttl below the buffer doesn't lower it", 25, 5, "due"],
    ["min_ttl beyond the whole life could never be met and is ignored", 3000, 3600, "fresh"],
    ["min_ttl of nearly the whole life counts", 3000, 3590, "due"],
  ])("%s", (_name, left, minTtlSeconds, expected) => {
    expect(decide(state(left), demand("on_demand", { minTtlSeconds })).kind).toBe(expected);
  });

  it("scales the buffer to a tenth of a short life (R14)", () => {
    const short = (left: number): RefreshState => state(left, { issuedAt: at(left - 100) });
    expect(decide(short(11), demand("on_demand")).kind).toBe("fresh");
    expect(decide(short(9), demand("on_demand")).kind).toBe("due");
  });

  it("never asks a provider that takes no early refresh for more life than it gives (R13)", () => {
    const late: RefreshPolicy = { ...defaultRefreshPolicy, earliestSeconds: 20 };
    expect(decide(state(25), demand("on_demand"), late).kind).toBe("fresh");
    expect(decide(state(600), demand("on_demand", { minTtlSeconds: 1800 }), late).kind).toBe("fresh");
    expect(decide(state(19), demand("on_demand"), late).kind).toBe("due");
  });

  it("is blocked where there is nothing to refresh with", () => {
    expect(decide(state(5, { hasRefreshToken: false }), demand("on_demand"))).toEqual({
      kind: "blocked",
      cause: "not_refreshable",
      until: null,
    });
  });

  it("needs no refresh token where the client alone asks (R3)", () => {
    expect(decide(state(5, { hasRefreshToken: false }), demand("on_demand"), clientPolicy).kind).toBe("due");
  });
});

describe("the alarm", () => {
  it.each<[string, Date | null, "fresh" | "due"]>([
    ["rings when its instant has come", at(0), "due"],
    ["rings late rather than never", at(-600), "due"],
    ["is ignored when the row says later: the job fired twice or early", at(6), "fresh"],
    ["counts when it rings a moment early by this clock, which lags behind the database's", at(4), "due"],
    ["is ignored when the row says never", null, "fresh"],
  ])("%s", (_name, refreshDueAt, expected) => {
    expect(decide(state(100, { refreshDueAt }), demand("alarm")).kind).toBe(expected);
  });

  it.each<[string, Date | null]>([
    ["later", at(3000)],
    ["never", null],
  ])(
    "finds out what a dead holder left, though the token is fresh and the row says %s (R20)",
    (_name, refreshDueAt) => {
      const left = state(3500, { attempt: someAttempt, leaseUntil: at(-1), refreshDueAt });
      expect(decide(left, demand("alarm")).kind).toBe("due");
      expect(decide(left, demand("on_demand")).kind).toBe("fresh");
    },
  );

  it("leaves the attempt of a holder alone that is still at work", () => {
    const held = state(3500, { attempt: someAttempt, leaseUntil: at(10), refreshDueAt: at(3000) });
    expect(decide(held, demand("alarm")).kind).toBe("fresh");
  });
});

describe("a forced refresh, or one after the provider's API rejected the token", () => {
  it.each<RefreshReason>(["forced", "rejected_token"])("%s is due although the token is young", (reason) => {
    expect(decide(state(3500), demand(reason)).kind).toBe("due");
  });

  it.each<RefreshReason>(["forced", "rejected_token"])(
    "%s is satisfied once a newer version than the caller saw is there",
    (reason) => {
      expect(decide(state(3500, { credentialVersion: 5 }), demand(reason)).kind).toBe("fresh");
    },
  );
});

describe("the lease", () => {
  it.each(reasons)("makes %s wait until it ends, at most", (reason) => {
    const held = state(5, { leaseUntil: at(12), refreshDueAt: at(-1), attempt: someAttempt });
    expect(decide(held, demand(reason))).toEqual({ kind: "waiting", until: at(12) });
  });

  it.each(reasons)("of a dead holder does not stop %s (R12)", (reason) => {
    const dead = state(5, { leaseUntil: at(0), refreshDueAt: at(-1), attempt: someAttempt });
    expect(decide(dead, demand(reason)).kind).toBe("due");
  });

  it.each(reasons)("of a holder that may still hand in its answer makes %s wait for it (R20)", (reason) => {
    const dead = state(5, { leaseUntil: at(0), refreshDueAt: at(-1), attempt: someAttempt });
    expect(decide(dead, demand(reason), defaultRefreshPolicy, false)).toEqual({ kind: "settling" });
  });
});

describe("the cooldown after a failure", () => {
  const cooling = state(5, { cooldownUntil: at(20), refreshDueAt: at(-1) });

  it.each<RefreshReason>(["on_demand", "alarm", "rejected_token"])("keeps %s away from the provider", (reason) => {
    expect(decide(cooling, demand(reason))).toEqual({ kind: "blocked", cause: "cooldown", until: at(20) });
  });

  it("does not stop a person who forces a refresh", () => {
    expect(decide(cooling, demand("forced")).kind).toBe("due");
  });

  it("is over at its instant", () => {
    expect(decide({ ...cooling, cooldownUntil: at(0) }, demand("on_demand")).kind).toBe("due");
  });
});

describe("every status and reason", () => {
  const expected: readonly (readonly [AccountStatus, typeof hold | null, RefreshReason, string])[] = reasons.flatMap(
    (reason) =>
      [
        ["connecting", null, reason, "not_connected"],
        ["disconnected", null, reason, "disconnected"],
        // R31: only an operator may try a dead grant (R25 halts everything else).
        ["needs_reauth", null, reason, reason === "forced" ? "due" : "needs_reauth"],
        ["active", hold, reason, reason === "forced" ? "due" : "held"],
        ["active", null, reason, "due"],
      ] as const,
  );

  it.each(expected)("%s (hold: %o) and %s: %s", (status, held, reason, answer) => {
    const decision = decide(state(5, { status, hold: held, refreshDueAt: at(-1) }), demand(reason));
    expect(named(decision)).toBe(answer);
  });
});

/** One cell of the whole table: every condition that has a say, and nothing else. */
interface Cell {
  readonly status: AccountStatus;
  readonly isHeld: boolean;
  readonly lease: "none" | "runs" | "over";
  readonly isAttemptOpen: boolean;
  readonly isSteady: boolean;
  readonly cooldown: "none" | "runs" | "over";
  readonly reason: RefreshReason;
  readonly isSatisfied: boolean;
  readonly means: "refresh_token" | "client" | "nothing";
}

const given = (cell: Cell): RefreshState => {
  const isYoung = cell.isSatisfied && cell.reason === "on_demand";
  const instant = { none: null, runs: at(12), over: at(-1) };
  return state(isYoung ? 3000 : 5, {
    status: cell.status,
    hold: cell.isHeld ? hold : null,
    leaseUntil: instant[cell.lease],
    attempt: cell.isAttemptOpen ? someAttempt : null,
    cooldownUntil: instant[cell.cooldown],
    refreshDueAt: cell.isSatisfied && cell.reason === "alarm" ? at(60) : at(-1),
    credentialVersion: cell.isSatisfied ? 5 : 4,
    hasRefreshToken: cell.means === "refresh_token",
  });
};

const decideCell = (cell: Cell): RefreshDecision =>
  decide(
    given(cell),
    demand(cell.reason),
    cell.means === "client" ? clientPolicy : defaultRefreshPolicy,
    cell.isSteady,
  );

const isLeft = (cell: Cell): boolean => cell.isAttemptOpen && cell.lease !== "runs";
const isForced = (cell: Cell): boolean => cell.reason === "forced";

/** The decision written down a second time, as a list: the first line that applies answers. */
const lines: readonly (readonly [applies: (cell: Cell) => boolean, answer: string])[] = [
  [(cell) => cell.status === "connecting", "not_connected"],
  [(cell) => cell.status === "disconnected", "disconnected"],
  [(cell) => cell.status === "needs_reauth" && !isForced(cell), "needs_reauth"],
  [(cell) => cell.status === "active" && cell.isHeld && !isForced(cell), "held"],
  [(cell) => cell.isSatisfied && !(cell.reason === "alarm" && isLeft(cell)), "fresh"],
  [(cell) => cell.means === "nothing", "not_refreshable"],
  [(cell) => cell.lease === "runs", "waiting"],
  [(cell) => isLeft(cell) && !cell.isSteady, "settling"],
  [(cell) => cell.cooldown === "runs" && !isForced(cell), "cooldown"],
  [() => true, "due"],
];

function product<T>(options: { readonly [K in keyof T]: readonly T[K][] }): T[] {
  const entries = Object.entries(options) as [keyof T, readonly T[keyof T][]][];
  return entries.reduce<T[]>(
    (cells, [key, values]) => cells.flatMap((cell) => values.map((value) => ({ ...cell, [key]: value }))),
    [{} as T],
  );
}

describe("the whole table", () => {
  const both = [false, true] as const;
  const cells = product<Cell>({
    status: statuses,
    isHeld: both,
    lease: ["none", "runs", "over"],
    isAttemptOpen: both,
    isSteady: both,
    cooldown: ["none", "runs", "over"],
    reason: reasons,
    isSatisfied: both,
    means: ["refresh_token", "client", "nothing"],
  });

  it("has exactly one answer in each of its 6912 cells, and it is the one of the list", () => {
    expect(cells).toHaveLength(6912);
    const wrong = cells.filter((cell) => named(decideCell(cell)) !== lines.find(([applies]) => applies(cell))?.[1]);
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  it.each(lines.map(([applies, answer]) => [answer, applies] as const))(
    "%s has a line of its own that decides somewhere",
    (answer, applies) => {
      const before = lines.slice(
        0,
        lines.findIndex(([one]) => one === applies),
      );
      const decided = cells.filter((cell) => applies(cell) && !before.some(([one]) => one(cell)));
      expect(decided).not.toEqual([]);
      expect(new Set(decided.map((cell) => named(decideCell(cell))))).toEqual(new Set([answer]));
    },
  );

  it("says until when it makes somebody wait, and no instant that has passed", () => {
    for (const cell of cells) {
      const decision = decideCell(cell);
      const until = decision.kind === "waiting" || decision.kind === "blocked" ? decision.until : null;
      const expects = decision.kind === "waiting" || (decision.kind === "blocked" && decision.cause === "cooldown");
      expect(until, JSON.stringify(cell)).toEqual(expects ? at(12) : null);
    }
  });
});

describe("what a dead holder left (R20)", () => {
  const left = { attempt: someAttempt, leaseUntil: at(-10) } as const;

  it("is asked about at once, the first time", () => {
    expect(decide(state(100, left), demand("alarm")).kind).toBe("due");
  });

  it.each(["single_use", "family_revocation"] as const)("waits five minutes the second time under %s", (rule) => {
    const policy: RefreshPolicy = { ...defaultRefreshPolicy, rotation: { rule } };
    const again = state(5, { ...left, doubts: 1, doubtedAt: at(-80) });
    for (const reason of ["alarm", "on_demand"] as const) {
      expect(decide(again, demand(reason), policy)).toEqual({ kind: "blocked", cause: "cooldown", until: at(290) });
    }
    expect(decide(again, demand("forced"), policy).kind).toBe("due");
  });

  it("is asked about again and again where nothing rotates", () => {
    const policy: RefreshPolicy = { ...defaultRefreshPolicy, rotation: { rule: "none" } };
    expect(decide(state(5, { ...left, doubts: 3, doubtedAt: at(-300) }), demand("alarm"), policy).kind).toBe("due");
  });
});

describe("whatever the row says", () => {
  const instant = fc.option(fc.integer({ min: -7200, max: 7200 }).map(at));
  const anyState = fc.record<RefreshState>({
    status: fc.constantFrom(...statuses),
    hold: fc.constantFrom(null, hold),
    expiresAt: instant,
    issuedAt: instant,
    hasRefreshToken: fc.boolean(),
    refreshDueAt: instant,
    cooldownUntil: instant,
    leaseUntil: instant,
    attempt: fc.constantFrom(null, someAttempt),
    doubts: fc.nat(4),
    doubtedAt: instant,
    credentialVersion: fc.nat(9),
  });
  const anyDemand = fc.record<RefreshDemand>({
    reason: fc.constantFrom(...reasons),
    minTtlSeconds: fc.option(fc.nat(7200)),
    seenVersion: fc.nat(9),
  });
  const anyPolicy = fc.record<RefreshPolicy>({
    ...(Object.fromEntries(Object.entries(defaultRefreshPolicy).map(([key, value]) => [key, fc.constant(value)])) as {
      [K in keyof RefreshPolicy]: fc.Arbitrary<RefreshPolicy[K]>;
    }),
    grant: fc.constantFrom("refresh_token", "client_credentials"),
    bufferSeconds: fc.nat(600),
    earliestSeconds: fc.option(fc.nat(3600)),
  });
  const always = (
    holds: (decision: RefreshDecision, given: RefreshState, wanted: RefreshDemand, isSteady: boolean) => boolean,
  ): void =>
    fc.assert(
      fc.property(anyState, anyDemand, anyPolicy, fc.boolean(), (row, wanted, policy, isSteady) =>
        holds(decideRefresh(row, policy, wanted, now, isSteady), row, wanted, isSteady),
      ),
      { numRuns: 1000 },
    );

  it("has an answer", () => {
    always((decision) => ["fresh", "due", "waiting", "settling", "blocked"].includes(decision.kind));
  });

  it("starts no refresh of an ended or unfinished connection, and of a dead grant only by hand (R25)", () => {
    always((decision, { status }, { reason }) => {
      if (status === "connecting" || status === "disconnected") return decision.kind === "blocked";
      return status === "active" || reason === "forced" || decision.kind === "blocked";
    });
  });

  it("starts none beside a lease that runs (R10)", () => {
    always((decision, { leaseUntil }) => decision.kind !== "due" || leaseUntil === null || leaseUntil <= now);
  });

  it("replays nothing that a live holder may still hand in (R20)", () => {
    always((decision, { attempt }, _wanted, isSteady) => decision.kind !== "due" || attempt === null || isSteady);
  });

  it("makes nobody wait for an instant that has passed", () => {
    always((decision) => !("until" in decision) || decision.until === null || decision.until > now);
  });
});

it("serves a token until its very end, and one whose end nobody knows", () => {
  expect(isStillValid(at(1), now)).toBe(true);
  expect(isStillValid(at(0), now)).toBe(false);
  expect(isStillValid(null, now)).toBe(true);
  expect(remainingSeconds(at(-3), now)).toBe(-3);
});
