import { describe, expect, test } from "vitest";
import type { LabStats } from "#lab/start-lab";
import { judge, type Evidence } from "./judge.ts";
import type { FaultDone } from "./nemesis.ts";
import type { AccountEnd } from "./settle.ts";
import type { RefreshSeen } from "./token-request-record.ts";

const stats: LabStats = {
  token_requests: 0,
  code_exchanges: 0,
  refreshes: 0,
  reuse_detected: 0,
  invalid_grants: 0,
  invalid_clients: 0,
  revocations: 0,
  api_calls: 0,
  in_flight_max_per_grant: 1,
};

const seen = (receivedAt: number, outcome: RefreshSeen["outcome"]): RefreshSeen => ({
  token: "t",
  receivedAt,
  decidedAt: receivedAt + 20,
  closedAt: receivedAt + 40,
  outcome,
  isSent: true,
});

const end = (status: string, isRefreshable: boolean): AccountEnd => ({
  account: { id: "ia_1", grantId: "g1" },
  status,
  lastError: null,
  isRefreshable,
  problem: isRefreshable ? null : status,
  attempts: [],
});

const grant = (status: "live" | "revoked"): Evidence["grants"][number] => ({
  grant_id: "g1",
  person: "person-1",
  client_id: "c",
  scopes: [],
  created_at: "",
  refreshes: 1,
  last_refreshed_at: null,
  status,
  revoked_reason: status === "live" ? null : "reuse",
});

const kill = (at: number, inHand: string[]): FaultDone => ({
  number: 1,
  fault: { kind: "kill_worker", target: 0, backAfterSeconds: 1 },
  text: "kill -9 worker-1",
  startedAt: at,
  endedAt: at + 2_000,
  inHand,
});

const evidence = (changes: Partial<Evidence>): Evidence => ({
  startedAt: 0,
  endedAt: 60_000,
  statsBefore: stats,
  statsAttacked: stats,
  statsAfter: stats,
  grants: [grant("live")],
  requests: { doubles: [], latest: {} },
  ends: [end("active", true)],
  faults: [],
  ownDeaths: [],
  samples: [],
  reads: { served: 0, servedFailing: 0, accepted: 0, servedExpired: 0, rejected: [], problems: {} },
  ...changes,
});

const reuse = {
  grantId: "g1",
  first: seen(10_000, "issued"),
  again: seen(40_000, "reused"),
  isOverlapping: false,
};

describe("a lost grant", () => {
  const lost = { grants: [grant("revoked")], ends: [end("needs_reauth", false)] };

  test("is explained by the kill of the process that held its lease", () => {
    const faults = [kill(10_050, ["ia_1"])];
    const verdict = judge(evidence({ ...lost, faults, requests: { doubles: [reuse], latest: {} } }));
    expect(verdict.lost).toMatchObject([{ accountId: "ia_1", fault: { number: 1 } }]);
    expect(verdict.lost[0]?.explanation).toContain("30 ms after the provider had answered");
    expect(verdict).toMatchObject({ falseNeedsReauth: [], spentTwice: [reuse] });
  });

  test("is not explained by a kill of somebody else, or at another time", () => {
    for (const faults of [[kill(10_050, ["ia_2"])], [kill(50_000, ["ia_1"])], []]) {
      const verdict = judge(evidence({ ...lost, faults, requests: { doubles: [reuse], latest: {} } }));
      expect(verdict.lost[0]?.fault).toBeNull();
    }
  });
});

test("needs_reauth while the provider's grant lives is false", () => {
  expect(judge(evidence({ ends: [end("needs_reauth", false)] })).falseNeedsReauth).toEqual(["ia_1"]);
});

test("a request that was repeated because the first was never carried out is no harm", () => {
  const doubles = [{ ...reuse, first: seen(10_000, "refused"), again: seen(40_000, "issued") }];
  const verdict = judge(evidence({ requests: { doubles, latest: {} } }));
  expect(verdict.doubles).toHaveLength(1);
  expect(verdict.spentTwice).toEqual([]);
});

describe("recovery", () => {
  const sample = (at: number, expired: number) => ({
    at,
    active: 1,
    needsReauth: 0,
    expired,
    longestExpiredSeconds: 0,
    leased: 0,
    versions: 1,
  });

  test("lasts until the last expired token that is seen before the next fault", () => {
    const samples = [sample(11_000, 0), sample(15_000, 7), sample(20_000, 1), sample(21_000, 0)];
    const [recovery] = judge(evidence({ faults: [kill(10_000, [])], samples })).recoveries;
    expect(recovery).toMatchObject({ mostExpired: 7, seconds: 8 });
  });

  test("is open where tokens are expired to the end", () => {
    const samples = [sample(11_000, 0), sample(59_000, 3)];
    expect(judge(evidence({ faults: [kill(10_000, [])], samples })).recoveries[0]?.seconds).toBeNull();
  });
});
