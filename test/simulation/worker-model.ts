import type { Account } from "#core/domain/account/account";
import { explainAbandoned } from "#core/domain/refresh/explain-attempt";
import { recallPauseSeconds } from "#core/domain/refresh/recall-pause";
import { comesBackAt } from "#core/domain/refresh/comes-back-at";
import { replaySpool } from "#core/usecases/commit-answer";
import { refreshAccount } from "#core/usecases/refresh-account";
import type { Calls } from "./calls.ts";
import type { Life } from "./life.ts";
import { environmentId, type SimulatedWorld } from "./world.ts";

/** A worker that says nothing for this long loses its jobs. */
const silentMs = 15_000;
/** What a holder left is looked into so long after its lease. */
const leftMs = 5_000;
const sweepMs = 60_000;
/** Due sooner than this: the commit that set the alarm made the job. */
const horizonMs = 120_000;

interface Job {
  atMs: number | null;
  cancel: (() => void) | null;
  running: { readonly life: Life; readonly fromMs: number } | null;
  dueMs: number | null;
  /** The attempt that is watched, since its holder may die. */
  watched: string | null;
}

export interface WorkerModel {
  /** A row was written. */
  see(row: Account): void;
  /** A circuit was told of an attempt. */
  reported(key: string): void;
  begin(): void;
}

/**
 * Queue, sweep, probes and takeover as worker/ and adapters/postgres have them, without their tables. The row is the truth, so
 * what is lost here comes back with the next sweep.
 */
