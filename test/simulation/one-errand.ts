import type { Crossing } from "./life.ts";
import { clearRefusals } from "./provider-fates.ts";
import { beginRun, type Run, type RunReport } from "./run.ts";
import { freeze } from "./simulated-process.ts";
import type { ProviderRotation } from "./simulated-provider.ts";
import { createVisitors } from "./visitors.ts";
import { withoutStacks } from "./without-stacks.ts";

/** What the provider says to the first refresh. */
export type FirstAnswer = "success" | "invalid_grant" | "503";

/**
 * `blip`: cut off alone, for so short a time that callers still wait. `overslept`: paused, while another refreshes and the database
 * goes away from under its answer, to come back right before the paused one wakes.
 */
export type Strike = "crash" | "pause" | "outage" | "cut_off" | "blip" | "overslept";

/** What is done once. The others come while the fault lasts and force a refresh. */
export type Work = "refresh" | "reauthorize" | "disconnect";

export interface Errand {
  readonly work: Work;
  readonly rotation: ProviderRotation;
  readonly answer: FirstAnswer;
  readonly isOneMachine: boolean;
  /** Strikes at this crossing, counted from the first; null: nothing happens. */
  readonly at: number | null;
  readonly strike: Strike;
}

export interface ErrandReport extends RunReport {
  /** What was crossed until the refresh was over: `accounts.claim after`. */
  readonly crossings: readonly string[];
  /** Whether the provider's answer was in memory alone, or nowhere, when it struck. */
  readonly wasInMemoryAlone: boolean;
}

const startMs = 90_000;
const struckMs = 45_000;
const blipMs = 5_000;
const rivalsMs = [1_500, 15_000] as const;

/** One account and one piece of work, struck at one place; then everything goes on, and all must be well again. */
export async function runErrand(options: Errand, isTraced = false): Promise<ErrandReport> {
  return await withoutStacks(isTraced, async () => await runOnce(options, isTraced));
}

async function runOnce(options: Errand, isTraced: boolean): Promise<ErrandReport> {
  const { work, rotation, answer, isOneMachine } = options;
  const run = await beginRun(
    { seed: 1, isTraced },
    {
      providers: [
        {
          rotation,
          lifeSeconds: 600,
          timeoutSeconds: 10,
          retry: { initialSeconds: 60, capSeconds: 600 },
          concurrency: options.strike === "overslept" ? null : 1,
          endsOldGrant: false,
        },
      ],
      places: [
        { process: "a", machine: "one" },
        { process: "b", machine: isOneMachine ? "one" : "two" },
      ],
    },
  );
  const { world } = run;
  const crossings: string[] = [];
  let struckAtMs = Number.POSITIVE_INFINITY;
  if (answer === "invalid_grant") world.integrations.get("acme-1")?.provider.endAll("user");
  world.fate = () =>
    answer === "503" && world.book.requests.length === 1
      ? { kind: "refuses", backMs: 40, failure: refusal }
      : { kind: "answers", thereMs: 40, backMs: 40 };

  const visitors = createVisitors(world, run.calls, run.fleet.pick, run.watch);
  let struckProcess: string | null = null;
  const rivals = createVisitors(
    world,
    run.calls,
    () => world.lives.findLast((one) => one.process !== struckProcess && one.diedMs === null) ?? null,
    run.watch,
  );
  let isAtWork = work === "refresh";
  if (work !== "refresh") {
    world.timeline.after(startMs, () => {
      isAtWork = true;
      if (work === "reauthorize") visitors.reauthorize("ia_1");
      else visitors.disconnect("ia_1");
    });
  }
  world.cross = (crossing) => {
    // Looks at an empty disk, on start and with every sweep, are not the work.
    if (!isAtWork || (crossings.length === 0 && crossing.method.startsWith("spool."))) return;
    crossings.push(`${crossing.method} ${crossing.side}`);
    if (crossings.length - 1 !== options.at) return;
    struckAtMs = world.timeline.nowMs;
    strike(run, crossing, options.strike);
    struckProcess = crossing.life.process;
    if (options.strike === "overslept") world.cross = takeDatabaseFrom(run, crossing);
    else if (work === "refresh") return;
    for (const afterMs of rivalsMs) world.timeline.after(afterMs, () => rivals.refresh("ia_1", "forced"));
  };
  await run.advance(() => isAtWork && isOver(run, work));
  if (struckProcess === null || options.strike !== "overslept") world.cross = null;
  world.fate = () => ({ kind: "answers", thereMs: 40, backMs: 40 });
  await run.settle();
  const struck = options.at === null ? 0 : 1;
  return {
    ...run.report({ pauses: options.strike === "pause" ? struck : 0, outages: struck }),
    crossings,
    wasInMemoryAlone: wasInMemoryAlone(run, struckAtMs),
  };
}

/** The provider has answered somebody else: nobody can write until shortly before the struck one goes on. */
function takeDatabaseFrom({ world }: Run, { life: struck }: Crossing): (crossing: Crossing) => void {
  return ({ life, method, side }) => {
    if (life === struck || method !== "server.refresh" || side !== "during") return;
    world.cross = null;
    const milliseconds = struck.frozenUntilMs - world.timeline.nowMs - 20;
    world.database.begin({ process: null, milliseconds, hangs: false });
  };
}

/** A statement that was under way when its process died is carried out. */
function wasInMemoryAlone({ world }: Run, struckAtMs: number): boolean {
  const [request] = world.book.requests;
  if (request === undefined || request.issued === null || (request.processedMs ?? Infinity) > struckAtMs) return false;
  const { writtenMs } = world.book.storyOf(request.issued);
  return writtenMs === null || writtenMs > struckAtMs;
}

const refusal = clearRefusals[0] ?? { kind: "not_sent", detail: "" };

/** The work is done, or was struck. */
function isOver({ world, watch, calls }: Run, work: Work): boolean {
  const isStruck =
    world.lives.some((one) => one.diedMs !== null || one.freezes.length > 0) || world.database.all.length > 0;
  if (isStruck) return true;
  const [request] = world.book.requests;
  const hasBegun = work !== "refresh" || (request !== undefined && request.settledMs !== null);
  return hasBegun && watch.rows.get("ia_1")?.attempt === null && calls.pending().length === 0;
}

function strike({ world, fleet }: Run, { life }: Crossing, kind: Strike): void {
  switch (kind) {
    case "crash":
      fleet.kill(life, 1_000);
      break;
    case "pause":
    case "overslept":
      freeze(world, life, struckMs);
      break;
    case "outage":
      world.database.begin({ process: null, milliseconds: struckMs, hangs: false });
      break;
    case "blip":
      world.database.begin({ process: life.process, milliseconds: blipMs, hangs: false });
      break;
    case "cut_off":
      world.database.begin({ process: life.process, milliseconds: struckMs, hangs: false });
      break;
  }
}
