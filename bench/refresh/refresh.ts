// Scheduled refreshes: one worker process as production starts it, against an endpoint that answers at once, everything on
// (journal, sealing, audit, next alarm). Against the floor of floor.ts, and against itself with a hundred times the accounts.
import { setTimeout as sleep } from "node:timers/promises";
import { sweepAlarms } from "#adapters/postgres/refresh-jobs";
import { findFreePort } from "#scripts/ports";
import { startProcess, type StartedProcess } from "#test/start-process";
import type { BenchmarkOptions, Report, Result } from "../benchmark.ts";
import { databasePids, startInstallation, type Installation } from "../cluster.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import { startPart, type Part } from "../part.ts";
import { defineIntegration, insertAccounts, sealAccounts, sealTokenSet, settle } from "../seed.ts";
import { median, spread } from "../statistics.ts";

interface Sizes {
  readonly accounts: { readonly few: number; readonly many: number };
  /** Refreshes of one measurement. */
  readonly due: number;
  readonly rounds: number;
}

const fullSizes: Sizes = { accounts: { few: 10_000, many: 1_000_000 }, due: 2_000, rounds: 12 };
const quickSizes: Sizes = { accounts: { few: 2_000, many: 20_000 }, due: 600, rounds: 2 };

/** An installation with its two contestants. */
interface Arena {
  readonly label: string;
  readonly installation: Installation;
  readonly worker: StartedProcess;
  readonly floor: Part;
  /** Fresh due accounts for every measurement of a large table, so that their pages are no warmer than others. */
  take(): string[];
}

interface Measurement {
  readonly perSecond: number;
  /** CPU time per refresh, milliseconds: of the contestant's process, and of PostgreSQL. 0 where the system does not tell. */
  readonly cpuMs: { readonly process: number; readonly database: number };
}

export async function benchmarkRefresh(options: BenchmarkOptions): Promise<Report> {
  const { steps, isQuick } = options;
  const sizes = isQuick ? quickSizes : fullSizes;
  const endpoint = await startPart("token-endpoint.ts", {});
  const arenas: Arena[] = [];
  try {
    const origin = endpoint.details["origin"] ?? "";
    for (const accounts of [sizes.accounts.few, sizes.accounts.many]) {
      arenas.push(await prepare(options, sizes, accounts, origin));
    }
    for (const arena of arenas) {
      await steps.step(`warming up with ${arena.label}`, async () => {
        await measureFloor(arena, sizes.due);
        await measureWorker(arena, sizes.due);
      });
    }
    const rounds: Round[] = [];
    for (let round = 1; round <= sizes.rounds; round += 1) {
      rounds.push(
        await steps.step(`refresh: round ${round} of ${sizes.rounds}`, (note) =>
          runRound(round % 2 === 1 ? arenas : arenas.toReversed(), sizes, note),
        ),
      );
      steps.say(`  ${describe(rounds.at(-1))}`);
    }
    return report(sizes, rounds);
  } finally {
    for (const { worker, floor, installation } of arenas) {
      await Promise.all([worker.stop(), floor.stop()]);
      await installation.close();
    }
    await endpoint.stop();
  }
}

