import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { commandLine, isProcessAlive, waitUntil } from "./processes.ts";

export type Lock = { release: () => void };

/**
 * Takes the lock at `path`, waiting up to `patienceMs` for its holder; the holder's process number when it keeps it. A lock whose
 * holder is dead, or whose number has gone to a program whose command line lacks `program`, counts as free.
 */
export async function takeLock(path: string, program: string, patienceMs: number): Promise<Lock | { heldBy: number }> {
  let holder = 0;
  const taken = await waitUntil(() => {
    for (;;) {
      try {
        writeFileSync(path, String(process.pid), { flag: "wx" });
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      holder = readHolder(path);
      if (holder !== process.pid && isProcessAlive(holder) && commandLine(holder).includes(program)) return false;
      rmSync(path, { force: true });
    }
  }, patienceMs);
  return taken ? { release: () => rmSync(path, { force: true }) } : { heldBy: holder };
}

function readHolder(path: string): number {
  try {
    return Number(readFileSync(path, "utf8")) || 0;
  } catch {
    return 0;
  }
}