export function createWorkerModel(
  world: SimulatedWorld,
  calls: Calls,
  rows: ReadonlyMap<string, Account>,
  pickLife: () => Life | null,
): WorkerModel {
  const { timeline, store, circuits, chance } = world;
  const jobs = new Map<string, Job>();

  const jobOf = (accountId: string): Job => {
    let job = jobs.get(accountId);
    if (job === undefined) {
      job = { atMs: null, cancel: null, running: null, dueMs: null, watched: null };
      jobs.set(accountId, job);
    }
    return job;
  };
  const since = (instant: Date): number => instant.getTime() - world.startMs;
  const isHeld = (row: Account): boolean => row.leaseUntil !== null && since(row.leaseUntil) >= timeline.nowMs;
  const isRunning = ({ running }: Job): boolean => {
    if (running === null) return false;
    const { diedMs, frozenUntilMs } = running.life;
    const lastSignMs = diedMs ?? (frozenUntilMs > timeline.nowMs ? (running.life.freezes.at(-1)?.fromMs ?? 0) : null);
    return lastSignMs === null || timeline.nowMs - lastSignMs < silentMs;
  };

  const enqueue = (accountId: string, atMs: number): void => {
    const job = jobOf(accountId);
    job.cancel?.();
    job.atMs = Math.max(atMs, timeline.nowMs);
    job.cancel = timeline.after(job.atMs - timeline.nowMs, () => start(accountId));
  };

  const start = (accountId: string): void => {
    const job = jobOf(accountId);
    job.atMs = null;
    if (isRunning(job)) {
      enqueue(accountId, timeline.nowMs + 2_000);
      return;
    }
    const life = pickLife();
    if (life === null || world.database.of(life.process) !== null) {
      enqueue(accountId, timeline.nowMs + chance.between(1_000, 3_000));
      return;
    }
    run(accountId, life);
  };

  const run = (accountId: string, life: Life): void => {
    const job = jobOf(accountId);
    const running = { life, fromMs: timeline.nowMs };
    job.running = running;
    world.note(() => `worker    ${life.process} takes the job of ${accountId}`);
    const demand = { reason: "alarm", minTtlSeconds: null } as const;
    calls.call(life, `alarm of ${accountId}`, async () => {
      try {
        const outcome = await refreshAccount(life.ports, { environmentId, accountId, demand, actor: "worker" });
        world.note(() => `worker    the job of ${accountId} ends: ${outcome.kind}`);
        if (job.running === running) job.running = null;
        if (outcome.kind === "deferred") enqueue(accountId, since(comesBackAt(outcome, world.now())));
      } catch (error) {
        if (job.running === running) job.running = null;
        enqueue(accountId, timeline.nowMs + chance.between(1_000, 5_000));
        throw error;
      }
    });
  };

  const sweep = (): void => {
    for (const [accountId, row] of rows) {
      const job = jobOf(accountId);
      if (row.status !== "active" || row.refreshDueAt === null || job.atMs !== null || isRunning(job)) continue;
      if (isHeld(row) || isOpen(accountId)) continue;
      const dueMs = since(row.refreshDueAt);
      if (dueMs < timeline.nowMs + horizonMs) enqueue(accountId, dueMs);
    }
    const life = pickLife();
    if (life !== null) {
      calls.call(life, "sweep", async () => {
        const { log } = life.ports;
        await replaySpool(life.ports).catch((error: unknown) =>
          log.error({ error }, "the spool could not be replayed"),
        );
      });
    }
    for (const key of circuits.keys()) probeIfDue(key);
    timeline.after(sweepMs, sweep);
  };

  /** What a dead holder left: an active account gets a job, any other is only written down (settleLeftAttempts). */
  const settle = (accountId: string, attemptId: string): void => {
    const row = rows.get(accountId);
    const job = jobOf(accountId);
    if (row?.attempt?.id !== attemptId || row.leaseUntil === null) {
      if (job.watched === attemptId) job.watched = null;
      return;
    }
    const endedMs = since(row.leaseUntil) + leftMs;
    const look = (inMs: number): void => void timeline.after(inMs, () => settle(accountId, attemptId));
    if (endedMs > timeline.nowMs) {
      look(endedMs - timeline.nowMs + chance.between(0, 3_000));
    } else if (world.database.of("everybody") !== null) {
      look(3_000);
    } else if (row.status === "active") {
      if (!isRunning(job) && !isOpen(accountId)) enqueue(accountId, timeline.nowMs);
      look(3_000);
    } else {
      job.watched = null;
      forget(row);
    }
  };

  const forget = (row: Account): void => {
    const { attempt } = row;
    if (attempt === null) return;
    world.note(() => `worker    forgets what was left of ${row.id}`);
    store.patch(row.id, { attempt: null, leaseUntil: null, fence: row.fence + 1n });
    const ended = { httpStatus: null, error: null, nextAttemptAt: null, explanation: explainAbandoned, waiters: 0 };
    void store.finishAttempt(environmentId, { ...attempt, ...ended, outcome: "in_doubt", rule: "process.ended" });
    world.touch(row.id);
  };

  const keyOf = new Map<string, string>();
  const probes = new Map<string, () => void>();
  const isOpen = (accountId: string): boolean => {
    const key = keyOf.get(accountId);
    return key !== undefined && circuits.circuit(key).state === "open";
  };
  const accountsOf = (key: string): Account[] => [...rows.values()].filter((row) => keyOf.get(row.id) === key);

  /** One account goes first (probeCircuitTask). */
  const probeIfDue = (key: string): void => {
    const { state, probeAt } = circuits.circuit(key);
    if (state !== "open" || probeAt === null) return;
    probes.get(key)?.();
    const inMs = since(probeAt) - timeline.nowMs;
    if (inMs > 0) {
      probes.set(
        key,
        timeline.after(inMs, () => probeIfDue(key)),
      );
      return;
    }
    const life = pickLife();
    const candidate = accountsOf(key).find(
      (row) => row.status === "active" && row.refreshDueAt !== null && !isHeld(row),
    );
    if (life === null || candidate === undefined || isRunning(jobOf(candidate.id))) return;
    world.note(() => `worker    probes with ${candidate.id}`);
    recall(candidate.id, timeline.nowMs);
    run(candidate.id, life);
  };

  const recall = (accountId: string, dueMs: number): void => {
    world.recalled.add(accountId);
    store.patch(accountId, { refreshDueAt: new Date(world.startMs + dueMs), cooldownUntil: null });
    world.touch(accountId);
  };

  /** Who waits behind a circuit comes back, but for those that keep a pace of their own (recallAccounts). */
  circuits.onRecall((key, cause) => {
    for (const row of accountsOf(key)) {
      const isActive = row.status === "active" && row.hold === null;
      const waits =
        isActive && row.consecutiveFailures > 0 && row.doubts === 0 && row.lastError?.code !== "rate_limited";
      if (!waits || row.refreshDueAt === null || isHeld(row)) continue;
      const failedMs = row.lastError === null ? 0 : since(row.lastError.at);
      const earliestMs = cause === "blip" ? failedMs + recallPauseSeconds(row.consecutiveFailures) * 1000 : 0;
      const atMs = Math.max(timeline.nowMs + 20, earliestMs);
      if (since(row.refreshDueAt) > atMs + 61_000) recall(row.id, atMs);
    }
  });

  return {
    see(row) {
      const job = jobOf(row.id);
      const integration = world.accountIds.get(row.id);
      if (!keyOf.has(row.id) && integration !== undefined) {
        const key = world.circuitKeys.get(integration.provider.name);
        if (key !== undefined) keyOf.set(row.id, key);
      }
      const dueMs = row.refreshDueAt === null || row.status !== "active" ? null : since(row.refreshDueAt);
      if (dueMs !== null && dueMs !== job.dueMs && dueMs < timeline.nowMs + horizonMs) enqueue(row.id, dueMs);
      job.dueMs = dueMs;
      if (row.attempt !== null && row.attempt.id !== job.watched && row.leaseUntil !== null) {
        job.watched = row.attempt.id;
        settle(row.id, row.attempt.id);
      }
    },
    reported: probeIfDue,
    begin() {
      timeline.after(chance.between(0, sweepMs), sweep);
    },
  };
}