async function prepare(
  { steps, profileDirectory }: BenchmarkOptions,
  sizes: Sizes,
  accounts: number,
  origin: string,
): Promise<Arena> {
  const label = labelOf(accounts);
  return await steps.step(`database with ${label}`, async (note) => {
    const installation = await startInstallation();
    try {
      await defineIntegration(installation, origin);
      await insertAccounts(installation, accounts, note);
      // One set for each floor and worker run and the warm-up, as far as the table has that many.
      const wanted = Math.min(accounts, sizes.due * 2 * (sizes.rounds + 1));
      const ids = await sealAccounts(installation, wanted, (text) => note(`sealing ${text}`));
      note("vacuum, checkpoint");
      await settle(installation);
      const env = { ...installation.env, LOG_LEVEL: "warn" };
      const floor = await startPart("refresh/floor.ts", {
        ...env,
        ENVIRONMENT_ID: installation.environmentId,
        TOKEN_ORIGIN: origin,
      });
      await floor.ask({ sample: await standOut(installation, ids.pop() ?? "") });
      const worker = await startProcess(
        "worker/main.ts",
        { ...env, WORKER_PORT: String(await findFreePort()) },
        profileDirectory === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`],
      );
      return { label, installation, worker, floor, take: taker(ids, sizes.due) };
    } catch (error) {
      await installation.close();
      throw error;
    }
  });
}

function labelOf(accounts: number): string {
  return `${accounts.toLocaleString("en")} accounts`;
}

/** Gives the account that is recorded a version and a fence that nothing else equals. */
async function standOut(installation: Installation, id: string): Promise<string> {
  const version = 700_001;
  const { sealed, fingerprint } = await sealTokenSet(installation, id, version);
  await installation.pool.query(
    `WITH account AS (UPDATE integrated_account SET credential_version = $2, fence = 900001, credential_fence = 900001 WHERE id = $1)
     UPDATE sealed_credential SET version = $2, sealed = $3, fingerprint = $4 WHERE account_id = $1`,
    [id, version, sealed, fingerprint],
  );
  return id;
}

function taker(ids: readonly string[], count: number): () => string[] {
  let at = 0;
  return () => {
    if (at + count > ids.length) at = 0;
    at += count;
    return ids.slice(at - count, at);
  };
}

type Round = Readonly<Record<string, { readonly floor: Measurement; readonly worker: Measurement }>>;

/**
 * What is compared is measured one right after the other, since a shared machine is another one a minute later: floor, worker,
 * worker of the other table, its floor. The tables take turns in going first.
 */
async function runRound([one, other]: readonly Arena[], sizes: Sizes, note: (text: string) => void): Promise<Round> {
  if (one === undefined || other === undefined) throw new Error("two tables are compared");
  const floor = (arena: Arena): Promise<Measurement> => {
    note(`floor, ${arena.label}`);
    return measureFloor(arena, sizes.due);
  };
  const worker = (arena: Arena): Promise<Measurement> => {
    note(`worker, ${arena.label}`);
    return measureWorker(arena, sizes.due);
  };
  const first = { floor: await floor(one), worker: await worker(one) };
  const second = { worker: await worker(other), floor: await floor(other) };
  return { [one.label]: first, [other.label]: second };
}

async function measureFloor(arena: Arena, count: number): Promise<Measurement> {
  const ids = arena.take();
  // Beyond the sweep's horizon, or the worker beside would refresh them as well; the floor looks at no clock.
  await makeDue(arena.installation, ids, 3_600_000);
  return await measure(arena, ids.slice(0, count), arena.floor.pid, () => arena.floor.ask({ ids }));
}

/** Until the alarms ring, the worker knows its jobs and has nothing to do. */
const leadMs = 6_000;

async function measureWorker(arena: Arena, count: number): Promise<Measurement> {
  const ids = arena.take().slice(0, count);
  const { pool } = arena.installation;
  await makeDue(arena.installation, ids, leadMs);
  await sweepAlarms(pool);
  await pool.query("CHECKPOINT");
  return await measure(arena, ids, arena.worker.pid, async () => {
    for (let quietMs = 0, before = -1; ;) {
      await sleep(500);
      const { rows } = await pool.query<{ left: number }>(
        "SELECT count(*)::int AS left FROM integrated_account WHERE refresh_due_at < now() + interval '1 minute' AND status = 'active'",
      );
      const left = rows[0]?.left ?? 0;
      if (left === 0) return;
      quietMs = left === before ? quietMs + 500 : 0;
      before = left;
      if (quietMs > 60_000)
        throw new Error(`the worker does nothing; ${left} accounts are due:\n${arena.worker.output()}`);
    }
  });
}

/** Both contestants begin with the same rows touched, and with a checkpoint behind them rather than in their middle. */
async function makeDue({ pool }: Installation, ids: readonly string[], inMs: number): Promise<void> {
  await pool.query(
    `UPDATE integrated_account a SET refresh_due_at = d.due, expires_at = d.due + interval '2 minutes', issued_at = d.due - interval '58 minutes'
       FROM (SELECT clock_timestamp() + make_interval(secs => $2) AS due) d WHERE a.id = ANY ($1)`,
    [ids, inMs / 1000],
  );
  await pool.query("CHECKPOINT");
}

/** The rate of the middle four fifths, read from the journal that both write. */
async function measure(
  { installation: { pool } }: Arena,
  ids: readonly string[],
  pid: number,
  work: () => Promise<unknown>,
): Promise<Measurement> {
  const { rows: now } = await pool.query<{ at: Date }>("SELECT clock_timestamp() AS at");
  const before = cpuSeconds([pid, ...(await databasePids(pool))]);
  await work();
  // Idle connections are closed and others opened: the list is that of the end.
  const backends = await databasePids(pool);
  const after = cpuSeconds([pid, ...backends]);
  const { rows } = await pool.query<{ at: Date }>(
    `SELECT finished_at AS at FROM refresh_attempt
      WHERE started_at >= $1 AND account_id = ANY ($2) AND outcome = 'refreshed' ORDER BY finished_at`,
    [now[0]?.at, ids],
  );
  if (rows.length !== ids.length) throw new Error(`${rows.length} of ${ids.length} accounts were refreshed`);
  const [first, last] = [Math.floor(rows.length * 0.1), Math.floor(rows.length * 0.9)];
  const seconds = ((rows[last]?.at.getTime() ?? 0) - (rows[first]?.at.getTime() ?? 0)) / 1000;
  const perRefresh = (pids: readonly number[]): number =>
    (pids.reduce((sum, one) => sum + (after.get(one) ?? 0) - (before.get(one) ?? 0), 0) * 1000) / ids.length;
  return {
    perSecond: (last - first) / seconds,
    cpuMs: { process: perRefresh([pid]), database: perRefresh(backends) },
  };
}

function describe(round: Round | undefined): string {
  const one = ({ perSecond, cpuMs }: Measurement): string =>
    `${perSecond.toFixed(0)}/s (CPU ${cpuMs.process.toFixed(2)} + ${cpuMs.database.toFixed(2)} ms)`;
  return Object.entries(round ?? {})
    .map(([label, { floor, worker }]) => `${label}: floor ${one(floor)}, worker ${one(worker)}`)
    .join("; ");
}

function report(sizes: Sizes, rounds: readonly Round[]): Report {
  // Rounds differ in their order.
  const labels = [sizes.accounts.few, sizes.accounts.many].map(labelOf);
  const rates = (label: string, contestant: "floor" | "worker"): number[] =>
    rounds.map((round) => round[label]?.[contestant].perSecond ?? Number.NaN);
  const against = (subject: number[], floor: number[]): { readonly ratio: number; readonly text: string } => {
    const each = subject.map((rate, index) => rate / (floor[index] ?? Number.NaN));
    const ratio = median(each);
    return { ratio, text: `${ratio.toFixed(2)} (${Math.min(...each).toFixed(2)}–${Math.max(...each).toFixed(2)})` };
  };
  const results: Result[] = labels.map((label) => {
    const [floor, worker] = [rates(label, "floor"), rates(label, "worker")];
    const { ratio, text } = against(worker, floor);
    return {
      measured: `refreshes per second, ${label}`,
      floor: `bare loop ${spread(floor)}`,
      subject: `worker ${spread(worker)}`,
      target: "at least 0.70 of the floor",
      reached: text,
      isReached: ratio >= 0.7,
    };
  });
  const [few = "", many = ""] = labels;
  const grown = against(rates(many, "worker"), rates(few, "worker"));
  const grownFloor = against(rates(many, "floor"), rates(few, "floor"));
  results.push({
    measured: `the same worker, ${many}`,
    floor: `worker with ${few}: ${spread(rates(few, "worker"))}`,
    subject: `worker ${spread(rates(many, "worker"))}`,
    target: "at least 0.90 of itself",
    reached: grown.text,
    isReached: grown.ratio >= 0.9,
  });
  const cpu = (contestant: "floor" | "worker", label: string): string =>
    (["process", "database"] as const)
      .map((of) => median(rounds.flatMap((round) => round[label]?.[contestant].cpuMs[of] ?? [])).toFixed(2))
      .join(" + ");
  return {
    name: "refresh",
    results,
    notes: [
      `${sizes.rounds} rounds of ${sizes.due} refreshes each, floor and worker in turn; medians (least–greatest); ratios are medians of the ratios of each round.`,
      `CPU per refresh, process + PostgreSQL: floor ${cpu("floor", few)} ms, worker ${cpu("worker", few)} ms; with ${many}: floor ${cpu("floor", many)} ms, worker ${cpu("worker", many)} ms.`,
      `The bare loop itself keeps ${grownFloor.text} of its rate with ${many}.`,
    ],
    rounds,
  };
}
