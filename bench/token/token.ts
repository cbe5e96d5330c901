// GET …/token of a fresh account, everything on: the key, the decision, the audit record durable before the value is opened, the
// opening, the answer. Against the floor of floor.ts, against itself with a thousand times the accounts, and against itself without the
// audit record.
import { fileURLToPath } from "node:url";
import { findFreePort } from "#scripts/ports";
import { startProcess, type StartedProcess } from "#test/start-process";
import type { BenchmarkOptions, Report, Result } from "../benchmark.ts";
import { startInstallation, type Installation } from "../cluster.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import { createKey } from "../create-key.ts";
import type { LoadAnswer, LoadQuestion } from "../load.ts";
import { startPart, type Part } from "../part.ts";
import { defineIntegration, insertAccounts, sealAccounts, settle } from "../seed.ts";
import { median, quantile, spread } from "../statistics.ts";

interface Sizes {
  readonly accounts: { readonly few: number; readonly many: number };
  /** Accounts that are read, chosen at random over the table. */
  readonly read: number;
  readonly rounds: number;
  readonly seconds: number;
}

const fullSizes: Sizes = { accounts: { few: 1_000, many: 1_000_000 }, read: 20_000, rounds: 9, seconds: 6 };
const quickSizes: Sizes = { accounts: { few: 1_000, many: 20_000 }, read: 2_000, rounds: 2, seconds: 2 };
/** Callers at a time, each on a connection that stands. */
const connections = 32;

interface Contestant {
  readonly port: number;
  readonly pid: number;
}

interface Arena {
  readonly label: string;
  readonly installation: Installation;
  readonly api: Contestant & { readonly process: StartedProcess };
  readonly floor: Contestant & { readonly part: Part };
  /** The api that keeps no record of what it reads out. Among few accounts alone. */
  readonly unaudited: (Contestant & { readonly process: StartedProcess }) | null;
  readonly paths: readonly string[];
  readonly key: string;
}

interface Measurement {
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU time of PostgreSQL per request, microseconds. */
  readonly databaseMicroseconds: number;
}

type Which = "floor" | "api" | "unaudited";
type Round = Readonly<
  Record<string, Readonly<Record<"floor" | "api", Measurement>> & { readonly unaudited: Measurement | null }>
>;

export async function benchmarkToken(options: BenchmarkOptions): Promise<Report> {
  const { steps, isQuick } = options;
  const sizes = isQuick ? quickSizes : fullSizes;
  const loader = await startPart("load.ts", {});
  const arenas: Arena[] = [];
  try {
    for (const accounts of [sizes.accounts.few, sizes.accounts.many]) {
      arenas.push(await prepare(options, sizes, accounts));
    }
    const run = async (arena: Arena, contestant: Contestant): Promise<Measurement> =>
      await measure(arena, contestant, loader, sizes.seconds);
    for (const arena of arenas) {
      await steps.step(`warming up with ${arena.label}`, async () => {
        await run(arena, arena.floor);
        await run(arena, arena.api);
        if (arena.unaudited !== null) await run(arena, arena.unaudited);
      });
    }
    const rounds: Round[] = [];
    for (let round = 1; round <= sizes.rounds; round += 1) {
      const result = await steps.step(`token: round ${round} of ${sizes.rounds}`, async () => {
        const order = round % 2 === 1 ? arenas : arenas.toReversed();
        const found: Record<string, Round[string]> = {};
        for (const arena of order) {
          found[arena.label] = {
            floor: await run(arena, arena.floor),
            api: await run(arena, arena.api),
            unaudited: arena.unaudited === null ? null : await run(arena, arena.unaudited),
          };
        }
        return found;
      });
      rounds.push(result);
      steps.say(`  ${describe(result)}`);
    }
    return report(sizes, rounds);
  } finally {
    for (const { api, floor, unaudited, installation } of arenas) {
      await Promise.all([api.process.stop(), unaudited?.process.stop(), floor.part.stop()]);
      await installation.close();
    }
    await loader.stop();
  }
}

