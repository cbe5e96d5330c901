import { describe, expect, it } from "vitest";
import type { Role } from "../access/permission.ts";
import { approvalStatuses, defaultTimes, isOpen, type Approval, type ApprovalStatus } from "./approval.ts";
import { approvalKinds, mayApprove, mayAsk, type ApprovalKind } from "./approval-kind.ts";
import {
  couldApprove,
  decideApprove,
  decideAsk,
  decideExecute,
  decideLapse,
  decideRefuse,
  decideWithdraw,
  type Decider,
  type Person,
} from "./decide-approval.ts";

const hour = 3_600_000;
const asked = new Date("2026-12-01T10:00:00Z");
const at = (hours: number): Date => new Date(asked.getTime() + hours * hour);
const kinds = Object.keys(approvalKinds) as ApprovalKind[];
const roles: readonly Role[] = ["owner", "operator", "support", "auditor"];

const person = (id: string, changes: Partial<Person> = {}): Person => ({
  id,
  role: "owner",
  standingSince: at(-1000),
  vouchedAt: at(-1000),
  ...changes,
});
const ada = person("usr_ada");
const bob = person("usr_bob");
const by = (one: Person): Decider => ({ kind: "person", person: one });
const nobody: Decider = { kind: "nobody" };
const shell: Decider = { kind: "command_line" };

const pending: Approval = {
  id: "apr_1",
  environmentId: "env_1",
  kind: "key.disable",
  subject: "k1",
  parameters: {},
  parametersHash: "p",
  stateHash: "s",
  effect: { summary: "Disable the key k1", changes: [], consequences: [] },
  reason: null,
  status: "pending",
  mode: "second_person",
  requestedBy: ada.id,
  requestedAt: asked,
  waitsUntil: null,
  expiresAt: at(168),
  approvedBy: null,
  approvedAt: null,
  endedBy: null,
  endedAt: null,
  failure: null,
  run: 0,
  leaseUntil: null,
};
const approved: Approval = { ...pending, status: "approved", approvedBy: bob.id, approvedAt: at(1), expiresAt: at(25) };
const waiting: Approval = { ...pending, mode: "waiting", waitsUntil: at(24) };
const both = { asker: ada, approver: bob };
const refused = (why: string) => ({ kind: "refused", why });

describe("asking", () => {
  it.each(kinds.flatMap((kind) => roles.map((role) => [kind, role] as const)))(
    "for %s by %s is as its table says",
    (kind, role) => {
      const decision = decideAsk(kind, by(person("usr_x", { role })), [bob], asked, defaultTimes);
      expect(decision.kind).toBe((approvalKinds[kind].asks as readonly Role[]).includes(role) ? "ask" : "refused");
    },
  );

  it("is nothing for a key, for somebody who is gone, or for the command line, which needs to ask nobody", () => {
    for (const one of [nobody, shell])
      expect(decideAsk("key.disable", one, [bob], asked, defaultTimes)).toEqual(refused("not_an_administrator"));
  });

  it("waits for a second person where there is one, for seven days", () => {
    expect(decideAsk("key.disable", by(ada), [ada, bob], asked, defaultTimes)).toEqual({
      kind: "ask",
      mode: "second_person",
      waitsUntil: null,
      expiresAt: at(168),
    });
  });

  it.each<[string, readonly Person[]]>([
    ["an owner who is alone", [ada]],
    ["one beside whom there are only roles that may not approve", [ada, person("usr_op", { role: "operator" })]],
    [
      "one whose only other owner is younger than a day",
      [ada, person("usr_new", { standingSince: at(-23), vouchedAt: null })],
    ],
    ["one who made another owner this moment", [ada, person("usr_new", { standingSince: asked, vouchedAt: null })]],
  ])("waits a day for %s", (_, everybody) => {
    expect(decideAsk("key.disable", by(ada), everybody, asked, defaultTimes)).toEqual({
      kind: "ask",
      mode: "waiting",
      waitsUntil: at(24),
      expiresAt: at(168),
    });
  });

  it("leaves time to confirm after a waiting time that is longer than requests stay open", () => {
    const times = { waitingSeconds: 10 * 86_400, openSeconds: 86_400 };
    expect(decideAsk("key.disable", by(ada), [ada], asked, times)).toMatchObject({
      waitsUntil: at(240),
      expiresAt: at(480),
    });
  });
});

describe("who counts as the second person", () => {
  it.each<[string, Partial<Person>, boolean]>([
    ["has stood for a day", { standingSince: at(-24), vouchedAt: null }, true],
    ["a minute less than a day", { standingSince: new Date(at(-24).getTime() + 60_000), vouchedAt: null }, false],
    ["was made on the command line a minute before", { standingSince: at(-0.02), vouchedAt: at(-0.02) }, true],
    ["was made on the command line after it was asked", { standingSince: at(1), vouchedAt: at(1) }, false],
    ["was vouched for only after it was asked", { standingSince: at(-1), vouchedAt: at(1) }, false],
    ["was vouched for, and changed by somebody since", { standingSince: at(-1), vouchedAt: at(-500) }, false],
    ["was changed after it was asked, however old the account", { standingSince: at(0.1), vouchedAt: null }, false],
    ["was made in the very instant", { standingSince: asked, vouchedAt: asked }, false],
  ])("who %s: %s", (_, changes, counts) => {
    expect(couldApprove(person("usr_x", changes), pending, defaultTimes)).toBe(counts);
  });
});

