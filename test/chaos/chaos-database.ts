import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { placeCluster, removeCluster } from "#scripts/cluster-place";
import { startEmbeddedDatabase, type EmbeddedDatabase } from "#scripts/start-embedded-database";

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
      await running.stop();
      removeCluster(directory);
    },
  };
}

function postmasterPid(directory: string): number {
  return Number.parseInt(readFileSync(join(placeCluster(directory).dataDirectory, "postmaster.pid"), "utf8"), 10);
}

const launch = (directory: string, port: number): Promise<EmbeddedDatabase> =>
  startEmbeddedDatabase(["--directory", directory, "--port", String(port)]);