async function prepare({ steps, profileDirectory }: BenchmarkOptions, sizes: Sizes, accounts: number): Promise<Arena> {
  const label = labelOf(accounts);
  return await steps.step(`database with ${label}`, async (note) => {
    const installation = await startInstallation();
    try {
      // Nothing is refreshed, so nobody is asked.
      await defineIntegration(installation, "https://login.bench.example");
      await insertAccounts(installation, accounts, note);
      const ids = await sealAccounts(installation, Math.min(accounts, sizes.read), (text) => note(`sealing ${text}`));
      note("vacuum, checkpoint");
      await settle(installation);
      const key = await createKey(installation, ["tokens:read"]);
      const part = await startPart("token/floor.ts", { DATABASE_URL: installation.env["DATABASE_URL"] ?? "" });
      const profiling = profileDirectory === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`];
      const api = await startApi(installation, profiling);
      const isFew = accounts === sizes.accounts.few;
      return {
        label,
        installation,
        api,
        floor: { port: Number(part.details["port"]), pid: part.pid, part },
        unaudited: isFew ? await startApi(installation, ["--import", withoutAudit]) : null,
        paths: ids.map((id) => `/api/v1/integrated-accounts/${id}/token`),
        key,
      };
    } catch (error) {
      await installation.close();
      throw error;
    }
  });
}

const withoutAudit = fileURLToPath(new URL("without-audit.ts", import.meta.url));

async function startApi({ env }: Installation, execArgv: string[]): Promise<Arena["api"]> {
  const port = await findFreePort();
  const address = { PORT: String(port), EVERGRANT_URL: `http://127.0.0.1:${port}` };
  const process = await startProcess("api/main.ts", { ...env, LOG_LEVEL: "warn", ...address }, execArgv);
  return { port, pid: process.pid, process };
}

function labelOf(accounts: number): string {
  return `${accounts.toLocaleString("en")} accounts`;
}

async function measure(
  { installation: { pool }, paths, key }: Arena,
  { port, pid }: Contestant,
  loader: Part,
  seconds: number,
): Promise<Measurement> {
  const { rows } = await pool.query<{ pid: number }>("SELECT pid FROM pg_stat_activity");
  const before = cpuSeconds([pid, ...rows.map((row) => row.pid)]);
  const question: LoadQuestion = { port, connections, seconds, paths, headers: { authorization: `Bearer ${key}` } };
  const answer = await loader.ask<LoadAnswer>(question);
  const { rows: backends } = await pool.query<{ pid: number }>("SELECT pid FROM pg_stat_activity");
  const after = cpuSeconds([pid, ...backends.map((row) => row.pid)]);
  if (Object.keys(answer.statuses).join() !== "200")
    throw new Error(`not every request got its answer: ${JSON.stringify(answer.statuses)}`);
  const count = answer.latencies.length;
  const used = (of: number): number => (after.get(of) ?? 0) - (before.get(of) ?? 0);
  return {
    perSecond: count / answer.seconds,
    perCpuSecond: count / used(pid),
    p50: median(answer.latencies),
    p99: quantile(answer.latencies, 0.99),
    databaseMicroseconds: (backends.reduce((sum, row) => sum + used(row.pid), 0) * 1e6) / count,
  };
}

function describe(round: Round): string {
  const one = ({ perSecond, perCpuSecond, p99 }: Measurement): string =>
    `${(1e6 / perCpuSecond).toFixed(0)} µs of CPU (${perSecond.toFixed(0)}/s, p99 ${p99.toFixed(1)} ms)`;
  return Object.entries(round)
    .map(([label, { floor, api, unaudited }]) => {
      const plain = unaudited === null ? "" : `, without audit ${one(unaudited)}`;
      return `${label}: floor ${one(floor)}, api ${one(api)}${plain}`;
    })
    .join("; ");
}

function report(sizes: Sizes, rounds: readonly Round[]): Report {
  const labels = [sizes.accounts.few, sizes.accounts.many].map(labelOf);
  const of = (label: string, which: Which, field: keyof Measurement): number[] =>
    rounds.flatMap((round) => round[label]?.[which]?.[field] ?? []);
  const ratios = (subject: readonly number[], floor: readonly number[]): number[] =>
    subject.map((value, index) => value / (floor[index] ?? Number.NaN));
  const twoDigits = (values: readonly number[]): string => spread(values, 2);
  const results: Result[] = labels.map((label) => {
    const each = ratios(of(label, "api", "perCpuSecond"), of(label, "floor", "perCpuSecond"));
    return {
      measured: `tokens per CPU second, ${label}`,
      floor: `bare select ${spread(of(label, "floor", "perCpuSecond"))}`,
      subject: `api ${spread(of(label, "api", "perCpuSecond"))}`,
      target: "at least 0.50 of the floor",
      reached: twoDigits(each),
      isReached: median(each) >= 0.5,
    };
  });
  const [few = "", many = ""] = labels;
  const grown = ratios(of(few, "api", "perCpuSecond"), of(many, "api", "perCpuSecond"));
  results.push({
    measured: `CPU per token, ${many}`,
    floor: `api with ${few}`,
    subject: "",
    target: "at most 1.20 of itself",
    reached: twoDigits(grown),
    isReached: median(grown) <= 1.2,
  });
  const audited = ratios(of(few, "api", "perCpuSecond"), of(few, "unaudited", "perCpuSecond"));
  results.push({
    measured: `tokens per CPU second, ${few}, recorded`,
    floor: `without audit ${spread(of(few, "unaudited", "perCpuSecond"))}`,
    subject: `api ${spread(of(few, "api", "perCpuSecond"))}`,
    target: "at least 0.80 of itself without audit",
    reached: twoDigits(audited),
    isReached: median(audited) >= 0.8,
  });
  for (const field of ["p50", "p99"] as const) {
    results.push({
      measured: `${field} of ${connections} callers, ms`,
      floor: `bare select ${spread(of(many, "floor", field), 1)}`,
      subject: `api ${spread(of(many, "api", field), 1)}`,
      target: "",
      reached: twoDigits(ratios(of(many, "api", field), of(many, "floor", field))),
      isReached: null,
    });
  }
  const micro = (which: Which, label: string): string =>
    `${(1e6 / median(of(label, which, "perCpuSecond"))).toFixed(0)} + ${median(of(label, which, "databaseMicroseconds")).toFixed(0)}`;
  return {
    name: "token",
    results,
    notes: [
      `${sizes.rounds} rounds of ${sizes.seconds} s each, floor and api in turn, ${connections} connections; medians (least–greatest); ratios are medians of the ratios of each round.`,
      `CPU per request, process + PostgreSQL: floor ${micro("floor", few)} µs, api ${micro("api", few)} µs, without audit ${micro("unaudited", few)} µs; with ${many}: floor ${micro("floor", many)} µs, api ${micro("api", many)} µs.`,
    ],
    rounds,
  };
}
