import { fork, spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { entryPoint } from "../entry-point.ts";
import { machineEnvironment } from "../machine-environment.ts";

export type ProcessSpec = {
  name: string;
  kind: "api" | "worker";
  env: Record<string, string>;
  /** What it writes goes here. */
  logFile: string;
  onOwnDeath(death: OwnDeath): void;
};

/** A death that the nemesis did not cause. */
export type OwnDeath = { name: string; pid: number; at: number; text: string };

/** One api or worker that comes back whenever it dies, as under any supervisor. */
export type SupervisedProcess = {
  readonly name: string;
  readonly kind: "api" | "worker";
  /** Null while it is down. */
  pid(): number | null;
  isServing(): boolean;
  /** kill -9; it comes back after the pause. Resolves when it is gone. */
  kill(backAfterSeconds: number): Promise<void>;
  pause(seconds: number): void;
  resume(): void;
  waitUntilServing(): Promise<void>;
  stop(): Promise<void>;
};

const ownRestartMs = 500;
const stopPatienceMs = 10_000;

export function startSupervised(spec: ProcessSpec): SupervisedProcess {
  let child: ChildProcess | null = null;
  let gone: Promise<void> = Promise.resolve();
  let isServing = false;
  let isWanted = true;
  let backAfterMs: number | null = null;

  function launch(): void {
    const log = openSync(spec.logFile, "a");
    const next = fork(entryPoint(`${spec.kind}/main.ts`), [], {
      env: { ...machineEnvironment(), ...spec.env },
      execArgv: [],
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    });
    closeSync(log);
    child = next;
    next.on("message", (message: { type?: string }) => {
      if (message.type === "ready") isServing = true;
    });
    gone = new Promise((resolve) => {
      next.once("close", (code, signal) => {
        const wasServing = isServing;
        child = null;
        isServing = false;
        resolve();
        if (!isWanted) return;
        // One that could not even start (its database is away) is only tried again.
        if (backAfterMs === null && wasServing) {
          const text = `${signal ?? `code ${code}`}: ${lastLine(spec.logFile)}`;
          spec.onOwnDeath({ name: spec.name, pid: next.pid ?? 0, at: Date.now(), text });
        }
        const pauseMs = backAfterMs ?? ownRestartMs;
        backAfterMs = null;
        setTimeout(() => isWanted && launch(), pauseMs);
      });
    });
  }

  launch();
  return {
    name: spec.name,
    kind: spec.kind,
    pid: () => child?.pid ?? null,
    isServing: () => isServing,
    async kill(backAfterSeconds) {
      if (child === null) return;
      backAfterMs = backAfterSeconds * 1000;
      child.kill("SIGKILL");
      await gone;
    },
    pause(seconds) {
      const pid = child?.pid;
      if (pid === undefined) return;
      child?.kill("SIGSTOP");
      // Should the harness itself be killed meanwhile, nobody else would wake the process, and it could not even end.
      spawn("sh", ["-c", `sleep ${seconds + 5}; kill -CONT ${pid} 2>/dev/null`], {
        detached: true,
        stdio: "ignore",
      }).unref();
    },
    resume() {
      child?.kill("SIGCONT");
    },
    async waitUntilServing() {
      while (!isServing) await sleep(50);
    },
    async stop() {
      isWanted = false;
      const stopping = child;
      if (stopping === null) return;
      stopping.kill("SIGCONT");
      stopping.kill("SIGTERM");
      const patience = setTimeout(() => stopping.kill("SIGKILL"), stopPatienceMs);
      await gone;
      clearTimeout(patience);
    },
  };
}

function lastLine(file: string): string {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return (lines.at(-1) ?? "").slice(0, 400);
}
