import { readFileSync } from "node:fs";

/** CPU time of these processes so far, seconds; Linux tells it in hundredths. Those that are gone, or hidden, are left out. */
export function cpuSeconds(pids: readonly number[]): ReadonlyMap<number, number> {
  const seconds = new Map<number, number>();
  for (const pid of pids) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      seconds.set(pid, (Number(fields[11]) + Number(fields[12])) / 100);
    } catch {
      // An autovacuum worker that has ended, or a system without /proc.
    }
  }
  return seconds;
}
