// npm run demo: everything on this machine, with a PostgreSQL and an authorization server of its own. State lives in .data/.
import { mkdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { buildWebIfStale } from "./build.ts";
import { machineEnvironment, webEnvironment } from "./child-environments.ts";
import { prepareDemo } from "./demo-accounts.ts";
import { readDemoState, wipeDemoState, writeDemoState, type DemoState } from "./demo-state.ts";
import { takeLock } from "./lock-file.ts";
import { isPortFree } from "./ports.ts";
import { waitUntil } from "./processes.ts";
import { createSteps } from "./progress.ts";
import { stopOnSignals } from "./stop-on-signals.ts";
import { createSupervisor } from "./supervise.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
  options: { fresh: { type: "boolean", default: false }, data: { type: "string", default: join(root, ".data") } },
});
const data = resolve(values.data);
const cluster = join(data, "postgres");
const logs = join(data, "logs");

const PORTS = { PORT: 3000, WEB_PORT: 3100, WORKER_PORT: 3200, LAB_PORT: 3400, DEMO_PG_PORT: 5444 };
type Ports = Record<keyof typeof PORTS, number>;

const steps = createSteps();
const supervisor = createSupervisor({ logDirectory: logs, log: (line) => steps.say(line), patienceMs: 40_000 });
const aborted = new AbortController();
let releaseLock = (): void => {};
let isStopping = false;

async function main(): Promise<void> {
  const ports = readPorts();
  stopOnSignals(stop, supervisor.killAll);
  await takeDemoLock();
  if (values.fresh) await steps.step("wiped the demo's data", async () => wipeDemoState(data, cluster));
  mkdirSync(logs, { recursive: true });
  const state = readDemoState(data);
  await checkPorts(ports);

  const databaseUrl = await startDatabase(ports);
  await steps.step("database migrated", async (note) => {
    const { migrateDatabase } = await import("../adapters/postgres/migrate.ts");
    await migrateDatabase({ connectionString: databaseUrl, log: note });
  });
  await steps.step("dashboard built", async () => buildWebIfStale(aborted.signal));

  const environment = demoEnvironment(state, ports, databaseUrl);
  const labOrigin = await start("lab", "authorization server (lab) started", "lab/main.ts", {
    ...machineEnvironment(process.env),
    LAB_PORT: String(ports.LAB_PORT),
    LAB_STATE_DIR: join(data, "lab"),
  });
  await start("api", "api started", "api/main.ts", environment);
  await start("worker", "worker started", "worker/main.ts", environment);
  await start("web", "dashboard started", "web/main.ts", webEnvironment(environment));
  const origin = `http://127.0.0.1:${ports.PORT}`;
  const lab = labOrigin["origin"] ?? `http://127.0.0.1:${ports.LAB_PORT}`;
  await steps.step("demo accounts connected", async (note) => {
    const save = (): void => writeDemoState(data, state);
    await prepareDemo({
      state,
      save,
      databaseUrl,
      origin,
      labOrigin: lab,
      environment,
      note,
    });
  });
  printWelcome(state, origin, lab);
}

function readPorts(): Ports {
  const ports = { ...PORTS };
  for (const name of Object.keys(PORTS) as (keyof Ports)[]) {
    const text = process.env[name];
    if (text === undefined || text === "") continue;
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Error(`${name} must be a port number, not "${text}"`);
    ports[name] = port;
  }
  return ports;
}

async function takeDemoLock(): Promise<void> {
  mkdirSync(data, { recursive: true });
  // A demo that is being stopped needs a few seconds.
  const lock = await takeLock(join(data, "demo.lock"), "demo.ts", 5_000);
  if ("heldBy" in lock) {
    throw new Error(
      `A demo already runs here (process ${lock.heldBy}). Stop it first: Ctrl-C in its terminal, or \`kill ${lock.heldBy}\`.`,
    );
  }
  releaseLock = lock.release;
}

