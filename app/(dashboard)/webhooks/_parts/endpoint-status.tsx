"use client";

import type { EndpointView } from "#api/schemas/webhook";
import { useNow } from "../../../_components/clock.tsx";
import { Explanation } from "../../../_components/explanation.tsx";
import { StatusMark } from "../../../_components/status-mark.tsx";
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
  const look = endpointConditions[endpointConditionOf(endpoint)];
  return <Explanation look={look} {...explainEndpoint(endpoint, now)} />;
}
