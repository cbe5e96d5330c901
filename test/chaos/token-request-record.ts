import type { LabTokenAnswer, TokenRequestOutcome } from "#lab/start-lab";

/** One refresh request as the provider saw it. Instants in milliseconds since the epoch. */
export type RefreshSeen = {
  token: string;
  receivedAt: number;
  /** From here on the refresh token is spent. */
  decidedAt: number;
  closedAt: number;
  outcome: TokenRequestOutcome;
  isSent: boolean;
};

/** A refresh token that was presented a second time. */
export type DoubleRefresh = {
  grantId: string;
  first: RefreshSeen;
  again: RefreshSeen;
  /** Both were open at the same time. */
  isOverlapping: boolean;
};

export type TokenRequestReport = {
  doubles: DoubleRefresh[];
  /** The last few of each grant, oldest first. */
  latest: Record<string, RefreshSeen[]>;
};

/** The provider's side of the story, kept by the lab's own process, which nobody kills. */
export type TokenRequestRecord = {
  add(answer: LabTokenAnswer): void;
  report(): TokenRequestReport;
};

const keptPerGrant = 6;

export function createTokenRequestRecord(): TokenRequestRecord {
  const firstUse = new Map<string, { grantId: string; seen: RefreshSeen }>();
  const latest = new Map<string, RefreshSeen[]>();
  const doubles: DoubleRefresh[] = [];

  return {
    add({ refreshTokenFingerprint: token, grantId, receivedAt, decidedAt, closedAt, outcome, isSent }) {
      if (token === null) return;
      const before = firstUse.get(token);
      // The lab forgets the tokens of a family that was ended; whose they were is known from their first use.
      const grant = grantId ?? before?.grantId ?? "unknown";
      const seen = { token, receivedAt, decidedAt, closedAt, outcome, isSent };
      const list = latest.get(grant) ?? [];
      list.push(seen);
      if (list.length > keptPerGrant) list.shift();
      latest.set(grant, list);
      if (before === undefined) {
        firstUse.set(token, { grantId: grant, seen });
        return;
      }
      // Answers are told in the order in which they end, which need not be the order in which they came.
      const [first, again] = before.seen.receivedAt <= seen.receivedAt ? [before.seen, seen] : [seen, before.seen];
      doubles.push({ grantId: grant, first, again, isOverlapping: again.receivedAt < first.closedAt });
    },
    report: () => ({ doubles, latest: Object.fromEntries(latest) }),
  };
}
