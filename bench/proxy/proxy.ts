// What a call through the proxy costs over calling the provider directly: the same callers, the same upstream, in turn. One api
// process as production starts it, everything on (key, account, audit record, decryption, rate limits). And bodies of a gigabyte
// each way, with the memory of that process.
import { findFreePort } from "#scripts/ports";
import { startProcess } from "#test/start-process";
import type { BenchmarkOptions, Report, Result } from "../benchmark.ts";
import { startInstallation } from "../cluster.ts";
import { createKey } from "../create-key.ts";
import { measureLoad, type Measurement } from "../measure-load.ts";
import { mebibyte, resident, watchMemory } from "../memory.ts";
import { startPart, type Part } from "../part.ts";
import { defineIntegration, insertAccounts, sealAccounts, settle } from "../seed.ts";
import { spread } from "../statistics.ts";
import type { StreamQuestion, StreamTaken } from "./streamer.ts";

interface Sizes {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  readonly bytes: number;
}

const fullSizes: Sizes = { rounds: 7, seconds: 4, connections: 16, bytes: 2 ** 30 };
const quickSizes: Sizes = { rounds: 2, seconds: 2, connections: 16, bytes: 64 * 2 ** 20 };

interface Arena {
  readonly apiPid: number;
  readonly load: Part;
  readonly streamer: Part;
  readonly ways: Readonly<
    Record<Way, { readonly port: number; path(path: string): string; readonly headers: Record<string, string> }>
  >;
  close(): Promise<void>;
}

type Way = "direct" | "proxied";

export async function benchmarkProxy(options: BenchmarkOptions): Promise<Report> {
  const { steps, isQuick } = options;
  const sizes = isQuick ? quickSizes : fullSizes;
  const arena = await steps.step("an API process and an upstream", () => prepare(options));
  try {
    await steps.step("warming up", async () => {
      for (const way of ["direct", "proxied"] as const) await measure(arena, way, sizes.connections, sizes.seconds);
    });
    const rounds: Round[] = [];
    for (let round = 1; round <= sizes.rounds; round += 1) {
      const result = await steps.step(`proxy: round ${round} of ${sizes.rounds}`, () =>
        runRound(arena, sizes, round % 2 === 0),
      );
      rounds.push(result);
      const { crowd, alone } = result;
      steps.say(
        `  ${crowd.direct.perSecond.toFixed(0)}/s directly, ${crowd.proxied.perSecond.toFixed(0)}/s proxied; alone ${alone.direct.p50.toFixed(2)} and ${alone.proxied.p50.toFixed(2)} ms`,
      );
    }
    const streams: Stream[] = [];
    for (const direction of ["down", "up"] as const) {
      streams.push(
        await steps.step(`${sizes.bytes / mebibyte} MiB ${direction}`, () => runStream(arena, direction, sizes.bytes)),
      );
    }
    return report(sizes, rounds, streams);
  } finally {
    await arena.close();
  }
}

