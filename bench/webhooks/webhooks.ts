import { setTimeout as sleep } from "node:timers/promises";
import type { Caller } from "#core/domain/access/permission";
import { createEndpoint } from "#core/usecases/administer-webhooks";
import { renderEvent } from "#core/domain/webhook/render-event";
import { findFreePort } from "#scripts/ports";
import { startProcess } from "#test/start-process";
import type { Benchmark, Report } from "../benchmark.ts";
import { databasePids, startInstallation, type Installation } from "../cluster.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import { startPart, type Part } from "../part.ts";
import { median, quantile, spread } from "../statistics.ts";

interface Sizes {
  readonly events: number;
  readonly rounds: number;
  /** Of the endpoint that hangs. */
  readonly waiting: number;
  readonly watched: number;
}

const fullSizes: Sizes = { events: 20_000, rounds: 8, waiting: 10_000, watched: 600 };
const quickSizes: Sizes = { events: 1_000, rounds: 2, waiting: 1_000, watched: 60 };
const target = 0.5;
const targetMs = 2_000;
/** Between two events of the endpoint that is watched. */
const pauseMs = 50;

interface Round {
  readonly floorPerSecond: number;
  readonly perSecond: number;
  /** CPU time per delivery, microseconds. 0 where the system does not tell. */
  readonly cpuUs: { readonly floor: number; readonly worker: number; readonly database: number };
}

/** Deliveries a second beside a bare loop of signing and posting, and how long a receiver waits while another one hangs. */
export const benchmarkWebhooks: Benchmark = async (options) => {
  const sizes = options.isQuick ? quickSizes : fullSizes;
  const { steps, profileDirectory } = options;
  const receiver = await startPart("webhooks/receiver.ts", {});
  const installation = await startInstallation();
  const env = { ...installation.env, LOG_LEVEL: "warn" };
  const origin = receiver.details["origin"] ?? "";
  const floor = await startPart("webhooks/floor.ts", { RECEIVER_ORIGIN: origin });
  const worker = await startProcess(
    "worker/main.ts",
    { ...env, WORKER_PORT: String(await findFreePort()) },
    profileDirectory === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`],
  );
  try {
    await makeEndpoint(installation, `${origin}/fast`, ["integration:degraded"]);
    const parts = { installation, receiver, floor, workerPid: worker.pid };
    // Not counted: neither has compiled its loop yet.
    await steps.step("webhooks: warmed up", () => runRound(parts, sizes, true));
    const rounds: Round[] = [];
    for (let round = 1; round <= sizes.rounds; round += 1) {
      rounds.push(
        await steps.step(`webhooks: round ${round} of ${sizes.rounds}`, () => runRound(parts, sizes, round % 2 === 1)),
      );
    }
    const waits = await steps.step("webhooks: one endpoint hangs", () => watch(installation, receiver, sizes, origin));
    return report(sizes, rounds, waits);
  } finally {
    await Promise.all([worker.stop(), floor.stop(), receiver.stop()]);
    await installation.close();
  }
};

interface Parts {
  readonly installation: Installation;
  readonly receiver: Part;
  readonly floor: Part;
  readonly workerPid: number;
}

/** In turn, since a shared machine is another one a minute later. */
async function runRound(
  { installation, receiver, floor, workerPid }: Parts,
  { events }: Sizes,
  isFloorFirst: boolean,
): Promise<Round> {
  const { pool } = installation;
  const bare = () => withCpu(() => floor.ask<number>({ count: events, body: sampleBody }));
  const before = isFloorFirst ? await bare() : null;
  const subject = await withCpu(() => deliver(installation, receiver, events));
  const floored = before ?? (await bare());
  const perDelivery = (seconds: number): number => (seconds / events) * 1e6;
  return {
    floorPerSecond: events / floored.took,
    perSecond: events / subject.took,
    cpuUs: {
      floor: perDelivery(floored.cpuOf([floor.pid])),
      worker: perDelivery(subject.cpuOf([workerPid])),
      database: perDelivery(subject.cpuOf(subject.backends)),
    },
  };

  /** With the CPU time that processes took meanwhile, seconds. */
  async function withCpu(work: () => Promise<number>) {
    const ours = [floor.pid, workerPid];
    const from = cpuSeconds([...ours, ...(await databasePids(pool))]);
    const took = await work();
    // Idle connections are closed and others opened: the list is that of the end.
    const backends = await databasePids(pool);
    const until = cpuSeconds([...ours, ...backends]);
    const cpuOf = (pids: readonly number[]): number =>
      pids.reduce((sum, pid) => sum + (until.get(pid) ?? 0) - (from.get(pid) ?? 0), 0);
    return { took, backends, cpuOf };
  }
}

/** @returns how long it takes from the commit of the events until the last is recorded, seconds */
async function deliver({ pool }: Installation, receiver: Part, count: number): Promise<number> {
  const before = await receiver.ask<number>("fast");
  await writeEvents(pool, count, "integration:degraded");
  const startedMs = performance.now();
  while ((await receiver.ask<number>("fast")) - before < count) await sleep(20);
  for (;;) {
    const { rowCount } = await pool.query(
      "SELECT FROM webhook_delivery WHERE status = 'pending' UNION ALL SELECT FROM webhook_untried LIMIT 1",
    );
    if (rowCount === 0) break;
    await sleep(10);
  }
  return (performance.now() - startedMs) / 1000;
}

/** @returns from each event's commit to its arrival at the endpoint that works, milliseconds */
async function watch(
  installation: Installation,
  receiver: Part,
  { waiting, watched }: Sizes,
  origin: string,
): Promise<readonly number[]> {
  const { pool } = installation;
  await makeEndpoint(installation, `${origin}/hang`, ["integration:recovered"]);
  await makeEndpoint(installation, `${origin}/watched`, ["security:anomaly"]);
  await writeEvents(pool, waiting, "integration:recovered");
  const written = new Map<string, number>();
  for (let n = 0; n < watched; n += 1) {
    const atMs = Date.now();
    for (const id of await writeEvents(pool, 1, "security:anomaly")) written.set(id, atMs);
    await sleep(pauseMs);
  }
  const arrived = new Map<string, number>();
  while (arrived.size < written.size) {
    for (const [id, atMs] of await receiver.ask<[string, number][]>("watched")) {
      if (!arrived.has(id)) arrived.set(id, atMs);
    }
    await sleep(100);
  }
  return [...written].map(([id, atMs]) => (arrived.get(id) ?? Number.NaN) - atMs);
}

async function makeEndpoint({ container, environmentId }: Installation, url: string, events: string[]): Promise<void> {
  const caller: Caller = {
    kind: "command_line",
    id: "bench",
    environmentId,
    environment: "production",
    permissions: new Set(),
    tenantIds: null,
    integrationNames: null,
  };
  await createEndpoint(container, caller, { url, format: null, events, description: null }, undefined);
}

async function writeEvents(pool: Installation["pool"], count: number, type: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO event (id, created_at, environment_id, event_type, payload)
     SELECT 'evt_' || left(md5(random()::text || n), 24), now(), e.id, $2, $3
       FROM environment e, generate_series(1, $1::int) n WHERE e.name = 'production' RETURNING id`,
    [count, type, JSON.stringify(samplePayload)],
  );
  return rows.map(({ id }) => id);
}

