import type { AuditPage, ChainView } from "#api/schemas/audit";
import { callApi } from "./call-api.ts";
import type { Answer } from "./problem.ts";

export type AuditFilter = {
  account?: string | undefined;
  actor?: string | undefined;
  action?: string | undefined;
  /** RFC 3339 in UTC. */
  from?: string | undefined;
  to?: string | undefined;
  cursor?: string | undefined;
};

/** Who did what, newest first. */
export async function readAuditEvents(filter: AuditFilter): Promise<Answer<AuditPage>> {
  return callApi<AuditPage>("/api/v1/audit-events", { query: { ...filter, limit: 50 } });
}

/** Where the environment's chain stands. */
export async function readAuditChain(): Promise<Answer<ChainView>> {
  return callApi<ChainView>("/api/v1/audit-events/chain");
}
