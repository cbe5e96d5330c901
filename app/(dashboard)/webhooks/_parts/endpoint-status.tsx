"use client";

import type { EndpointView } from "#api/schemas/webhook";
import { useNow } from "../../../_components/clock.tsx";
import { StatusIcon } from "../../../_components/status-icon.tsx";
import { StatusMark } from "../../../_components/status-mark.tsx";
import { toneClasses } from "../../../_components/status.ts";
import { endpointConditionOf, endpointConditions, endpointRemark, explainEndpoint } from "./endpoint-words.ts";

/** Icon, word and remark of how an endpoint does, ticking with the clock. */
export function EndpointStatus({ endpoint, variant = "line" }: { endpoint: EndpointView; variant?: "line" | "pill" }) {
  const now = useNow();
  const condition = endpointConditions[endpointConditionOf(endpoint)];
  return (
    <StatusMark
      condition={condition}
      remark={variant === "pill" ? null : endpointRemark(endpoint, now)}
      variant={variant}
    />
  );
}

/** Why it is so, and what comes next. */
export function EndpointExplanation({ endpoint }: { endpoint: EndpointView }) {
  const now = useNow();
  const { tone, icon } = endpointConditions[endpointConditionOf(endpoint)];
  const { why, next } = explainEndpoint(endpoint, now);
  return (
    <div className="flex min-w-0 gap-3">
      <StatusIcon name={icon} className={`mt-1 ${toneClasses[tone].text}`} />
      <div className="min-w-0">
        <p className="font-medium">{why}</p>
        <p className="text-muted">{next}</p>
      </div>
    </div>
  );
}
