import { describe, expect, it } from "vitest";
import {
  approvalConditionOf,
  approvalRemark,
  explainApproval,
  personName,
  type ApprovalFacts,
} from "./approval-words.ts";

const now = Date.parse("2026-12-01T10:00:00Z");
const at = (hours: number): string => new Date(now + hours * 3_600_000).toISOString();
const grace = { id: "usr_2", name: "Grace", email: "grace@example.com" };
const mayNot = { approve: false, refuse: false, withdraw: false, why_not: "Your role may not do this." };

const request = (facts: Partial<ApprovalFacts> = {}): ApprovalFacts => ({
  status: "pending",
  mode: "second_person",
  waits_until: null,
  expires_at: at(48),
  failure: null,
  may: mayNot,
  requested_by: grace,
  approved_by: null,
  ended_by: null,
  ...facts,
});
const failure = { code: "state_changed", detail: "Things have changed." } as const;

describe("how a request stands", () => {
  it.each<[string, Partial<ApprovalFacts>, string | null]>([
    ["yours_to_decide", { may: { ...mayNot, approve: true } }, "expires in 2 d"],
    ["second_person", {}, "expires in 2 d"],
    ["waiting", { mode: "waiting", waits_until: at(3) }, "3 h left"],
    ["to_confirm", { mode: "waiting", waits_until: at(-1) }, "Grace confirms it"],
    [
      "to_confirm",
      { mode: "waiting", waits_until: at(-1), may: { ...mayNot, approve: true } },
      "confirm it, or withdraw it",
    ],
    ["approved", { status: "approved", approved_by: grace }, "being carried out"],
    ["stuck", { status: "approved", approved_by: grace, failure }, "not carried out yet"],
    ["executed", { status: "executed", approved_by: grace }, "approved by Grace"],
    ["refused", { status: "refused", ended_by: grace }, "by Grace"],
    ["withdrawn", { status: "withdrawn" }, null],
    ["expired", { status: "expired" }, null],
    ["failed", { status: "failed", failure }, "things have changed since"],
  ])("is %s, with what stands behind it", (condition, facts, remark) => {
    expect(approvalConditionOf(request(facts), now)).toBe(condition);
    expect(approvalRemark(request(facts), now)).toBe(remark);
    const { why, next } = explainApproval(request(facts), now);
    for (const text of [why, next]) expect(text).toMatch(/^[A-Z0-9].*[.]$/);
  });

  it("tells who can't decide why, and who asked that somebody else does", () => {
    expect(explainApproval(request(), now).next).toBe("Your role may not do this. Undecided, it is over in 2 d.");
    const own = request({ may: { ...mayNot, withdraw: true } });
    expect(explainApproval(own, now).why).toBe("You asked for this, so somebody else decides.");
  });
});

it.each([
  [{ id: "command_line", name: null, email: null }, "The command line"],
  [{ id: "system", name: null, email: null }, "Evergrant"],
  [{ id: "usr_1", name: null, email: "ada@example.com" }, "ada@example.com"],
  [{ id: "usr_1", name: null, email: null }, "Somebody who is gone"],
])("names %o", (person, name) => expect(personName(person)).toBe(name));
