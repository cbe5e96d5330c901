import { cache } from "react";
import type { ApprovalList, ApprovalView } from "#api/schemas/approval";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

export type ApprovalFilter = { state: "open" | "over"; cursor?: string | undefined };

/** What waits for a second person, or is over; newest first. */
export async function readApprovals({ state, cursor }: ApprovalFilter): Promise<Answer<ApprovalList>> {
  return callApi<ApprovalList>("/api/v1/approvals", { query: { state, cursor, limit: state === "open" ? 200 : 50 } });
}

/** One request; leads to the page for things that are not there when it is unknown. Asked once per request. */
export const readApproval = cache(async (id: string): Promise<Answer<ApprovalView>> =>
  callApi<ApprovalView>(`/api/v1/approvals/${encodeURIComponent(id)}`),
);
