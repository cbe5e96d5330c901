// What a list of the unified API costs over the same page through the proxy: the same account, the same callers, the same provider
// (an imitation of HubSpot's API with its documented contact), in turn. What is more is the mapping: the request's parameters, and
// twelve expressions for each record.
import { readFileSync } from "node:fs";
import { integrationDocumentSchema } from "#core/domain/integration/integration-document";
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

interface Sizes {
  readonly rounds: number;
  readonly seconds: number;
  /** At most as many as an account may have under way at a time. */
  readonly connections: number;
  /** Of the list of ten thousand, from its beginning to its end. */
  readonly walks: number;
}

const fullSizes: Sizes = { rounds: 7, seconds: 4, connections: 8, walks: 24 };
const quickSizes: Sizes = { rounds: 2, seconds: 1, connections: 8, walks: 2 };
const pageSizes = [1, 10, 100] as const;

type Way = "proxied" | "unified";

interface Arena {
  readonly apiPid: number;
  readonly load: Part;
  readonly port: number;
  readonly headers: Record<string, string>;
  readonly bytes: number;
  path(way: Way, limit: number): string;
  close(): Promise<void>;
}

export async function benchmarkUnified(options: BenchmarkOptions): Promise<Report> {
  const { steps, isQuick } = options;
  const sizes = isQuick ? quickSizes : fullSizes;
  const arena = await steps.step("an API process and an imitation of HubSpot", () => prepare(options));
  try {
    await steps.step("warming up", async () => {
      for (const way of ["proxied", "unified"] as const)
        await measure(arena, way, 10, sizes.connections, sizes.seconds);
    });
    const rounds: Round[] = [];
    for (let round = 1; round <= sizes.rounds; round += 1) {
      const result = await steps.step(`unified: round ${round} of ${sizes.rounds}`, () =>
        runRound(arena, sizes, round % 2 === 0),
      );
      rounds.push(result);
      const of = (way: Way): string => pageSizes.map((limit) => result[limit][way].alone.p50.toFixed(1)).join(", ");
      steps.say(`  alone, pages of ${pageSizes.join(", ")}: ${of("proxied")} ms proxied, ${of("unified")} ms unified`);
    }
    const walks: Walk[] = [];
    for (let walk = 1; walk <= sizes.walks; walk += 1) {
      walks.push(await steps.step(`unified: a list of 10,000, walk ${walk} of ${sizes.walks}`, () => walkList(arena)));
    }
    return report(sizes, arena.bytes, rounds, walks);
  } finally {
    await arena.close();
  }
}

async function prepare({ profileDirectory }: BenchmarkOptions): Promise<Arena> {
  const text = readFileSync(new URL("../../integrations/hubspot.json", import.meta.url), "utf8");
  const { api, unified } = integrationDocumentSchema.parse(JSON.parse(text));
  const properties = unified?.crm?.["contacts"]?.endpoints.list?.query["properties"]?.replaceAll("'", "") ?? "";
  const provider = await startPart("unified/provider.ts", { PROPERTIES: properties });
  const origin = `http://127.0.0.1:${provider.details["port"]}`;
  const installation = await startInstallation();
  await defineIntegration(installation, origin, { api: { ...api, baseUrl: origin }, unified });
  await insertAccounts(installation, 1_000, () => {});
  const [accountId = ""] = await sealAccounts(installation, 1, () => {});
  await settle(installation);
  const key = await createKey(installation, ["proxy", "unified"]);
  const port = await findFreePort();
  const process = await startProcess(
    "api/main.ts",
    { ...installation.env, LOG_LEVEL: "warn", PORT: String(port), EVERGRANT_URL: `http://127.0.0.1:${port}` },
    profileDirectory === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`],
  );
  const load = await startPart("load.ts", {});
  const query = (limit: number): string => `limit=${limit}&integrated_account_id=${accountId}`;
  return {
    apiPid: process.pid,
    load,
    port,
    headers: { authorization: `Bearer ${key}` },
    bytes: Number(provider.details["bytes"]),
    path: (way, limit) =>
      way === "unified"
        ? `/api/v1/unified/crm/contacts?${query(limit)}`
        : `/api/v1/proxy/crm/v3/objects/contacts?${query(limit)}&properties=${encodeURIComponent(properties)}`,
    async close() {
      await Promise.all([load.stop(), process.stop(), provider.stop()]);
      await installation.close();
    },
  };
}

async function measure(
  { apiPid, load, port, headers, path }: Arena,
  way: Way,
  limit: number,
  connections: number,
  seconds: number,
): Promise<Measurement> {
  const question = { port, connections, seconds, paths: [path(way, limit)], headers };
  return await measureLoad(load, question, () => [apiPid, ...childrenOf(apiPid)]);
}

/** Expressions are evaluated in processes of their own. None where the system does not tell. */
function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** What api and its evaluators have in memory while somebody pages through the list, bytes. */
interface Walk {
  readonly before: number;
  readonly most: number;
}

async function walkList({ apiPid, port, headers, path }: Arena): Promise<Walk> {
  const pids = (): number[] => [apiPid, ...childrenOf(apiPid)];
  const before = resident(pids());
  const { value: seen, samples } = await watchMemory(pids, async () => {
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const more: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const response = await fetch(`http://127.0.0.1:${port}${path("unified", 100)}${more}`, { headers });
      if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
      const page = (await response.json()) as { result: { id: string }[]; next_cursor: string | null };
      for (const { id } of page.result) ids.push(id);
      cursor = page.next_cursor;
    }
    return ids;
  });
  const distinct = new Set(seen).size;
  if (distinct !== 10_000 || seen.length !== distinct)
    throw new Error(`${distinct} of 10,000 contacts came, ${seen.length} in all`);
  return { before, most: Math.max(before, ...samples) };
}

