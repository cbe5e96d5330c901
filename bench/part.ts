// A part of a benchmark that runs in a process of its own (token endpoint, floor, callers), and how the runner talks to it.
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { reportReady, stopWithParent } from "#adapters/system/stop-with-parent";

export interface Part {
  readonly pid: number;
  /** What it said when it became ready. */
  readonly details: Readonly<Record<string, string>>;
  /** One question at a time or many; each gets its own answer. */
  ask<T>(question: unknown): Promise<T>;
  stop(): Promise<void>;
}

/** @param file relative to bench/ */
export async function startPart(
  file: string,
  env: Readonly<Record<string, string>>,
  execArgv: readonly string[] = [],
): Promise<Part> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    env: { NODE_ENV: "production", PATH: process.env["PATH"] ?? "", ...env },
    execArgv: [...execArgv],
    // Ctrl-C reaches the runner alone; the parts end when their channel closes.
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const details = await readiness(child, file);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;
  child.on("message", (message: { id?: number; answer?: unknown; error?: string }) => {
    const waiter = message.id === undefined ? undefined : waiting.get(message.id);
    if (waiter === undefined || message.id === undefined) return;
    waiting.delete(message.id);
    if (message.error === undefined) waiter.resolve(message.answer);
    else waiter.reject(new Error(`${file}: ${message.error}`));
  });
  child.once("close", () => {
    for (const waiter of waiting.values()) waiter.reject(new Error(`${file} ended before it answered`));
  });
  return {
    pid: child.pid ?? 0,
    details,
    async ask<T>(question: unknown) {
      const id = (asked += 1);
      const waiter = Promise.withResolvers<unknown>();
      waiting.set(id, waiter);
      child.send({ id, question });
      return (await waiter.promise) as T;
    },
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

async function readiness(child: ChildProcess, file: string): Promise<Record<string, string>> {
  return await new Promise((resolve, reject) => {
    child.on("message", ({ type, ...details }: { type?: string }) => {
      if (type === "ready") resolve(details);
    });
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`${file} ended with code ${code} before it was ready`)));
  });
}

/** The other end: answers what the runner asks, until it is told to stop. */
export function servePart(
  answer: (question: unknown) => unknown,
  options: { readonly details?: Record<string, string>; readonly onStop?: () => Promise<void> | void } = {},
): void {
  process.on("message", ({ id, question }: { id: number; question: unknown }) => {
    Promise.resolve()
      .then(() => answer(question))
      .then(
        (result) => process.send?.({ id, answer: result }),
        (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.stack : String(error) }),
      );
  });
  stopWithParent(options.onStop ?? (() => {}));
  reportReady(options.details ?? {});
}