/** Everything that a decision looks at, in all its combinations. */
const situations = kinds.flatMap((kind) =>
  approvalStatuses.flatMap((status) =>
    (["second_person", "waiting"] as const).flatMap((mode) =>
      (["asker", "other", "new", "command_line", "nobody"] as const).flatMap((who) =>
        roles.flatMap((role) =>
          ([1, 25, 200] as const).flatMap((hours) =>
            (["same", "changed", "gone"] as const).flatMap((asker) =>
              ([false, true] as const).map((leased) => ({ kind, status, mode, who, role, hours, asker, leased })),
            ),
          ),
        ),
      ),
    ),
  ),
);
type Situation = (typeof situations)[number];

function play({ kind, status, mode, who, role, hours, asker, leased }: Situation) {
  const now = at(hours);
  const askerNow = person(ada.id, { role: mayAsk(kind, role) && who === "asker" ? role : "owner" });
  const decider: Decider =
    who === "command_line"
      ? shell
      : who === "nobody"
        ? nobody
        : by(
            who === "asker"
              ? person(ada.id, { role })
              : person("usr_x", { role, ...(who === "new" ? { standingSince: at(0.5), vouchedAt: at(0.5) } : {}) }),
          );
  const approval: Approval = {
    ...pending,
    kind,
    status,
    mode,
    waitsUntil: mode === "waiting" ? at(24) : null,
    ...(status === "approved" || status === "executed" ? { approvedBy: bob.id, approvedAt: at(0.9) } : {}),
    ...(status === "approved" && leased ? { leaseUntil: at(hours + 0.01) } : {}),
  };
  const people = {
    asker: asker === "gone" ? null : asker === "changed" ? { ...askerNow, standingSince: at(0.1) } : askerNow,
    approver: bob,
  };
  return { approval, decider, people, now };
}

describe(`all of ${situations.length.toLocaleString("en")} situations`, () => {
  const isLeased = (one: Situation) => one.leased && one.status === "approved";
  const isLapsed = (one: Situation) =>
    isOpen(one.status) && !isLeased(one) && (one.hours === 200 || one.asker !== "same");

  it("let approve exactly who may, when they may", () => {
    for (const one of situations) {
      const { approval, decider, people, now } = play(one);
      const decision = decideApprove(approval, decider, people, now, defaultTimes);
      const may =
        isOpen(one.status) &&
        !isLapsed(one) &&
        (one.who === "command_line" ||
          (mayApprove(one.kind, one.role) &&
            (one.who === "other" || (one.who === "asker" && one.mode === "waiting" && one.hours >= 24))));
      const expected = may ? (one.status === "pending" ? "approve" : "resume") : isLapsed(one) ? "lapsed" : "refused";
      expect(decision.kind, JSON.stringify(one)).toBe(expected);
    }
  });

  it("let nobody approve their own while it waits for another", () => {
    for (const one of situations.filter(({ who, mode }) => who === "asker" && mode === "second_person")) {
      const { approval, decider, people, now } = play(one);
      expect(["refused", "lapsed"]).toContain(decideApprove(approval, decider, people, now, defaultTimes).kind);
    }
  });

  it("let refuse whoever could approve but the asker, however new, unless it is being done", () => {
    for (const one of situations) {
      const { approval, decider, people, now } = play(one);
      const may =
        isOpen(one.status) &&
        !isLeased(one) &&
        (one.who === "command_line" || (mayApprove(one.kind, one.role) && (one.who === "other" || one.who === "new")));
      const expected = may ? (isLapsed(one) ? "lapsed" : "end") : "refused";
      expect(decideRefuse(approval, decider, people, now).kind, JSON.stringify(one)).toBe(expected);
    }
  });

  it("let withdraw the asker alone, whatever became of their role", () => {
    for (const one of situations) {
      const { approval, decider, people, now } = play(one);
      const may = isOpen(one.status) && !isLeased(one) && one.who === "asker";
      const expected = may ? (isLapsed(one) ? "lapsed" : "end") : "refused";
      expect(decideWithdraw(approval, decider, people, now).kind, JSON.stringify(one)).toBe(expected);
    }
  });

  it("execute only what is approved, not over, and in nobody's hands", () => {
    for (const one of situations) {
      const { approval, people, now } = play(one);
      const expected = one.status !== "approved" || isLeased(one) ? "refused" : isLapsed(one) ? "lapsed" : "execute";
      expect(decideExecute(approval, people, now).kind, JSON.stringify(one)).toBe(expected);
    }
  });

  it("change nothing of what is over", () => {
    for (const one of situations.filter(({ status }) => !isOpen(status))) {
      const { approval, decider, people, now } = play(one);
      expect(decideLapse(approval, people, now)).toBeNull();
      const all = [
        decideApprove(approval, decider, people, now, defaultTimes),
        decideRefuse(approval, decider, people, now),
        decideWithdraw(approval, decider, people, now),
        decideExecute(approval, people, now),
      ];
      expect(
        all.every(({ kind }) => kind === "refused"),
        JSON.stringify(one),
      ).toBe(true);
    }
  });
});

