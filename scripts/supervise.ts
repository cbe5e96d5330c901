// Starts the processes of Evergrant, restarts those that die, stops them in reverse order. Used by the demo and by `npm start`.
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openRotatingLog } from "./rotating-log.ts";

export type ChildSpec = {
  /** A TypeScript or JavaScript file, run with the same Node. */
  file: string;
  args?: string[];
  /** All of the child's environment: nothing is inherited but what stands here. */
  env: Record<string, string | undefined>;
  /** `ipc`: it sends {type: "ready"}. Otherwise an address that answers 2xx once it serves. */
  ready: "ipc" | { url: string };
  restart?: boolean;
  readyTimeoutMs?: number;
};

export type ReadyMessage = { type: "ready" } & Record<string, string>;

export type Supervisor = {
  /** Resolves when the child serves, with what it said of itself; rejects with the end of its log when it does not come to that. */
  start(name: string, spec: ChildSpec): Promise<ReadyMessage>;
  /** Stops one child for good. */
  stop(name: string): Promise<void>;
  /** Stops all, the last started first. A second call waits for the first. */
  stopAll: () => Promise<void>;
  /** For the second Ctrl-C: no waiting for work in hand. */
  killAll: () => void;
  pids(): Record<string, number>;
};

export type SupervisorOptions = {
  /** Where `<name>.log` goes; null passes the children's output on to our own. */
  logDirectory: string | null;
  log: (line: string) => void;
  /** How long a child may take to stop before it is killed. Default 15,000. */
  patienceMs?: number;
};

type Slot = {
  name: string;
  spec: ChildSpec;
  child: ChildProcess | null;
  gone: Promise<void>;
  /** The child's last lines since it was started, for the error message. */
  tail: string[];
  isWanted: boolean;
};

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** A child that lived this long starts again with the shortest pause. */
const STEADY_AFTER_MS = 60_000;

export function createSupervisor({ logDirectory, log, patienceMs = 15_000 }: SupervisorOptions): Supervisor {
  const slots: Slot[] = [];
  let stopping: Promise<void> | null = null;

  function launch(slot: Slot): ChildProcess {
    const { file, args = [], env } = slot.spec;
    const child = spawn(process.execPath, [file, ...args], {
      // Its own process group, so that Ctrl-C reaches the supervisor alone; the IPC channel tells the child when we are gone.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: env as NodeJS.ProcessEnv,
    });
    slot.child = child;
    slot.tail = [];
    const sink = logDirectory === null ? null : openRotatingLog(join(logDirectory, `${slot.name}.log`));
    const take = (chunk: Buffer, own: NodeJS.WriteStream): void => {
      slot.tail.push(chunk.toString("utf8"));
      if (slot.tail.length > 20) slot.tail.shift();
      if (sink === null) own.write(chunk);
      else sink.write(chunk);
    };
    child.stdout?.on("data", (chunk: Buffer) => take(chunk, process.stdout));
    child.stderr?.on("data", (chunk: Buffer) => take(chunk, process.stderr));
    slot.gone = new Promise((resolve) => {
      child.once("error", () => resolve());
      child.once("exit", () => resolve());
    });
    child.once("close", () => sink?.end());
    child.once("error", (error) => slot.tail.push(String(error)));
    return child;
  }

  function watch(slot: Slot, child: ChildProcess, pauseMs: number): void {
    const startedAt = Date.now();
    child.once("exit", (code, signal) => {
      if (!slot.isWanted || stopping !== null || slot.spec.restart === false) return;
      const pause = Date.now() - startedAt > STEADY_AFTER_MS ? FIRST_PAUSE_MS : pauseMs;
      log(`${slot.name} ended (${signal ?? `code ${code}`}); starting it again in ${pause / 1000} s`);
      void restart(slot, pause);
    });
  }

  async function restart(slot: Slot, pauseMs: number): Promise<void> {
    await sleep(pauseMs);
    if (!slot.isWanted || stopping !== null) return;
    const child = launch(slot);
    watch(slot, child, Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
    try {
      await waitForReady(slot, child);
      log(`${slot.name} is back`);
    } catch {
      // It ended, and the watch starts it again; or it hangs, and then only a new start can help.
      if (slot.isWanted && stopping === null) child.kill("SIGKILL");
    }
  }

  async function stopSlot(slot: Slot): Promise<void> {
    slot.isWanted = false;
    const child = slot.child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    const patience = setTimeout(() => {
      log(`${slot.name} does not stop; killing it`);
      child.kill("SIGKILL");
    }, patienceMs);
    await slot.gone;
    clearTimeout(patience);
  }

  return {
    async start(name, spec) {
      if (stopping !== null) throw new Error("stopping");
      const slot: Slot = { name, spec, child: null, gone: Promise.resolve(), tail: [], isWanted: true };
      slots.push(slot);
      const child = launch(slot);
      try {
        const message = await waitForReady(slot, child);
        // Watched only from here: a child that never came up is a fault to report, not to repeat.
        if (child.exitCode !== null || child.signalCode !== null) throw new Error("it ended at once");
        watch(slot, child, FIRST_PAUSE_MS);
        return message;
      } catch (error) {
        slot.isWanted = false;
        child.kill("SIGKILL");
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`${name} did not start: ${reason}${formatTail(slot)}`, { cause: error });
      }
    },
    async stop(name) {
      for (const slot of slots.filter((one) => one.name === name)) await stopSlot(slot);
    },
    stopAll() {
      stopping ??= (async () => {
        for (const slot of slots.toReversed()) await stopSlot(slot);
      })();
      return stopping;
    },
    killAll() {
      for (const { child } of slots) child?.kill("SIGKILL");
    },
    pids() {
      return Object.fromEntries(
        slots.flatMap(({ name, child }) => (child?.pid === undefined ? [] : [[name, child.pid]])),
      );
    },
  };
}

async function waitForReady(slot: Slot, child: ChildProcess): Promise<ReadyMessage> {
  const { ready, readyTimeoutMs = 60_000 } = slot.spec;
  const over = new AbortController();
  const deadline = AbortSignal.timeout(readyTimeoutMs);
  const ended = new Promise<never>((_resolve, reject) => {
    child.once("exit", (code, signal) => {
      // Its last lines may still be on their way.
      setTimeout(() => reject(new Error(`it ended with ${signal ?? `code ${code}`}`)), 50);
    });
    child.once("error", reject);
    deadline.addEventListener("abort", () => reject(new Error(`it was not ready after ${readyTimeoutMs / 1000} s`)));
  });
  ended.catch(() => {});
  try {
    return await Promise.race([ended, ready === "ipc" ? readyMessage(child) : readyAnswer(ready.url, over.signal)]);
  } finally {
    over.abort();
  }
}

function readyMessage(child: ChildProcess): Promise<ReadyMessage> {
  return new Promise((resolve) => {
    child.on("message", (message: ReadyMessage) => {
      if (message.type === "ready") resolve(message);
    });
  });
}

async function readyAnswer(url: string, signal: AbortSignal): Promise<ReadyMessage> {
  while (!signal.aborted) {
    const response = await fetch(url, { signal }).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return { type: "ready" };
    await sleep(200);
  }
  throw new Error("stopping");
}

function formatTail(slot: Slot): string {
  const lines = slot.tail.join("").trimEnd().split("\n").slice(-15);
  return lines.join("").trim() === "" ? "" : `\n  ${lines.join("\n  ")}`;
}
