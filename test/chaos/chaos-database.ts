import { fork, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { placeCluster, removeCluster } from "#scripts/cluster-place";

const script = fileURLToPath(new URL("../../scripts/embedded-database.ts", import.meta.url));

/** `crash`: an immediate shutdown, after which PostgreSQL recovers from its log. `fast`: connections ended, everything written. */
export type RestartMode = "crash" | "fast";

/** A PostgreSQL of its own, with fsync, that can be restarted under everybody's feet. */
export type ChaosDatabase = {
  /** Straight to it, past every proxy: for the harness alone. */
  url: string;
  port: number;
  restart(mode: RestartMode, awaySeconds: number): Promise<void>;
  stop(): Promise<void>;
};

type Running = { child: ChildProcess; gone: Promise<void>; url: string };

export async function startChaosDatabase(directory: string): Promise<ChaosDatabase> {
  let running = await launch(directory, 0);
  const url = running.url;
  const port = Number(new URL(url).port);

  return {
    url,
    port,
    async restart(mode, awaySeconds) {
      if (mode === "fast") running.child.kill("SIGTERM");
      else process.kill(postmasterPid(directory), "SIGQUIT");
      await running.gone;
      await sleep(awaySeconds * 1000);
      running = await launch(directory, port);
    },
    async stop() {
      running.child.kill("SIGTERM");
      await running.gone;
      removeCluster(directory);
    },
  };
}

function postmasterPid(directory: string): number {
  return Number.parseInt(readFileSync(join(placeCluster(directory).dataDirectory, "postmaster.pid"), "utf8"), 10);
}

async function launch(directory: string, port: number): Promise<Running> {
  const child = fork(script, ["--directory", directory, "--port", String(port)], {
    // Ctrl-C is the harness' to handle.
    detached: true,
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once("message", (message: { url: string }) => resolve(message.url));
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`PostgreSQL did not start (code ${code}): ${errors}`)));
  });
  return { child, gone, url };
}