const samplePayload = {
  integration_name: "acme-crm",
  endpoint: "https://auth.acme.example/oauth/token",
  cause: "provider",
  failures: 12,
};
const sampleBody = renderEvent(
  {
    id: `evt_${"0".repeat(24)}`,
    createdAt: new Date(),
    environmentId: "env",
    accountId: null,
    sequence: null,
    eventType: "integration:degraded",
    payload: samplePayload,
  },
  "production",
);

function report(sizes: Sizes, rounds: readonly Round[], waits: readonly number[]): Report {
  const ratios = rounds.map((one) => one.perSecond / one.floorPerSecond);
  const p99 = quantile(waits, 0.99);
  const cpu = (of: keyof Round["cpuUs"]): string => median(rounds.map(({ cpuUs }) => cpuUs[of])).toFixed(0);
  return {
    name: "webhooks",
    results: [
      {
        measured: "deliveries per second",
        floor: spread(rounds.map((one) => one.floorPerSecond)),
        subject: spread(rounds.map((one) => one.perSecond)),
        target: `≥ ${target}`,
        reached: spread(ratios, 2),
        isReached: median(ratios) >= target,
      },
      {
        measured: "p99 of first attempts, another endpoint hanging",
        floor: "",
        subject: `${p99.toFixed(0)} ms (p50 ${quantile(waits, 0.5).toFixed(0)} ms, longest ${Math.max(...waits).toFixed(0)} ms)`,
        target: `< ${targetMs} ms`,
        reached: `${p99.toFixed(0)} ms`,
        isReached: p99 < targetMs,
      },
    ],
    notes: [
      `CPU per delivery, medians: floor ${cpu("floor")} µs; worker ${cpu("worker")} µs and PostgreSQL ${cpu("database")} µs.`,
      `${sizes.rounds} rounds of ${sizes.events} events each to one endpoint, floor and worker in turn; medians (least–greatest). The worker's time runs from the commit of the events to the last record; the floor signs and posts the same bodies, 16 at once.`,
      `${sizes.watched} events, one every ${pauseMs} ms, to an endpoint that works, while another hangs with ${sizes.waiting} events waiting.`,
    ],
    rounds: [...rounds.map((one) => ({ ...one })), { waitsMs: waits }],
  };
}
