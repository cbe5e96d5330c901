import { spawn } from "node:child_process";
import { join } from "node:path";

export const webMain = join(import.meta.dirname, "../web/main.ts");

/** What every process needs of the machine, and nothing of ours. */
export const machine = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "" };

export type RunningWeb = { origin: string; pid: number; stop: () => Promise<void> };

/** Starts the web process on a free port, against the API at `apiOrigin`, and waits until it listens. */
export async function startWeb(apiOrigin: string): Promise<RunningWeb> {
  const child = spawn(process.execPath, [webMain], {
    env: { ...machine, NODE_ENV: "production", WEB_PORT: "0", API_ORIGIN: apiOrigin, LOG_LEVEL: "warn" },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.on("message", (message) => {
      if (isReady(message)) resolve(message.port);
    });
    child.once("exit", (code) => reject(new Error(`web ended with ${code} before it listened`)));
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: async () => {
      const isGone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGTERM");
      await isGone;
    },
  };
}

function isReady(message: unknown): message is { type: "ready"; port: number } {
  return typeof message === "object" && message !== null && (message as { type?: unknown }).type === "ready";
}
