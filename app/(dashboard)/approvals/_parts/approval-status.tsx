"use client";

import { useNow } from "../../../_components/clock.tsx";
import { Explanation } from "../../../_components/explanation.tsx";
import { StatusMark } from "../../../_components/status-mark.tsx";
import {
  approvalConditionOf,
  approvalConditions,
  approvalRemark,
  explainApproval,
  type ApprovalFacts,
} from "./approval-words.ts";

/** Icon, word and remark of how a request stands, ticking with the clock. */
export function ApprovalStatus({ approval, variant = "line" }: { approval: ApprovalFacts; variant?: "line" | "pill" }) {
  const now = useNow();
  return (
    <StatusMark
      condition={approvalConditions[approvalConditionOf(approval, now)]}
      remark={variant === "pill" ? null : approvalRemark(approval, now)}
      variant={variant}
    />
  );
}

/** Why it is so, and whose move it is. */
export function ApprovalExplanation({ approval }: { approval: ApprovalFacts }) {
  const now = useNow();
  const look = approvalConditions[approvalConditionOf(approval, now)];
  return <Explanation look={look} {...explainApproval(approval, now)} />;
}
