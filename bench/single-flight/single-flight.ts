// A thousand callers on four API processes want the token of one account that has expired; its provider takes half a second.
// One request may reach it, all get the same token, and nobody should wait much longer than that half second. The floor is the
// same thousand callers reading the same token at once while it is fresh: what the machine needs to answer them anyhow.
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "#scripts/ports";
import { startProcess, type StartedProcess } from "#test/start-process";
import type { BenchmarkOptions, Report } from "../benchmark.ts";
import { startInstallation, type Installation } from "../cluster.ts";
import { createKey } from "../create-key.ts";
import { startPart, type Part } from "../part.ts";
import { defineIntegration, insertAccounts, sealAccounts, settle } from "../seed.ts";
import { median, quantile, spread } from "../statistics.ts";
import type { CallersAnswer, CallersQuestion } from "./callers.ts";

interface Sizes {
  readonly apis: number;
  readonly perApi: number;
  readonly rounds: number;
  readonly warmUps: number;
}

const fullSizes: Sizes = { apis: 4, perApi: 250, rounds: 9, warmUps: 4 };
const quickSizes: Sizes = { apis: 2, perApi: 100, rounds: 2, warmUps: 1 };
const providerMs = 500;

export async function benchmarkSingleFlight(options: BenchmarkOptions): Promise<Report> {
  const { steps } = options;
  const sizes = options.isQuick ? quickSizes : fullSizes;
  const stack = await steps.step(`${sizes.apis} API processes`, () => startStack(options, sizes));
  try {
    await steps.step("warming up", async (note) => {
      for (let round = 1; round <= sizes.warmUps; round += 1) {
        note(`round ${round} of ${sizes.warmUps}`);
        await runRound(stack);
      }
    });
    const rounds: Round[] = [];
    for (let round = 1; round <= sizes.rounds; round += 1) {
      const result = await steps.step(`single-flight: round ${round} of ${sizes.rounds}`, () => runRound(stack));
      rounds.push(result);
      const { extra, latency, requests } = result;
      steps.say(
        `  slowest ${extra.slowest.toFixed(0)} ms extra, p99 ${extra.p99.toFixed(0)}, p50 ${extra.p50.toFixed(0)}; ` +
          `floor up to ${latency.floor.slowest.toFixed(0)} ms, expired up to ${latency.expired.slowest.toFixed(0)} ms; requests: ${requests}`,
      );
    }
    return report(sizes, rounds);
  } finally {
    await stack.close();
  }
}

interface BenchStack {
  readonly installation: Installation;
  readonly accountId: string;
  readonly endpoint: Part;
  readonly callers: Part;
  readonly question: CallersQuestion;
  close(): Promise<void>;
}

