import type { LabGrant, LabStats, RevokedReason } from "./lab.ts";
import type { RecordStore } from "./open-record-store.ts";

const noStats: LabStats = {
  token_requests: 0,
  code_exchanges: 0,
  refreshes: 0,
  reuse_detected: 0,
  invalid_grants: 0,
  invalid_clients: 0,
  revocations: 0,
  api_calls: 0,
  in_flight_max_per_grant: 0,
};

/** What the lab's user sees of their grants, and what a test counts. Kept apart from oidc-provider's own records, which end with the grant. */
export type Ledger = {
  stats(): LabStats;
  count(name: Exclude<keyof LabStats, "in_flight_max_per_grant">): void;
  sawInFlight(requests: number): void;
  grants(): LabGrant[];
  grant(grantId: string): LabGrant | null;
  connected(grant: Pick<LabGrant, "grant_id" | "person" | "client_id" | "scopes">): void;
  refreshed(grantId: string): void;
  /** False when the grant was not live: the first reason stays. */
  revoked(grantId: string, reason: RevokedReason): boolean;
};

export function createLedger(store: RecordStore): Ledger {
  let stats: LabStats = { ...noStats, ...(store.get("LabStats", "all") as Partial<LabStats> | undefined) };
  const grants = new Map(store.list("LabGrant").map(({ id, value }) => [id, value as LabGrant]));

  function setStats(next: LabStats): void {
    stats = next;
    store.put("LabStats", "all", next, null);
  }

  function setGrant(next: LabGrant): void {
    grants.set(next.grant_id, next);
    store.put("LabGrant", next.grant_id, next, null);
  }

  return {
    stats: () => ({ ...stats }),
    count(name) {
      setStats({ ...stats, [name]: stats[name] + 1 });
    },
    sawInFlight(requests) {
      if (requests > stats.in_flight_max_per_grant) setStats({ ...stats, in_flight_max_per_grant: requests });
    },
    grants: () => [...grants.values()].map((grant) => ({ ...grant })).toReversed(),
    grant: (grantId) => grants.get(grantId) ?? null,
    connected(grant) {
      const created = { created_at: new Date().toISOString(), refreshes: 0, last_refreshed_at: null };
      setGrant({ ...grant, ...created, status: "live", revoked_reason: null });
    },
    refreshed(grantId) {
      const grant = grants.get(grantId);
      if (grant === undefined) return;
      setGrant({ ...grant, refreshes: grant.refreshes + 1, last_refreshed_at: new Date().toISOString() });
    },
    revoked(grantId, reason) {
      const grant = grants.get(grantId);
      if (grant?.status !== "live") return false;
      setGrant({ ...grant, status: "revoked", revoked_reason: reason });
      return true;
    },
  };
}
