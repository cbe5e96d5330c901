import { createServer } from "node:http";
import { Logger } from "graphile-worker";
import { readOrExit, readWorkerConfig } from "#adapters/config/read-config";
import { createContainer } from "#adapters/container";
import { createProcessMetrics } from "#adapters/metrics/process-metrics";
import { readAnomalies, readAudit, readEngine, readPool, readSpool } from "#adapters/metrics/read-gauges";
import { restoreProbes } from "#adapters/postgres/circuit-jobs";
import { beatMs, releaseJobs, takeOver } from "#adapters/postgres/heartbeat";
import { settleLeftAttempts, sweepAlarms } from "#adapters/postgres/refresh-jobs";
import { schemaProblem } from "#adapters/postgres/schema-ready";
import { closeServer } from "#adapters/system/close-server";
import { answerHealth } from "#adapters/system/health";
import { listenOrExit } from "#adapters/system/listen";
import { reportReady, stopWithParent } from "#adapters/system/stop-with-parent";
import { withBulkhead } from "#core/usecases/bulkhead";
import { settlePins } from "#core/usecases/pin-definition";
import { replaySpool } from "#core/usecases/commit-answer";
import { keepCounting } from "./keep-counting.ts";
import { keepQueue, type Queue } from "./keep-queue.ts";
import { keepSealing } from "./keep-sealing.ts";
import { keepWatch } from "./keep-watch.ts";
import { createCrontab, createTaskList } from "./task-list.ts";

/** Jobs at once. They wait for providers most of the time. */
const concurrency = 50;
/** Connections: a job holds one for a moment at a time; the rest is graphile-worker's own and LISTEN's. */
const poolSize = 25;

const config = readOrExit(readWorkerConfig);
let queue: Queue | null = null;
const stopping = new AbortController();
const { metrics, registry, answer } = createProcessMetrics("worker");
const container = await createContainer(config, {
  name: "worker",
  poolSize,
  metrics,
  workerIds: () => queue?.workerIds() ?? [],
});
const { log, pool } = container;
const problem = await schemaProblem(pool);
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}

process.on("unhandledRejection", (error) => {
  log.error({ error }, "unhandled rejection");
  // A queue that broke is left behind, and rejects what nobody waits for any more.
  if (error instanceof Error && /local ?queue/i.test(error.message)) return;
  process.exit(1);
});

// Before any alarm: an answer that a crash left on disk is newer than what the rows say.
await settlePins(container).catch((error: unknown) =>
  log.error({ error }, "the hosts of integrations could not be compared"),
);
await replaySpool(container).catch((error: unknown) => log.error({ error }, "the spool could not be replayed"));

registry.read(readPool(pool, poolSize));
registry.read(readSpool(config.spoolDirectory));
registry.read(readEngine(pool));
registry.read(readAudit(pool));
registry.read(readAnomalies(pool));
queue = keepQueue(
  {
    pgPool: pool,
    taskList: createTaskList(
      { ...container, circuits: withBulkhead(container.circuits, concurrency, container) },
      stopping.signal,
    ),
    parsedCronItems: createCrontab(),
    preset: {
      worker: {
        concurrentJobs: concurrency,
        // A worker that is killed costs its prefetched jobs one attempt each, and the others take them over.
        localQueue: { size: 2 * concurrency },
        // Many at once; a job whose end is not marked comes back and finds nothing to do.
        completeJobBatchDelay: 20,
        failJobBatchDelay: 20,
        pollInterval: 2000,
        // A refresh takes its deadline at most; then the commit.
        gracefulShutdownAbortTimeout: 30_000,
      },
    },
    logger: new Logger(() => (level, message) => {
      if (level === "error") log.error({}, message);
      // Jobs wait for providers most of the time, so they need fewer connections than they are.
      else if (level === "warning" && !message.includes("maxPoolSize")) log.warn({}, message);
    }),
  },
  { log, release: (workerIds) => releaseJobs(pool, workerIds), announce: container.beat },
);
// Alarms that fell due while no worker ran.
const late = await sweepAlarms(pool).then(
  (jobs) => {
    metrics.swept();
    return jobs;
  },
  (error: unknown) => {
    log.error({ error }, "the first sweep failed; the next one comes within a minute");
    return 0;
  },
);
log.info({ jobs: late }, "first sweep done");
// Ready is who can be replaced, should it die now.
await Promise.race([queue.announced, container.clock.sleep(beatMs)]);

// Every worker looks after the dead: whoever comes first takes over, the others find nothing left.
const watch = setInterval(() => {
  lookAfterTheDead().catch((error: unknown) => log.warn({ error }, "dead workers could not be looked for"));
}, beatMs);
watch.unref();

async function lookAfterTheDead(): Promise<void> {
  const dead = await takeOver(pool);
  const left = await settleLeftAttempts(pool);
  await restoreProbes(pool);
  if (dead + left > 0) log.info({ processes: dead, attempts: left }, "took over from the dead");
}

const sealing = keepSealing(container);
const watchOverCallers = keepWatch(container);
const counting = keepCounting(container);

let isStopping = false;
const server = createServer((request, response) => {
  const readiness = {
    metricsToken: config.metricsToken,
    metrics: answer,
    check: async () =>
      isStopping || queue?.isRunning() !== true ? "the queue does not run" : await schemaProblem(pool),
  };
  answerHealth(request, response, readiness).then(
    (isAnswered) => {
      if (!isAnswered) response.writeHead(404).end();
    },
    () => response.destroy(),
  );
});

stopWithParent(async () => {
  isStopping = true;
  clearInterval(watch);
  log.info({}, "stopping: finishing refreshes in hand");
  stopping.abort();
  await queue?.stop();
  await sealing.stop();
  await watchOverCallers.stop();
  await counting.stop();
  await closeServer(server, 1_000);
  await container.close();
});

listenOrExit(server, { variable: "WORKER_PORT", port: config.port }, () => {
  log.info({ port: config.port }, "worker runs");
  reportReady();
});
