import { createCalls, type Calls } from "./calls.ts";
import { createChance, type Chance } from "./chance.ts";
import { addAccount } from "./add-account.ts";
import { checkEnd, unsettled } from "./end-checks.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import type { LossWindow } from "./loss-windows.ts";
import { createRowWatch, type RowWatch } from "./row-watch.ts";
import type { Place } from "./run-plan.ts";
import { quiet } from "./timeline.ts";
import type { Rule, Violation } from "./violation.ts";
import { createWorkerModel } from "./worker-model.ts";
import { createSimulatedWorld, type ProviderOptions, type Sabotage, type SimulatedWorld } from "./world.ts";

export interface RunReport {
  readonly seed: number;
  /** Empty when every guarantee held. */
  readonly violations: readonly Violation[];
  /** What happened, a line each; empty unless it was asked for. */
  readonly history: readonly string[];
  readonly counts: RunCounts;
}

export interface RunCounts {
  readonly simulatedSeconds: number;
  readonly requests: number;
  readonly refreshes: number;
  readonly replays: number;
  /** Requests of processes that were paused between their last check and their send. */
  readonly frozenSends: number;
  readonly crashes: number;
  readonly pauses: number;
  readonly outages: number;
  /** Accounts that were lost for good, by the documented window. */
  readonly losses: Readonly<Partial<Record<LossWindow, number>>>;
  /** Losses that a late answer mended. */
  readonly mended: number;
}

export interface RunOptions {
  readonly seed: number;
  readonly isTraced?: boolean;
  readonly sabotage?: Sabotage;
  readonly ignores?: readonly Rule[];
}

/** One world, its processes and what is checked in it. */
export interface Run {
  readonly world: SimulatedWorld;
  readonly watch: RowWatch;
  readonly calls: Calls;
  readonly fleet: Fleet;
  readonly chance: Chance;
  /** Moves time until this holds, or a guarantee is broken. */
  advance(isDone: () => boolean): Promise<void>;
  /** Faults are over: moves time until everything has settled, and looks at what is left. */
  settle(): Promise<void>;
  report(faults: { readonly pauses: number; readonly outages: number }): RunReport;
}

/** After this much time without any fault everything must be settled. */
const patienceMs = 3 * 24 * 3_600_000;
/** What is under way when the faults end has arrived by then. */
const arrivedMs = 120_000;

export async function beginRun(
  options: RunOptions,
  plan: { readonly providers: readonly ProviderOptions[]; readonly places: readonly Place[] },
): Promise<Run> {
  const chance = createChance(options.seed);
  const world = createSimulatedWorld({
    chance: chance.fork(),
    isTraced: options.isTraced === true,
    ignores: options.ignores ?? [],
    sabotage: options.sabotage ?? {},
  });
  world.note(() => `seed ${options.seed}: ${JSON.stringify(plan)}`);
  const watch = createRowWatch(world);
  const calls = createCalls(world);
  for (const [index, provider] of plan.providers.entries()) {
    const integration = world.addProvider(`acme-${index + 1}`, provider);
    await addAccount(world, `ia_${index + 1}`, integration, chance);
  }
  const fleet = createFleet(world, calls, chance.fork(), plan.places);
  const worker = createWorkerModel(world, calls, watch.rows, fleet.pick);
  world.onReport = worker.reported;

  const isBroken = (): boolean => world.violations.length > 0;
  const advance = async (isDone: () => boolean): Promise<void> => {
    while (!isBroken() && !isDone() && (await world.timeline.step())) await watch.look(worker.see);
  };
  await quiet();
  await watch.look(worker.see);
  worker.begin();

  return {
    world,
    watch,
    calls,
    fleet,
    chance,
    advance,
    async settle() {
      const { timeline } = world;
      // Whoever is still paused goes on first.
      const peaceMs = Math.max(timeline.nowMs, ...world.lives.map((one) => one.frozenUntilMs)) + arrivedMs;
      let lookedMs = -1;
      await advance(() => {
        if (timeline.nowMs - peaceMs > patienceMs) return true;
        if (timeline.nowMs - lookedMs < 1_000) return false;
        lookedMs = timeline.nowMs;
        return unsettled(world, watch, calls, peaceMs) === null;
      });
      if (isBroken()) return;
      const reason = unsettled(world, watch, calls, peaceMs);
      if (reason !== null) world.report("stuck", reason);
      await checkEnd(world, watch, fleet.pick, calls, advance);
    },
    report: ({ pauses, outages }) => ({
      seed: options.seed,
      violations: world.violations,
      history: world.history,
      counts: {
        simulatedSeconds: world.timeline.nowMs / 1000,
        requests: world.book.requests.length,
        refreshes: watch.refreshes,
        replays: world.book.replays,
        frozenSends: world.book.frozenSends,
        crashes: fleet.crashes,
        pauses,
        outages,
        losses: lossesByWindow(watch),
        mended: watch.losses.filter((one) => one.isMended).length,
      },
    }),
  };
}

function lossesByWindow(watch: RowWatch): Partial<Record<LossWindow, number>> {
  const losses: Partial<Record<LossWindow, number>> = {};
  for (const { window, isMended } of watch.losses) if (!isMended) losses[window] = (losses[window] ?? 0) + 1;
  return losses;
}
