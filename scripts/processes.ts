// What the operating system says about another process. Linux answers from /proc, macOS through ps.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

const hasProc = existsSync("/proc/self/stat");

/** Alive and not a zombie: a dead process that nobody has reaped yet still answers to signals. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    if (hasProc) {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The state follows the name in parentheses, which may itself hold parentheses.
      return stat.startsWith(") Z", stat.lastIndexOf(") "));
    }
    return execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .startsWith("Z");
  } catch {
    return true;
  }
}

/** The command line of a process; empty when it is gone or hidden from us. */
export function commandLine(pid: number): string {
  try {
    if (hasProc) return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/** The processes of a cluster: PostgreSQL, postmaster and backends alike, works inside its data directory. */
export function processesWorkingIn(directory: string): number[] {
  if (!hasProc) {
    const listing = execFileSync("ps", ["-axo", "pid=,command="], { encoding: "utf8" });
    return listing
      .split("\n")
      .filter((line) => line.includes("postgres") && line.includes(directory))
      .map((line) => Number.parseInt(line, 10));
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === directory && !isZombie(pid);
      } catch {
        return false;
      }
    });
}

/** Waits until `done` holds, at most `limitMs`; answers whether it came to hold. */
export async function waitUntil(
  done: () => boolean | Promise<boolean>,
  limitMs: number,
  everyMs = 50,
): Promise<boolean> {
  const end = Date.now() + limitMs;
  for (;;) {
    if (await done()) return true;
    if (Date.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