async function startStack({ profileDirectory }: BenchmarkOptions, sizes: Sizes): Promise<BenchStack> {
  const endpoint = await startPart("token-endpoint.ts", { DELAY_MS: String(providerMs) });
  const installation = await startInstallation();
  await defineIntegration(installation, endpoint.details["origin"] ?? "");
  await insertAccounts(installation, 1_000, () => {});
  const [accountId = ""] = await sealAccounts(installation, 1, () => {});
  await settle(installation);
  const key = await createKey(installation, ["tokens:read"]);
  const ports = await Promise.all(Array.from({ length: sizes.apis }, () => findFreePort()));
  const apis: StartedProcess[] = await Promise.all(
    ports.map((port) =>
      startProcess(
        "api/main.ts",
        { ...installation.env, LOG_LEVEL: "warn", PORT: String(port), EVERGRANT_URL: `http://127.0.0.1:${port}` },
        profileDirectory === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`],
      ),
    ),
  );
  const callers = await startPart("single-flight/callers.ts", {});
  return {
    installation,
    accountId,
    endpoint,
    callers,
    question: { ports, perPort: sizes.perApi, path: `/api/v1/integrated-accounts/${accountId}/token`, key },
    async close() {
      await Promise.all([callers.stop(), ...apis.map((api) => api.stop()), endpoint.stop()]);
      await installation.close();
    },
  };
}

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
}

interface Round {
  readonly latency: { readonly floor: Quantiles; readonly expired: Quantiles };
  /** Of each caller: its latency, less the provider's half second, less its latency while the token was fresh. */
  readonly extra: Quantiles;
  /** The slowest of all, less the half second, less the slowest of the floor: no luck of single callers in it. */
  readonly extraOfSlowest: number;
  readonly requests: number;
  readonly distinctTokens: number;
}

async function runRound({ installation, accountId, endpoint, callers, question }: BenchStack): Promise<Round> {
  const { pool } = installation;
  await pool.query(
    "UPDATE integrated_account SET expires_at = now() + interval '1 hour', issued_at = now() WHERE id = $1",
    [accountId],
  );
  const floor = await callers.ask<CallersAnswer>(question);
  await pool.query(
    "UPDATE integrated_account SET expires_at = now() - interval '1 second', issued_at = now() - interval '1 hour' WHERE id = $1",
    [accountId],
  );
  await sleep(500);
  const before = await endpoint.ask<number>(null);
  const expired = await callers.ask<CallersAnswer>(question);
  const requests = (await endpoint.ask<number>(null)) - before;
  for (const { statuses } of [floor, expired]) {
    if (Object.keys(statuses).join() !== "200")
      throw new Error(`not every caller got a token: ${JSON.stringify(statuses)}`);
  }
  const extra = expired.latencies.map((ms, index) => ms - providerMs - (floor.latencies[index] ?? Number.NaN));
  const latency = { floor: quantiles(floor.latencies), expired: quantiles(expired.latencies) };
  return {
    latency,
    extra: quantiles(extra),
    extraOfSlowest: latency.expired.slowest - providerMs - latency.floor.slowest,
    requests,
    distinctTokens: expired.distinctTokens,
  };
}

function quantiles(values: readonly number[]): Quantiles {
  return { p50: median(values), p99: quantile(values, 0.99), slowest: Math.max(...values) };
}

function report(sizes: Sizes, rounds: readonly Round[]): Report {
  const of = (read: (round: Round) => number): number[] => rounds.map(read);
  const quantileRow = (name: keyof Quantiles, label: string, target: string): Report["results"][number] => {
    const extra = of((round) => round.extra[name]);
    return {
      measured: `extra wait, ${label}, ms`,
      floor: `fresh ${spread(of((round) => round.latency.floor[name]))}`,
      subject: `expired ${spread(of((round) => round.latency.expired[name]))}`,
      target,
      reached: spread(extra),
      isReached: target === "" ? null : median(extra) < 100,
    };
  };
  const ofSlowest = of((round) => round.extraOfSlowest);
  const most = (values: readonly number[]): string => String(Math.max(...values));
  const requests = of((round) => round.requests);
  const tokens = of((round) => round.distinctTokens);
  return {
    name: "single-flight",
    results: [
      quantileRow("slowest", "slowest caller", "under 100"),
      {
        measured: "slowest caller, less the slowest of the floor, ms",
        floor: "",
        subject: "",
        target: "under 100",
        reached: spread(ofSlowest),
        isReached: median(ofSlowest) < 100,
      },
      quantileRow("p99", "p99", ""),
      quantileRow("p50", "p50", ""),
      {
        measured: "requests at the provider, most of all rounds",
        floor: "",
        subject: most(requests),
        target: "1",
        reached: most(requests),
        isReached: requests.every((one) => one === 1),
      },
      {
        measured: "distinct tokens, most of all rounds",
        floor: "",
        subject: most(tokens),
        target: "1",
        reached: most(tokens),
        isReached: tokens.every((one) => one === 1),
      },
    ],
    notes: [
      `${sizes.rounds} rounds of ${sizes.apis * sizes.perApi} callers on ${sizes.apis} API processes; the provider takes ${providerMs} ms; medians (least–greatest).`,
      `Extra wait of a caller: its latency, less ${providerMs} ms, less its own latency while the token was fresh.`,
      "Who is first in line is luck, in the floor and with the expired token; the second line has none of it.",
    ],
    rounds: rounds.map((round) => ({ ...round })),
  };
}