type OfPage = Readonly<Record<Way, { readonly alone: Measurement; readonly crowd: Measurement }>>;
type Round = Readonly<Record<(typeof pageSizes)[number], OfPage>>;

async function runRound(arena: Arena, sizes: Sizes, isReversed: boolean): Promise<Round> {
  const ways: Way[] = isReversed ? ["unified", "proxied"] : ["proxied", "unified"];
  const pages: [number, OfPage][] = [];
  for (const limit of pageSizes) {
    const measured: [Way, OfPage[Way]][] = [];
    for (const way of ways) {
      const alone = await measure(arena, way, limit, 1, sizes.seconds);
      measured.push([way, { alone, crowd: await measure(arena, way, limit, sizes.connections, sizes.seconds) }]);
    }
    pages.push([limit, Object.fromEntries(measured) as OfPage]);
  }
  return Object.fromEntries(pages) as Round;
}

function report(sizes: Sizes, bytes: number, rounds: readonly Round[], walks: readonly Walk[]): Report {
  const row = (
    measured: string,
    limit: (typeof pageSizes)[number],
    read: (one: OfPage[Way]) => number,
    digits: number,
  ): Result => {
    const of = (way: Way): number[] => rounds.map((round) => read(round[limit][way]));
    return {
      measured,
      floor: spread(of("proxied"), digits),
      subject: spread(of("unified"), digits),
      target: "",
      reached: spread(
        rounds.map((round) => read(round[limit].unified) / read(round[limit].proxied)),
        2,
      ),
      isReached: null,
    };
  };
  return {
    name: "unified: the same page through the proxy, and unified",
    results: [
      ...pageSizes.flatMap((limit) => {
        const what = limit === 1 ? "1 contact" : `${limit} contacts`;
        return [
          row(`${what}, one caller, p50 ms`, limit, ({ alone }) => alone.p50, 2),
          row(`${what}, one caller, p99 ms`, limit, ({ alone }) => alone.p99, 2),
          row(`${what}, ${sizes.connections} callers, per second`, limit, ({ crowd }) => crowd.perSecond, 0),
          row(`${what}, CPU ms per request, api and evaluators`, limit, ({ crowd }) => crowd.cpuMs, 2),
        ];
      }),
      memoryOf(walks),
    ],
    notes: [
      `${sizes.rounds} rounds of ${sizes.seconds} s each way, in turn; medians (least–greatest). Reached is unified by proxied. A page of 100 is ${Math.round(bytes / 1024)} KiB.`,
    ],
    rounds: [...rounds.map((round) => ({ ...round })), ...walks.map((walk) => ({ ...walk }))],
  };
}

/** Of the last list that was walked through against the first one: what is kept of a list would be there again and again. */
function memoryOf(walks: readonly Walk[]): Result {
  const inMebibytes = (bytes = 0): string => (bytes / mebibyte).toFixed(0);
  const [first, last] = [walks[0], walks.at(-1)];
  const grown = (last?.most ?? 0) - (first?.most ?? 0);
  return {
    measured: `10,000 contacts by pages of 100, ${walks.length} times, MiB of api and evaluators at most`,
    floor: `${inMebibytes(first?.most)} in the first`,
    subject: `${inMebibytes(last?.most)} in the last`,
    target: "under 64 more",
    reached: `${inMebibytes(grown)} more (${inMebibytes(first?.before)} before the first)`,
    // A system that does not tell has reached nothing.
    isReached: first === undefined || first.most === 0 ? null : grown / mebibyte < 64,
  };
}
