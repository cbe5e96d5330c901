import { drawingStep, spansBefore, spansOf, startOf, type CountSpan } from "#core/domain/statistics/count-steps";
import { buildSeries, reauthShare, type SeriesPoint } from "#core/domain/statistics/series";
import { summarizeReads, type ReadCount, type TokenReads } from "#core/domain/statistics/token-reads";
import { readOutlooks, type Outlook } from "./outlook.ts";
import type { DatabasePool } from "./pool.ts";
import { readAttention, type Attention } from "./read-attention.ts";
import {
  countAccounts,
  readAccountCounts,
  readAttemptCounts,
  type AccountCount,
  type AttemptCount,
  type CountScope,
} from "./read-counts.ts";
import {
  readAccountsAt,
  readAttemptSteps,
  readAttemptSums,
  readPastAccounts,
  readTally,
  readWaitSteps,
  type AttemptSums,
} from "./read-series.ts";
import {
  readBacklog,
  readOpenBreakers,
  readWebhookStanding,
  type Backlog,
  type OpenBreaker,
  type WebhookStanding,
} from "./read-standing.ts";

export interface OverviewStats {
  /** Where the window begins. */
  readonly since: Date;
  /** False: what there was before an upgrade is being counted, and attempts are those since. */
  readonly isCounted: boolean;
  readonly accounts: readonly AccountCount[];
  readonly attempts: readonly AttemptCount[];
  /** Of the window before; null: not kept any more. */
  readonly attemptsBefore: AttemptSums | null;
  /** When the window began; null: nobody counted then, or there were none. */
  readonly reauthShareBefore: number | null;
  readonly reads: TokenReads;
  readonly readsBefore: TokenReads | null;
  /** By what came of them. */
  readonly webhookAttempts: readonly ReadCount[];
  readonly backlog: Backlog;
  readonly breakers: readonly OpenBreaker[];
  readonly webhooks: WebhookStanding;
  readonly outlooks: readonly Outlook[];
  readonly attention: Attention;
}

/** Everything that the overview of an environment is made of, each part from what is counted or by an index that is short. */
export async function readOverviewStats(
  pool: DatabasePool,
  environmentId: string,
  windowSeconds: number,
  now: Date,
): Promise<OverviewStats> {
  const scope = { environmentId, integrationNames: null };
  const spans = spansOf(windowSeconds, now);
  const before = spansBefore(windowSeconds, now);
  const since = startOf(windowSeconds, now);
  const [accounts, attempts, attemptsBefore, accountsBefore, reads, readsBefore, webhookAttempts, ...standing] =
    await Promise.all([
      readAccountCounts(pool, scope),
      readAttemptCounts(pool, scope, spans),
      before === null ? null : readAttemptSums(pool, scope, before),
      readAccountsAt(pool, scope, drawnFrom(windowSeconds, now)),
      readReads(pool, environmentId, spans),
      before === null ? null : readReads(pool, environmentId, before),
      readTally(pool, environmentId, "webhook_attempt", spans),
      readBacklog(pool, environmentId),
      readOpenBreakers(pool, environmentId),
      readWebhookStanding(pool, environmentId),
      readOutlooks(pool, environmentId, null),
      readAttention(pool, environmentId),
    ]);
  const [backlog, breakers, webhooks, outlooks, attention] = standing;
  return {
    since,
    isCounted: accounts !== null,
    accounts: accounts ?? (await countAccounts(pool, scope)),
    attempts,
    attemptsBefore,
    reauthShareBefore: reauthShare(accountsBefore),
    reads,
    readsBefore,
    webhookAttempts,
    backlog,
    breakers,
    webhooks,
    outlooks,
    attention,
  };
}

async function readReads(pool: DatabasePool, environmentId: string, spans: readonly CountSpan[]): Promise<TokenReads> {
  return summarizeReads(await readTally(pool, environmentId, "token_read", spans));
}

/**
 * Where a drawing of the window begins: at a whole step, since what is kept of accounts is how many there were at the end of each. The
 * one in which the window begins ends within it.
 */
function drawnFrom(windowSeconds: number, now: Date): { readonly since: Date; readonly stepSeconds: number } {
  const stepSeconds = drawingStep(windowSeconds);
  const step = stepSeconds * 1_000;
  return { since: new Date(Math.floor(startOf(windowSeconds, now).getTime() / step) * step), stepSeconds };
}

/** How things went over the window, step by step. */
export async function readSeries(
  pool: DatabasePool,
  scope: CountScope,
  windowSeconds: number,
  now: Date,
): Promise<{ readonly stepSeconds: number; readonly points: readonly SeriesPoint[] }> {
  const from = drawnFrom(windowSeconds, now);
  const [attempts, pasts, waits] = await Promise.all([
    readAttemptSteps(pool, scope, from),
    readPastAccounts(pool, scope, from),
    // Nobody tallies which integration a read was of.
    scope.integrationNames === null ? readWaitSteps(pool, scope.environmentId, from) : [],
  ]);
  return { stepSeconds: from.stepSeconds, points: buildSeries({ ...from, until: now }, attempts, pasts, waits) };
}
