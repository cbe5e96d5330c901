import { createChance, type Chance } from "./chance.ts";
import { createFaultPlan } from "./fault-plan.ts";
import { drawPlan, type RunPlan } from "./run-plan.ts";
import { beginRun, type RunOptions, type RunReport } from "./run.ts";
import { turn } from "./timeline.ts";
import { withoutStacks } from "./without-stacks.ts";
import { createVisitors, type Visitors } from "./visitors.ts";
import type { SimulatedWorld } from "./world.ts";

/**
 * One run: a few accounts, a few processes, some minutes of trouble, and then peace until everything has settled. Its seed decides
 * all of it, so that a seed that fails fails again.
 */
export async function simulate(options: RunOptions): Promise<RunReport> {
  return await withoutStacks(options.isTraced === true, async () => await runOnce(options));
}

async function runOnce(options: RunOptions): Promise<RunReport> {
  const chance = createChance(~options.seed);
  const plan = drawPlan(chance.fork());
  const run = await beginRun(options, plan);
  const { world, fleet } = run;
  world.note(() => `the weather: ${JSON.stringify(plan.weather)}, ${Math.round(plan.durationMs / 1000)} s`);
  const faults = createFaultPlan(world, fleet, chance.fork(), plan.weather);
  const visitors = createVisitors(world, run.calls, fleet.pick, run.watch);
  const visits = chance.fork();
  faults.begin(plan.durationMs, (milliseconds) => visitTheScene(world, visitors, visits, milliseconds));
  scheduleVisits(world, visitors, visits, plan);
  await run.advance(() => (world.timeline.nextMs() ?? 0) >= plan.durationMs);
  faults.end();
  await run.settle();
  await turn();
  return run.report(faults);
}

function scheduleVisits(
  world: SimulatedWorld,
  visitors: Visitors,
  chance: Chance,
  { durationMs, readEveryMs, providers }: RunPlan,
): void {
  const { timeline } = world;
  const someAccount = (): string => chance.pick([...world.accountIds.keys()]);
  const each = (everyMs: number, visit: () => void): void => {
    for (let atMs = chance.wait(everyMs); atMs < durationMs; atMs += chance.wait(everyMs)) {
      timeline.after(atMs, visit);
    }
  };
  each(readEveryMs, () => {
    const accountId = someAccount();
    for (
      let left = chance.weighted([
        [6, 1],
        [2, 2],
        [1, 4],
      ]);
      left > 0;
      left -= 1
    )
      visitors.read(accountId);
  });
  each(readEveryMs * 8, () => visitors.refresh(someAccount(), "rejected_token"));
  each(readEveryMs * 12, () => visitors.refresh(someAccount(), "forced"));
  each(readEveryMs * 12, () => visitors.reauthorize(someAccount()));
  if (chance.happens(0.25)) timeline.after(chance.between(0, durationMs), () => visitors.disconnect(someAccount()));
  if (chance.happens(0.2)) {
    const name = `acme-${chance.whole(1, providers.length)}`;
    timeline.after(chance.between(0, durationMs), () => visitors.bringIn(name));
  }
}

/** While a fault lasts, and right after it, is when others get in the way. */
function visitTheScene(world: SimulatedWorld, visitors: Visitors, chance: Chance, milliseconds: number): void {
  const accountId = chance.pick([...world.accountIds.keys()]);
  const visit = chance.weighted<(() => void) | null>([
    [4, null],
    [3, () => visitors.read(accountId)],
    [2, () => visitors.refresh(accountId, "rejected_token")],
    [1, () => visitors.refresh(accountId, "forced")],
    [1, () => visitors.reauthorize(accountId)],
    [0.3, () => visitors.disconnect(accountId)],
  ]);
  if (visit !== null) world.timeline.after(chance.between(0, milliseconds * 1.3), visit);
}