async function checkPorts(ports: Ports): Promise<void> {
  // The database is left to its own process, which knows an orphan of ours from a stranger.
  const names = (Object.keys(PORTS) as (keyof Ports)[]).filter((name) => name !== "DEMO_PG_PORT");
  const findTaken = async (): Promise<(keyof Ports)[]> => {
    const free = await Promise.all(names.map((name) => isPortFree(ports[name])));
    return names.filter((_name, index) => !free[index]);
  };
  // Children of a demo that was killed stop by themselves within seconds.
  await waitUntil(async () => (await findTaken()).length === 0, 6_000, 300);
  const taken = await findTaken();
  if (taken.length === 0) return;
  const lines = taken.map(
    (name) => `Port ${ports[name]} is taken by another program; choose another with ${name}=… npm run demo`,
  );
  throw new Error(lines.join("\n"));
}

async function startDatabase(ports: Ports): Promise<string> {
  return steps.step("database started (PostgreSQL)", async () => {
    const ready = await supervisor
      .start("database", {
        file: join(root, "scripts/embedded-database.ts"),
        args: ["--directory", cluster, "--port", String(ports.DEMO_PG_PORT)],
        env: machineEnvironment(process.env),
        ready: "ipc",
        restart: true,
      })
      .catch((error: unknown) => {
        const hint = /port \d+ is taken/.test(String(error)) ? "\nChoose another with DEMO_PG_PORT=… npm run demo" : "";
        throw new Error(`${error instanceof Error ? error.message : String(error)}${hint}`, { cause: error });
      });
    const url = ready["url"];
    if (url === undefined) throw new Error("the database did not say its address");
    return url;
  });
}

function start(
  name: string,
  label: string,
  file: string,
  env: Record<string, string | undefined>,
): Promise<Record<string, string>> {
  return steps.step(label, () => supervisor.start(name, { file: join(root, file), env, ready: "ipc", restart: true }));
}

function demoEnvironment(state: DemoState, ports: Ports, databaseUrl: string): Record<string, string | undefined> {
  const origin = `http://127.0.0.1:${ports.PORT}`;
  return {
    ...machineEnvironment(process.env),
    DATABASE_URL: databaseUrl,
    EVERGRANT_SECRET: state.secret,
    EVERGRANT_KEYRING: state.keyring,
    EVERGRANT_URL: process.env["EVERGRANT_URL"] ?? origin,
    // The lab listens on loopback, where egress never goes otherwise.
    EVERGRANT_EGRESS_ALLOW: "127.0.0.0/8",
    EVERGRANT_SPOOL_DIR: join(data, "spool"),
    EVERGRANT_LAB_CHECKS: "on",
    PORT: String(ports.PORT),
    WEB_PORT: String(ports.WEB_PORT),
    WORKER_PORT: String(ports.WORKER_PORT),
    API_ORIGIN: origin,
    WEB_ORIGIN: `http://127.0.0.1:${ports.WEB_PORT}`,
  };
}

function printWelcome(state: DemoState, origin: string, lab: string): void {
  const lines = [
    "",
    `  Dashboard   ${origin}`,
    `  Sign in     ${state.operator.email}  ${state.operator.password}`,
    `  Webhooks    ${lab}/receiver shows what arrives`,
    ...(state.apiKey === null
      ? []
      : [
          `  API key     ${state.apiKey}`,
          "",
          `  curl -H "Authorization: Bearer ${state.apiKey}" ${origin}/api/v1/integrated-accounts`,
        ]),
    "",
    `  Logs are in ${relative(process.cwd(), logs)}/. Ctrl-C stops everything; the next start keeps it, \`npm run demo -- --fresh\` begins anew.`,
    "",
  ];
  steps.say(lines.join("\n"));
}

function stop(): Promise<void> {
  if (!isStopping) steps.say("stopping …");
  isStopping = true;
  aborted.abort();
  return supervisor.stopAll().finally(() => releaseLock());
}

main().catch(async (error: unknown) => {
  // Told to stop while still starting: the step that this interrupted is no failure.
  if (isStopping) return;
  steps.say(`\n${error instanceof Error ? error.message : String(error)}`);
  await supervisor.stopAll();
  releaseLock();
  process.exit(1);
});
