// npm start: api, web and worker on one machine, supervised. Their logs come to our own output as they are.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isWebBuilt } from "./build.ts";
import { serverEnvironment, webEnvironment } from "./child-environments.ts";
import { stopOnSignals } from "./stop-on-signals.ts";
import { createSupervisor } from "./supervise.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

// Defaults that tie the three together; whoever sets them otherwise keeps his own.
const environment: Record<string, string | undefined> = {
  ...process.env,
  API_ORIGIN: process.env["API_ORIGIN"] ?? `http://127.0.0.1:${process.env["PORT"] ?? "3000"}`,
  WEB_ORIGIN: process.env["WEB_ORIGIN"] ?? `http://127.0.0.1:${process.env["WEB_PORT"] ?? "3100"}`,
};
const forApi = serverEnvironment(environment, "api");
const forWorker = serverEnvironment(environment, "worker");
const forWeb = webEnvironment(environment);

/** Every process's variables are checked before the first one starts, so that one message names all that is missing. */
async function checkConfiguration(): Promise<void> {
  const { readApiConfig, readWebConfig, readWorkerConfig } = await import("../adapters/config/read-config.ts");
  const problems = new Set<string>();
  for (const read of [() => readApiConfig(forApi), () => readWorkerConfig(forWorker), () => readWebConfig(forWeb)]) {
    try {
      read();
    } catch (error) {
      for (const line of (error instanceof Error ? error.message : String(error)).split("\n")) problems.add(line);
    }
  }
  if (!isWebBuilt()) problems.add("The dashboard is not built (.next/BUILD_ID is missing): run `npm run build` first.");
  if (problems.size > 0) throw new Error([...problems].join("\n"));
}

async function main(): Promise<void> {
  await checkConfiguration();
  const supervisor = createSupervisor({
    logDirectory: null,
    log: (line) => void process.stderr.write(`${line}\n`),
    // A refresh in hand may take its deadline of 25 s, and its answer must still be written.
    patienceMs: 45_000,
  });
  stopOnSignals(supervisor.stopAll, supervisor.killAll);
  try {
    await supervisor.start("api", { file: join(root, "api/main.ts"), env: forApi, ready: "ipc", restart: true });
    await supervisor.start("web", { file: join(root, "web/main.ts"), env: forWeb, ready: "ipc", restart: true });
    await supervisor.start("worker", {
      file: join(root, "worker/main.ts"),
      env: forWorker,
      ready: "ipc",
      restart: true,
    });
  } catch (error) {
    await supervisor.stopAll();
    throw error;
  }
  process.stderr.write(`Evergrant serves at ${environment["EVERGRANT_URL"] ?? "http://127.0.0.1:3000"}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
