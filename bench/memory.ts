import { readFileSync } from "node:fs";

export const mebibyte = 2 ** 20;

/** What processes have in memory together, bytes; 0 where the system does not tell. */
export function resident(pids: readonly number[]): number {
  return pids.map(residentOf).reduce((sum, bytes) => sum + bytes, 0);
}

function residentOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Looks every 20 ms at what the processes have in memory while something goes on. @returns what came of it, and each look, bytes */
export async function watchMemory<Value>(
  pids: () => readonly number[],
  work: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly samples: readonly number[] }> {
  const samples: number[] = [];
  const watching = setInterval(() => samples.push(resident(pids())), 20);
  try {
    return { value: await work(), samples };
  } finally {
    clearInterval(watching);
  }
}