async function prepare({ profileDirectory }: BenchmarkOptions): Promise<Arena> {
  const upstream = await startPart("proxy/upstream.ts", {});
  const upstreamPort = Number(upstream.details["port"]);
  const origin = `http://127.0.0.1:${upstreamPort}`;
  const installation = await startInstallation();
  await defineIntegration(installation, origin, { api: { baseUrl: origin, headers: {} } });
  await insertAccounts(installation, 1_000, () => {});
  const [accountId = ""] = await sealAccounts(installation, 1, () => {});
  await settle(installation);
  const key = await createKey(installation, ["proxy"]);
  const port = await findFreePort();
  const api = await startProcess(
    "api/main.ts",
    { ...installation.env, LOG_LEVEL: "warn", PORT: String(port), EVERGRANT_URL: `http://127.0.0.1:${port}` },
    profileDirectory === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`],
  );
  const [load, streamer] = await Promise.all([startPart("load.ts", {}), startPart("proxy/streamer.ts", {})]);
  const proxied = (path: string): string =>
    `/api/v1/proxy${path}${path.includes("?") ? "&" : "?"}integrated_account_id=${accountId}`;
  return {
    apiPid: api.pid,
    load,
    streamer,
    ways: {
      direct: { port: upstreamPort, path: (path) => path, headers: {} },
      proxied: { port, path: proxied, headers: { authorization: `Bearer ${key}` } },
    },
    async close() {
      await Promise.all([load.stop(), streamer.stop(), api.stop(), upstream.stop()]);
      await installation.close();
    },
  };
}

async function measure(arena: Arena, way: Way, connections: number, seconds: number): Promise<Measurement> {
  const { port, path, headers } = arena.ways[way];
  return await measureLoad(arena.load, { port, connections, seconds, paths: [path("/small")], headers }, () => [
    arena.apiPid,
  ]);
}

type Both = Readonly<Record<Way, Measurement>>;

interface Round {
  readonly alone: Both;
  readonly crowd: Both;
}

async function runRound(arena: Arena, sizes: Sizes, isReversed: boolean): Promise<Round> {
  const both = async (connections: number): Promise<Both> => {
    const one = (way: Way): Promise<Measurement> => measure(arena, way, connections, sizes.seconds);
    if (isReversed) {
      const proxied = await one("proxied");
      return { proxied, direct: await one("direct") };
    }
    const direct = await one("direct");
    return { direct, proxied: await one("proxied") };
  };
  return { alone: await both(1), crowd: await both(sizes.connections) };
}

interface Stream {
  readonly direction: "down" | "up";
  readonly directPerSecond: number;
  readonly proxiedPerSecond: number;
  /** Of the api process, bytes. */
  readonly residentBefore: number;
  /** Within the first eighth, … */
  readonly residentEarly: number;
  /** … and of all. */
  readonly residentMost: number;
}

async function runStream(arena: Arena, direction: "down" | "up", bytes: number): Promise<Stream> {
  const one = async (way: Way): Promise<number> => {
    const { port, path, headers } = arena.ways[way];
    const at = path(direction === "down" ? `/down?bytes=${bytes}` : "/up");
    const question: StreamQuestion = { port, path: at, headers, direction, bytes };
    const taken = await arena.streamer.ask<StreamTaken>(question);
    if (taken.bytes !== bytes) throw new Error(`${taken.bytes} of ${bytes} bytes arrived`);
    return taken.bytes / mebibyte / taken.seconds;
  };
  const directPerSecond = await one("direct");
  const residentBefore = resident([arena.apiPid]);
  const { value: proxiedPerSecond, samples } = await watchMemory(
    () => [arena.apiPid],
    () => one("proxied"),
  );
  const early = samples.slice(0, Math.max(1, Math.floor(samples.length / 8)));
  return {
    direction,
    directPerSecond,
    proxiedPerSecond,
    residentBefore,
    residentEarly: Math.max(residentBefore, ...early),
    residentMost: Math.max(residentBefore, ...samples),
  };
}

function report(sizes: Sizes, rounds: readonly Round[], streams: readonly Stream[]): Report {
  const of = (read: (round: Round) => number): number[] => rounds.map(read);
  const row = (measured: string, read: (one: Measurement) => number, which: keyof Round, digits: number): Result => ({
    measured,
    floor: spread(
      of((round) => read(round[which].direct)),
      digits,
    ),
    subject: spread(
      of((round) => read(round[which].proxied)),
      digits,
    ),
    target: "",
    reached: spread(
      of((round) => read(round[which].proxied) - read(round[which].direct)),
      digits,
    ),
    isReached: null,
  });
  return {
    name: "proxy",
    results: [
      row("1 KB GET, one caller, p50 ms", (one) => one.p50, "alone", 2),
      row("1 KB GET, one caller, p99 ms", (one) => one.p99, "alone", 2),
      row(`1 KB GET, ${sizes.connections} callers, requests/s`, (one) => one.perSecond, "crowd", 0),
      row(`1 KB GET, ${sizes.connections} callers, p99 ms`, (one) => one.p99, "crowd", 2),
      {
        measured: "CPU of the api process per request, ms",
        floor: "",
        subject: spread(
          of((round) => round.crowd.proxied.cpuMs),
          2,
        ),
        target: "",
        reached: "",
        isReached: null,
      },
      ...streams.flatMap((one): Result[] => [
        {
          measured: `${sizes.bytes / mebibyte} MiB ${one.direction}, MiB/s`,
          floor: one.directPerSecond.toFixed(0),
          subject: one.proxiedPerSecond.toFixed(0),
          target: "",
          reached: (one.proxiedPerSecond / one.directPerSecond).toFixed(2),
          isReached: null,
        },
        {
          measured: `… memory of the api process, MiB over its beginning`,
          floor: `${((one.residentEarly - one.residentBefore) / mebibyte).toFixed(0)} in the first eighth`,
          subject: `${((one.residentMost - one.residentBefore) / mebibyte).toFixed(0)} at most`,
          target: "under 128",
          reached: `${(one.residentMost / mebibyte).toFixed(0)} in all`,
          isReached: (one.residentMost - one.residentBefore) / mebibyte < 128,
        },
      ]),
    ],
    notes: [
      `${sizes.rounds} rounds of ${sizes.seconds} s each way, in turn; medians (least–greatest). Reached is proxied less direct, of streams proxied by direct.`,
      "Proxied is one api process with everything on: key, account, audit record, decryption, limits. Direct is the same callers at the upstream.",
    ],
    rounds: [...rounds.map((round) => ({ ...round })), ...streams.map((one) => ({ ...one }))],
  };
}
