import type { AnomalyList } from "#api/schemas/anomaly";
import type { ApprovalList } from "#api/schemas/approval";
import { isPermitted } from "../_components/permitted.ts";
import { callApi } from "./call-api.ts";

/** Whoever has more of something than this needs no exact number. */
const most = 100;

/** How many alarms and approvals wait for somebody. Nothing where it can't be told: every page shows all the same. */
export async function readWaiting(role: string): Promise<{ alarms: number; approvals: number }> {
  const [alarms, approvals] = await Promise.all([
    isPermitted(role, "audit:read") ? callApi<AnomalyList>("/api/v1/anomalies", { query: { limit: most } }) : null,
    isPermitted(role, "approvals:read")
      ? callApi<ApprovalList>("/api/v1/approvals", { query: { state: "open", limit: most } })
      : null,
  ]);
  return {
    alarms: alarms?.kind === "ok" ? alarms.value.data.length : 0,
    approvals: approvals?.kind === "ok" ? approvals.value.data.length : 0,
  };
}
