// What a crash may have left: an orphan postmaster, backends that are still ending, a postmaster.pid that points nowhere.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClusterError, type ClusterPlace } from "./cluster-place.ts";
import { commandLine, isProcessAlive, processesWorkingIn, waitUntil } from "./processes.ts";

/**
 * Makes this process the only keeper of the cluster. An earlier keeper whose own parent was killed needs a moment to stop.
 */
export async function takeOwnership(place: ClusterPlace): Promise<void> {
  const path = join(place.directory, "owner");
  const others = (): number | null => {
    const pid = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
    const isKeeper =
      pid > 0 && pid !== process.pid && isProcessAlive(pid) && commandLine(pid).includes("embedded-database");
    return isKeeper ? pid : null;
  };
  if (!(await waitUntil(() => others() === null, 20_000))) {
    throw new ClusterError(
      `the database in ${place.directory} is already run by process ${others()}; stop that one first.`,
    );
  }
  writeFileSync(path, `${process.pid}\n`);
}

/**
 * Stops what still runs in the data directory and removes a postmaster.pid that would keep PostgreSQL from starting. The file
 * is removed only when no process of this cluster is left: it is what protects the data from two postmasters.
 */
export async function recoverCluster(place: ClusterPlace, log: (line: string) => void): Promise<void> {
  const { dataDirectory } = place;
  const pidFile = join(dataDirectory, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  const postmaster = Number.parseInt(readFileSync(pidFile, "utf8"), 10);
  const running = (): number[] => processesWorkingIn(dataDirectory);

  if (running().includes(postmaster)) {
    log(`an earlier PostgreSQL (process ${postmaster}) still runs here; stopping it`);
    // SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one, after which it recovers from its log.
    for (const [signal, patienceMs] of [
      ["SIGINT", 10_000],
      ["SIGQUIT", 5_000],
      ["SIGKILL", 5_000],
    ] as const) {
      signalProcess(postmaster, signal);
      if (await waitUntil(() => !running().includes(postmaster), patienceMs)) break;
    }
  }
  // Backends of a killed postmaster end by themselves as soon as they notice.
  if (!(await waitUntil(() => running().length === 0, 5_000))) {
    for (const pid of running()) signalProcess(pid, "SIGQUIT");
    if (!(await waitUntil(() => running().length === 0, 5_000))) {
      throw new ClusterError(`processes ${running().join(", ")} still work in ${dataDirectory} and do not stop.`);
    }
  }
  // Left over, and its process number is a zombie's or has gone to a stranger: PostgreSQL would take it for a running server.
  if (existsSync(pidFile)) {
    log(`removing the lock file of a PostgreSQL that is gone (process ${postmaster})`);
    rmSync(pidFile);
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone meanwhile.
  }
}
