import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findFreePort } from "#scripts/ports";

export type Demo = {
  origin: string;
  labOrigin: string;
  email: string;
  password: string;
  apiKey: string;
  directory: string;
  output(): string;
  /** Every process that the demo started, and itself. */
  processes(): number[];
  /** Ctrl-C. @returns the exit code */
  interrupt(): Promise<number | null>;
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
};

export type DemoPorts = Record<"PORT" | "WEB_PORT" | "WORKER_PORT" | "LAB_PORT" | "DEMO_PG_PORT", string>;

export async function findDemoPorts(): Promise<DemoPorts> {
  const port = async (): Promise<string> => String(await findFreePort());
  return {
    PORT: await port(),
    WEB_PORT: await port(),
    WORKER_PORT: await port(),
    LAB_PORT: await port(),
    DEMO_PG_PORT: await port(),
  };
}

/** `npm run demo` with data and ports of its own, until it has printed its address, sign-in and key. */
export async function startDemo(directory: string, ports: DemoPorts): Promise<Demo> {
  const child = spawn(process.execPath, ["scripts/demo.ts", "--data", resolve(directory)], {
    env: { NODE_ENV: "production", PATH: process.env["PATH"], HOME: process.env["HOME"], ...ports },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const gone = new Promise<number | null>((done) => child.once("close", done));
  await Promise.race([
    waitFor(() => output.includes("Ctrl-C stops everything"), 240).catch((error: unknown) => {
      throw new Error(`the demo did not start:\n${output}`, { cause: error });
    }),
    gone.then((code) => Promise.reject(new Error(`the demo ended with code ${code}:\n${output}`))),
  ]);
  const read = (pattern: RegExp): string[] => pattern.exec(output)?.slice(1) ?? [];
  const [origin = ""] = read(/Dashboard\s+(http:\/\/\S+)/);
  const [email = "", password = ""] = read(/Sign in\s+(\S+)\s+(\S+)/);
  const [apiKey = ""] = read(/API key\s+(evg_\S+)/);
  return {
    origin,
    labOrigin: `http://127.0.0.1:${ports.LAB_PORT}`,
    email,
    password,
    apiKey,
    directory: resolve(directory),
    output: () => output,
    processes: () => [child.pid ?? 0, ...descendants(child)],
    async interrupt() {
      child.kill("SIGINT");
      return await gone;
    },
    async call(method, path, body) {
      const response = await fetch(`${origin}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text) };
    },
  };
}

/** Children of children too, by the kernel's list. */
function descendants(child: ChildProcess): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(join("/proc", name, "stat"), "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // Ended while we looked.
    }
  }
  const isBelow = (pid: number): boolean => {
    for (let at = parents.get(pid); at !== undefined && at > 1; at = parents.get(at)) if (at === child.pid) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow);
}

export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}

export async function waitFor(isTrue: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await isTrue()) return;
    await delay(100);
  }
  throw new Error(`it did not happen within ${seconds} s`);
}
