import type { LabGrant, LabStats } from "#lab/start-lab";
import type { FaultDone } from "./nemesis.ts";
import type { ReadCounts, RejectedToken } from "./read-tokens.ts";
import type { AccountEnd } from "./settle.ts";
import type { OwnDeath } from "./supervised-process.ts";
import type { World } from "./start-world.ts";
import type { DoubleRefresh, RefreshSeen, TokenRequestReport } from "./token-request-record.ts";
import type { Sample } from "./watch-accounts.ts";

export type LostGrant = {
  accountId: string;
  grantId: string;
  status: string;
  problem: string | null;
  /** What the provider's own book says of it. */
  atProvider: string;
  /** The refresh token that was presented twice, where that ended the grant. */
  double: DoubleRefresh | null;
  /** The fault that struck the process which was refreshing it; null: unexplained. */
  fault: FaultDone | null;
  explanation: string;
  attempts: AccountEnd["attempts"];
  latestAtProvider: readonly RefreshSeen[];
};

export type Recovery = {
  fault: FaultDone;
  /** The most expired tokens at one time, from the fault until all were fresh again. */
  mostExpired: number;
  /** From the end of the fault until no account's token was expired; null when the next fault came first. */
  seconds: number | null;
};

export type Verdict = {
  tokenRequests: number;
  refreshes: number;
  /** Those until the attack was over: the ones after it need no robustness. */
  refreshesUnderAttack: number;
  reuseDetections: number;
  inFlightMax: number;
  activeAtStart: number;
  refreshableAtEnd: number;
  lost: LostGrant[];
  /** `needs_reauth` although the provider would still refresh. */
  falseNeedsReauth: string[];
  /** Refresh tokens presented twice. Where the first request was not carried out, the second one was harmless. */
  doubles: DoubleRefresh[];
  /** Those whose first request had been carried out: the token was spent when it came again. */
  spentTwice: DoubleRefresh[];
  /** Tokens that lived by our book and not by the provider's, and for which no lost grant is the reason. */
  rejected: RejectedToken[];
  recoveries: Recovery[];
};

export type Evidence = {
  startedAt: number;
  endedAt: number;
  statsBefore: LabStats;
  statsAttacked: LabStats;
  statsAfter: LabStats;
  grants: readonly LabGrant[];
  requests: TokenRequestReport;
  ends: readonly AccountEnd[];
  faults: readonly FaultDone[];
  ownDeaths: World["ownDeaths"];
  samples: readonly Sample[];
  reads: ReadCounts;
};

/** Compares the provider's book with ours. Pure. */
export function judge(evidence: Evidence): Verdict {
  const { startedAt, statsBefore, statsAttacked, statsAfter, ends, requests } = evidence;
  const grants = new Map(evidence.grants.map((grant) => [grant.grant_id, grant]));
  const doubles = requests.doubles.filter(({ again }) => again.receivedAt >= startedAt);
  const isLive = (end: AccountEnd): boolean => grants.get(end.account.grantId)?.status === "live";
  const lost = ends.filter((end) => !end.isRefreshable).map((end) => explainLoss(end, evidence, grants, doubles));
  return {
    tokenRequests: statsAfter.token_requests - statsBefore.token_requests,
    refreshes: statsAfter.refreshes - statsBefore.refreshes,
    refreshesUnderAttack: statsAttacked.refreshes - statsBefore.refreshes,
    reuseDetections: statsAfter.reuse_detected - statsBefore.reuse_detected,
    inFlightMax: statsAfter.in_flight_max_per_grant,
    activeAtStart: ends.length,
    refreshableAtEnd: ends.filter((end) => end.isRefreshable).length,
    lost,
    falseNeedsReauth: ends.filter((end) => end.status === "needs_reauth" && isLive(end)).map((end) => end.account.id),
    doubles,
    spentTwice: doubles.filter(({ first }) => first.outcome === "issued"),
    rejected: evidence.reads.rejected.filter(
      (one) => !lost.some((grant) => grant.accountId === one.accountId && hasEndedBy(grant, one.checkedAt)),
    ),
    recoveries: evidence.faults.map((fault, index) => recoveryFrom(fault, evidence.faults[index + 1], evidence)),
  };
}

function hasEndedBy(grant: LostGrant, instant: number): boolean {
  return grant.double !== null && grant.double.again.receivedAt <= instant;
}

/** Longer than a lease and what may be left of a request under it. */
const reachMs = 35_000;

function explainLoss(
  end: AccountEnd,
  { faults, ownDeaths, requests }: Evidence,
  grants: ReadonlyMap<string, LabGrant>,
  doubles: readonly DoubleRefresh[],
): LostGrant {
  const { id: accountId, grantId } = end.account;
  const grant = grants.get(grantId);
  const double = doubles.find((one) => one.grantId === grantId && one.again.outcome !== "issued") ?? null;
  const fault =
    double === null
      ? null
      : (faults.find(
          ({ inHand, startedAt, endedAt }) =>
            inHand.includes(accountId) &&
            double.first.receivedAt > startedAt - reachMs &&
            double.first.receivedAt < endedAt + reachMs &&
            double.again.receivedAt > startedAt,
        ) ?? null);
  const death = ownDeaths.find(({ inHand }) => inHand.includes(accountId)) ?? null;
  return {
    accountId,
    grantId,
    status: end.status,
    problem: end.problem ?? end.lastError,
    atProvider: grant === undefined ? "unknown" : `${grant.status} (${grant.revoked_reason ?? "not revoked"})`,
    double,
    fault,
    explanation: explain(double, fault, death),
    attempts: end.attempts,
    latestAtProvider: requests.latest[grantId] ?? [],
  };
}

function explain(double: DoubleRefresh | null, fault: FaultDone | null, death: OwnDeath | null): string {
  if (double === null) return "no refresh token was presented twice: unexplained";
  const { first, again } = double;
  const laterSeconds = ((again.receivedAt - first.receivedAt) / 1000).toFixed(1);
  if (fault === null && death !== null)
    return `${death.name} ended by itself ${death.at - first.decidedAt} ms after the provider had answered, before the write; presented again ${laterSeconds} s later`;
  if (fault === null) return `presented again ${laterSeconds} s later, and no fault struck its holder: unexplained`;
  const wasKilled = fault.fault.kind === "kill_api" || fault.fault.kind === "kill_worker";
  if (wasKilled) {
    const afterMs = fault.startedAt - first.decidedAt;
    const when = afterMs >= 0 ? `${afterMs} ms after the provider had answered` : "with its request on the way";
    return `its process was killed ${when}, before the write; presented again ${laterSeconds} s later`;
  }
  if (first.receivedAt > fault.startedAt + 1_000)
    return `its process was frozen between the check of its lease and the send, and sent when it woke, ${laterSeconds} s after another had`;
  return `its process was frozen with the answer on the way; presented again ${laterSeconds} s later`;
}

/** Until the last expired token that was seen before the next fault. */
function recoveryFrom(fault: FaultDone, next: FaultDone | undefined, { samples, endedAt }: Evidence): Recovery {
  const limit = next === undefined ? endedAt : Math.max(next.startedAt, fault.endedAt);
  const during = samples.filter((sample) => sample.at > fault.startedAt && sample.at <= limit);
  const lastHarm = during.findLast((sample) => sample.expired > 0);
  const isOver = lastHarm === undefined || lastHarm !== during.at(-1);
  return {
    fault,
    mostExpired: Math.max(0, ...during.map((sample) => sample.expired)),
    seconds: isOver ? Math.max(0, ((lastHarm?.at ?? 0) - fault.endedAt) / 1000) : null,
  };
}
