import type { ApprovalView } from "#api/schemas/approval";
import { assertNever } from "../../../_components/assert-never.ts";
import { actorOf } from "../../../_components/audit-words.ts";
import { formatDuration } from "../../../_components/duration.ts";
import type { Look } from "../../../_components/status.ts";

/** What an administrator needs to tell apart; finer than the API's status, and as this one sees it. */
export type ApprovalCondition =
  | "yours_to_decide"
  | "second_person"
  | "waiting"
  | "to_confirm"
  | "approved"
  | "stuck"
  | "executed"
  | "refused"
  | "withdrawn"
  | "expired"
  | "failed";

export const approvalConditions: Record<ApprovalCondition, Look> = {
  yours_to_decide: { tone: "warn", icon: "half", label: "Needs your decision" },
  second_person: { tone: "info", icon: "dashed", label: "Waits for a second person" },
  waiting: { tone: "hold", icon: "pause", label: "Waiting time" },
  to_confirm: { tone: "warn", icon: "half", label: "Waiting time over" },
  approved: { tone: "info", icon: "dashed", label: "Approved" },
  stuck: { tone: "warn", icon: "alert", label: "Approved" },
  executed: { tone: "good", icon: "filled", label: "Done" },
  refused: { tone: "none", icon: "slash", label: "Refused" },
  withdrawn: { tone: "none", icon: "slash", label: "Withdrawn" },
  expired: { tone: "none", icon: "slash", label: "Expired" },
  failed: { tone: "bad", icon: "alert", label: "Failed" },
};

export const kindWords: Record<ApprovalView["kind"], { name: string; subject: string }> = {
  "key.rewrap_start": { name: "Re-wrap", subject: "Key" },
  "key.disable": { name: "Disable a key", subject: "Key" },
  "key.enable": { name: "Enable a key", subject: "Key" },
  "key.policy_change": { name: "Sealing policy", subject: "Environment" },
  "tenant.delete_key": { name: "Destroy a tenant's key", subject: "Tenant" },
  "integration.hosts_change": { name: "Hosts of an integration", subject: "Integration" },
  export: { name: "Export of credentials", subject: "Export" },
};

export type ApprovalFacts = Pick<
  ApprovalView,
  "status" | "mode" | "waits_until" | "expires_at" | "failure" | "may" | "requested_by" | "approved_by" | "ended_by"
>;

export function approvalConditionOf(approval: ApprovalFacts, now: number): ApprovalCondition {
  switch (approval.status) {
    case "pending":
      if (approval.waits_until !== null) return Date.parse(approval.waits_until) > now ? "waiting" : "to_confirm";
      return approval.may.approve ? "yours_to_decide" : "second_person";
    case "approved":
      return approval.failure === null ? "approved" : "stuck";
    case "executed":
    case "refused":
    case "withdrawn":
    case "expired":
    case "failed":
      return approval.status;
  }
  return assertNever(approval.status);
}

/** What stands behind the label, in a few words; null when the label says it all. */
export function approvalRemark(approval: ApprovalFacts, now: number): string | null {
  const condition = approvalConditionOf(approval, now);
  switch (condition) {
    case "yours_to_decide":
    case "second_person":
      return `expires in ${until(approval.expires_at, now)}`;
    case "waiting":
      return `${until(approval.waits_until, now)} left`;
    case "to_confirm":
      return approval.may.approve ? "confirm it, or withdraw it" : `${personName(approval.requested_by)} confirms it`;
    case "approved":
      return "being carried out";
    case "stuck":
      return "not carried out yet";
    case "executed":
      return approval.approved_by === null ? null : `approved by ${personName(approval.approved_by)}`;
    case "refused":
      return approval.ended_by === null ? null : `by ${personName(approval.ended_by)}`;
    case "failed":
      return approval.failure === null ? null : failureWords[approval.failure.code];
    case "withdrawn":
    case "expired":
      return null;
  }
  return assertNever(condition);
}

const failureWords: Record<NonNullable<ApprovalView["failure"]>["code"], string> = {
  state_changed: "things have changed since",
  asker_changed: "who asked may not any more",
  approver_changed: "who approved may not any more",
  action_failed: "it could not be done",
};

/** Why it is so, and what comes next and from whom: two sentences for the page of a request. */
export function explainApproval(approval: ApprovalFacts, now: number): { why: string; next: string } {
  const condition = approvalConditionOf(approval, now);
  const asker = personName(approval.requested_by);
  const end = `Undecided, it is over in ${until(approval.expires_at, now)}.`;
  switch (condition) {
    case "yours_to_decide":
      return {
        why: `${asker} asks, and you can decide.`,
        next: `Read below what would be otherwise. If you did not expect this, ask ${asker} before you approve, or refuse it. ${end}`,
      };
    case "second_person":
      return {
        why: approval.may.withdraw ? "You asked for this, so somebody else decides." : `${asker} asks for this.`,
        next: `${approval.may.withdraw ? "Whoever may decide finds it on their overview." : (approval.may.why_not ?? "")} ${end}`.trim(),
      };
    case "waiting":
      return {
        why: `Nobody else could approve this when it was asked, so it waits: ${until(approval.waits_until, now)} are left.`,
        next: approval.may.withdraw
          ? "Come back then to confirm it. Until then you, or anybody else who may decide, can stop it."
          : "If you did not expect this, refuse it now: that stops it.",
      };
    case "to_confirm":
      return {
        why: "Its waiting time is over, and nobody stopped it.",
        next: approval.may.approve
          ? `Read it once more, then confirm it. ${end}`
          : `It is done when ${asker} confirms it. ${end}`,
      };
    case "approved":
      return {
        why: `${approval.approved_by === null ? "Somebody" : personName(approval.approved_by)} approved it.`,
        next: "It is being carried out.",
      };
    case "stuck":
      return {
        why: `It is approved, and could not be carried out yet: ${approval.failure?.detail ?? ""}`.trim(),
        next: `A worker tries again every minute, for ${until(approval.expires_at, now)} more.`,
      };
    case "executed":
      return {
        why: `${approval.approved_by === null ? "Somebody" : personName(approval.approved_by)} approved it, and it was carried out.`,
        next: "The audit log has each step. Nothing for you to do.",
      };
    case "refused":
      return {
        why: `${approval.ended_by === null ? "Somebody" : personName(approval.ended_by)} refused it.`,
        next: "Nothing was changed.",
      };
    case "withdrawn":
      return { why: `${asker} took it back.`, next: "Nothing was changed." };
    case "expired":
      return {
        why: approval.approved_by === null ? "Nobody decided in time." : "It could not be carried out in time.",
        next: "Nothing was changed. Whoever still wants it asks again.",
      };
    case "failed":
      return {
        why: approval.failure?.detail ?? "It came to nothing.",
        next: "Nothing was changed. Whoever still wants it asks again.",
      };
  }
  return assertNever(condition);
}

type Person = ApprovalView["requested_by"];

export function personName({ id, name, email }: Person): string {
  if (id === "command_line") return actorOf(id).words;
  if (id === "system") return "Evergrant";
  return name ?? email ?? "Somebody who is gone";
}

function until(at: string | null, now: number): string {
  return formatDuration(at === null ? 0 : (Date.parse(at) - now) / 1000);
}