describe("the words of a refusal", () => {
  it.each<[string, Approval, Decider, number, string]>([
    ["a key", pending, nobody, 1, "not_an_administrator"],
    ["an operator, for a key", pending, by(person("usr_op", { role: "operator" })), 1, "role"],
    ["the asker", pending, by(ada), 1, "own_request"],
    ["the asker, too early", waiting, by(ada), 23.9, "waiting"],
    ["somebody made since", pending, by(person("usr_new", { standingSince: at(1), vouchedAt: at(1) })), 2, "too_new"],
    [
      "a second owner made while somebody alone waits",
      waiting,
      by(person("usr_new", { standingSince: at(1) })),
      30,
      "too_new",
    ],
    ["whoever comes too late", { ...pending, status: "refused" }, by(bob), 1, "over"],
  ])("for %s", (_, approval, decider, hours, why) => {
    expect(decideApprove(approval, decider, both, at(hours), defaultTimes)).toEqual(refused(why));
  });

  it("a second owner made meanwhile may refuse, and doesn't shorten the wait", () => {
    const made = person("usr_new", { standingSince: at(1), vouchedAt: at(1) });
    expect(decideRefuse(waiting, by(made), both, at(2))).toEqual({ kind: "end" });
    expect(decideApprove(waiting, by(ada), both, at(2), defaultTimes)).toEqual(refused("waiting"));
    expect(decideApprove(waiting, by(ada), both, at(24), defaultTimes)).toEqual({
      kind: "approve",
      executeBefore: at(48),
    });
  });
});

describe("what ends by itself", () => {
  it("is what nobody decided within seven days, and what was approved and not done within a day", () => {
    expect(decideLapse(pending, both, at(167.9))).toBeNull();
    expect(decideLapse(pending, both, at(168))).toEqual({ kind: "lapsed", status: "expired" });
    expect(decideLapse(approved, both, at(24.9))).toBeNull();
    expect(decideLapse(approved, both, at(25))).toEqual({ kind: "lapsed", status: "expired" });
  });

  it.each<[string, Person | null]>([
    ["disabled or removed", null],
    ["demoted", person(ada.id, { role: "support" })],
    ["demoted and made owner again since", person(ada.id, { standingSince: at(0.5) })],
  ])("is what somebody asked who was %s", (_, asker) => {
    const failed = { kind: "lapsed", status: "failed", failure: "asker_changed" };
    expect(decideLapse(pending, { asker, approver: null }, at(1))).toEqual(failed);
    expect(decideExecute(approved, { asker, approver: bob }, at(2))).toEqual(failed);
  });

  it.each<[string, Person | null]>([
    ["disabled or removed", null],
    ["demoted", person(bob.id, { role: "operator" })],
    ["changed since", person(bob.id, { standingSince: at(1.5) })],
  ])("is what somebody approved who was %s before it was done", (_, approver) => {
    expect(decideExecute(approved, { asker: ada, approver }, at(2))).toEqual({
      kind: "lapsed",
      status: "failed",
      failure: "approver_changed",
    });
  });

  it("is not what the command line approved: it is nobody who could be demoted", () => {
    const byShell: Approval = { ...approved, approvedBy: "command_line" };
    expect(decideExecute(byShell, { asker: ada, approver: null }, at(2))).toEqual({ kind: "execute" });
  });

  it("is not what is being carried out, until its lease is over", () => {
    const leased: Approval = { ...approved, run: 1, leaseUntil: at(25.01) };
    expect(decideLapse(leased, { asker: null, approver: null }, at(25))).toBeNull();
    expect(decideExecute(leased, both, at(25))).toEqual(refused("being_executed"));
    expect(decideWithdraw(leased, by(ada), both, at(25))).toEqual(refused("being_executed"));
    expect(decideLapse(leased, both, at(25.02))).toEqual({ kind: "lapsed", status: "expired" });
  });
});

it("has no state but these", () => {
  const every: Record<ApprovalStatus, true> = {
    pending: true,
    approved: true,
    executed: true,
    refused: true,
    withdrawn: true,
    expired: true,
    failed: true,
  };
  expect(new Set(approvalStatuses)).toEqual(new Set(Object.keys(every)));
});
