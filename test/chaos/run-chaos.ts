import { createAccounts, type ChaosAccount } from "./create-accounts.ts";
import { databaseFaults, faultKinds, processFaults, type FaultKind } from "./faults.ts";
import { judge, type Verdict } from "./judge.ts";
import { runNemesis, type FaultDone, type Pace } from "./nemesis.ts";
import { startTokenReads, type ReadCounts } from "./read-tokens.ts";
import { seededRandom } from "./seeded-random.ts";
import { refreshAll, waitForQuiet, type QuietEnd } from "./settle.ts";
import { startWorld, type World, type WorldOptions } from "./start-world.ts";
import { watchAccounts, type Sample } from "./watch-accounts.ts";

/** `all`: of the database and of processes; `database`: those that must cost nothing at all; `none`: to see what the machine can do. */
export type FaultChoice = "all" | "database" | "none" | readonly FaultKind[];

export type PhaseOptions = {
  seconds: number;
  faults: FaultChoice;
  seed: number;
  readsPerSecond: number;
  /** No fault lasts longer. */
  longestFaultSeconds: number;
  gapSeconds: Pace["gapSeconds"];
  longestRecoverySeconds: number;
  /** How long all may take to recover at the end. */
  quietSeconds: number;
};

export type ChaosOptions = WorldOptions & PhaseOptions & { accounts: number };

export const defaultChaosOptions: ChaosOptions = {
  accounts: 2_000,
  seconds: 600,
  apis: 3,
  workers: 2,
  accessTokenSeconds: 20,
  providerMilliseconds: 40,
  ownSpools: false,
  logDirectory: null,
  faults: "all",
  seed: 1,
  readsPerSecond: 30,
  longestFaultSeconds: 45,
  gapSeconds: [4, 9],
  longestRecoverySeconds: 45,
  quietSeconds: 150,
};

export type Progress = {
  stage: "creating accounts" | "under attack" | "recovering" | "refreshing all";
  elapsedSeconds: number;
  /** Accounts made, or refreshed for the last time. */
  done: number;
  sample: Sample | null;
  refreshesPerSecond: number;
  faults: number;
  now: string;
};

export type PhaseResult = {
  verdict: Verdict;
  reads: ReadCounts;
  faults: FaultDone[];
  samples: Sample[];
  quiet: QuietEnd;
  ownDeaths: World["ownDeaths"];
};

export type ChaosResult = PhaseResult & { options: ChaosOptions };

/** Starts a world, attacks it, and says what it cost. */
export async function runChaos(
  options: ChaosOptions,
  onProgress: (progress: Progress) => void = () => {},
): Promise<ChaosResult> {
  const world = await startWorld(options);
  try {
    const accounts = await createAccounts(world, options.accounts, (done) =>
      onProgress({ ...idle, stage: "creating accounts", done }),
    );
    return { options, ...(await runPhase(world, accounts, options, onProgress)) };
  } finally {
    await world.stop();
  }
}

/** How many times its length an attack may take until somebody has worked under it. */
const mostRounds = 4;

const idle: Omit<Progress, "stage" | "done"> = {
  elapsedSeconds: 0,
  sample: null,
  refreshesPerSecond: 0,
  faults: 0,
  now: "",
};

/** One attack on a world that runs, its recovery, and the verdict on it. */
export async function runPhase(
  world: World,
  accounts: ChaosAccount[],
  options: PhaseOptions,
  onProgress: (progress: Progress) => void = () => {},
): Promise<PhaseResult> {
  const startedAt = Date.now();
  const statsBefore = await world.lab.stats();
  const watch = watchAccounts(world);
  const reads = startTokenReads(world, accounts, options.readsPerSecond, seededRandom(options.seed + 1));
  const faults: FaultDone[] = [];
  let stage: Progress["stage"] = "under attack";
  let done = 0;
  const tell = (): void => {
    const sample = watch.latest();
    const earlier = watch.samples.findLast(({ at }) => sample !== null && at <= sample.at - 5_000);
    const per =
      sample === null || earlier === undefined
        ? 0
        : ((sample.versions - earlier.versions) * 1000) / (sample.at - earlier.at);
    const elapsedSeconds = (Date.now() - startedAt) / 1000;
    const now = faults.filter(({ endedAt }) => endedAt === 0).map(({ text }) => text);
    onProgress({
      stage,
      elapsedSeconds,
      done,
      sample,
      refreshesPerSecond: per,
      faults: faults.length,
      now: now.join("; "),
    });
  };
  const ticker = setInterval(tell, 1_000);
  try {
    const members = world.members.map(({ process }, index) => ({ index, kind: process.kind }));
    const plan = {
      kinds: kindsOf(options.faults),
      apis: members.filter(({ kind }) => kind === "api").map(({ index }) => index),
      workers: members.filter(({ kind }) => kind === "worker").map(({ index }) => index),
      longestSeconds: options.longestFaultSeconds,
    };
    const random = seededRandom(options.seed);
    let statsAttacked = statsBefore;
    // Faults may leave no gap in which anybody could work: an attack on idle processes proves nothing, so it goes on.
    for (let round = 1; round <= mostRounds && statsAttacked.refreshes === statsBefore.refreshes; round += 1) {
      const pace = { ...options, deadline: Date.now() + options.seconds * 1000 };
      await runNemesis(world, watch, random, plan, pace, faults);
      statsAttacked = await world.lab.stats();
    }
    stage = "recovering";
    const quiet = await waitForQuiet(world, watch, options.quietSeconds);
    await reads.stop();
    stage = "refreshing all";
    const endedAt = Date.now();
    const ends = await refreshAll(world, accounts, (count) => (done = count));
    const ownDeaths = world.ownDeaths.filter(({ at }) => at >= startedAt);
    const verdict = judge({
      startedAt,
      endedAt,
      statsBefore,
      statsAttacked,
      statsAfter: await world.lab.stats(),
      grants: await world.lab.grants(),
      requests: await world.lab.tokenRequests(),
      ends,
      faults,
      ownDeaths,
      samples: watch.samples,
      reads: reads.counts,
    });
    return { verdict, reads: reads.counts, faults, samples: watch.samples, quiet, ownDeaths };
  } finally {
    clearInterval(ticker);
    await reads.stop();
    await watch.stop();
  }
}

function kindsOf(faults: FaultChoice): readonly FaultKind[] {
  if (faults === "all") return [...databaseFaults, ...processFaults];
  if (faults === "none") return [];
  return faults === "database" ? databaseFaults : faults;
}

export function isFaultKind(word: string): word is FaultKind {
  return (faultKinds as readonly string[]).includes(word);
}
