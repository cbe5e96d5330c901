"use client";

import { useNow } from "../../../_components/clock.tsx";
import { StatusIcon } from "../../../_components/status-icon.tsx";
import { StatusMark } from "../../../_components/status-mark.tsx";
import { toneClasses } from "../../../_components/status.ts";
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
  const { tone, icon } = approvalConditions[approvalConditionOf(approval, now)];
  const { why, next } = explainApproval(approval, now);
  return (
    <div className="flex min-w-0 gap-3">
      <StatusIcon name={icon} className={`mt-1 ${toneClasses[tone].text}`} />
      <div className="min-w-0 wrap-anywhere">
        <p className="font-medium">{why}</p>
        <p className="text-pretty text-muted">{next}</p>
      </div>
    </div>
  );
}
