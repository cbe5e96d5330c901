// The pages that operators live in, with a thousand times the accounts and attempts: overview, account search, account page. As a
// browser asks for them, through api and web, and the calls of the API that they stand on, against the same with 1,000 accounts in turn.
import { buildWebIfStale } from "#scripts/build";
import { findFreePort } from "#scripts/ports";
import { startProcess, type StartedProcess } from "#test/start-process";
import { runCli } from "#test/run-cli";
import { cookieOf, tryToSignIn } from "#test/sign-in-as";
import type { Stack } from "#test/start-stack";
import type { BenchmarkOptions, Report, Result } from "../benchmark.ts";
import { startInstallation, type Installation } from "../cluster.ts";
import { median, quantile } from "../statistics.ts";
import { defineIntegrations, seedDashboard, someAccounts, type DashboardSizes } from "./seed-dashboard.ts";

interface Sizes {
  readonly few: DashboardSizes;
  readonly many: DashboardSizes;
  readonly rounds: number;
  /** Of each page, in a round. */
  readonly requests: number;
}

/** At most this many times the p95 of the same page with few accounts. */
const target = 3;

function sizesOf(isQuick: boolean): Sizes {
  const accounts = Number(process.env["EVERGRANT_BENCH_ACCOUNTS"] ?? (isQuick ? 5_000 : 1_000_000));
  if (!Number.isSafeInteger(accounts) || accounts < 1_000) {
    throw new Error("EVERGRANT_BENCH_ACCOUNTS is a number of accounts from 1000 on");
  }
  return {
    few: { accounts: 1_000, attempts: 10_000 },
    many: { accounts, attempts: accounts * 10 },
    rounds: isQuick ? 2 : 12,
    requests: isQuick ? 5 : 20,
  };
}

interface Arena {
  readonly label: string;
  readonly installation: Installation;
  readonly processes: readonly StartedProcess[];
  readonly origin: string;
  readonly cookie: string;
  readonly accounts: readonly { readonly id: string; readonly tenantId: string }[];
  /** Whether accounts can be searched for, or found by their tenant alone. */
  readonly hasSearch: boolean;
}

/** What is asked for, by the number of the request. */
interface Subject {
  readonly name: string;
  readonly path: (arena: Arena, number: number) => string;
}

const accountOf = ({ accounts }: Arena, number: number) =>
  accounts[number % accounts.length] ?? { id: "", tenantId: "" };
const found = (arena: Arena, number: number): string =>
  `${arena.hasSearch ? "search" : "tenant_id"}=${accountOf(arena, number).tenantId}`;

const subjects: readonly Subject[] = [
  { name: "page: overview", path: () => "/" },
  { name: "page: overview, 30 days", path: () => "/?window=30d" },
  { name: "page: account search", path: (arena, number) => `/accounts?${found(arena, number)}` },
  { name: "page: accounts to re-authorize", path: () => "/accounts?status=needs_reauth" },
  { name: "page: account", path: (arena, number) => `/accounts/${accountOf(arena, number).id}` },
  { name: "GET /stats/overview", path: () => "/api/v1/stats/overview" },
  { name: "GET /stats/series", path: () => "/api/v1/stats/series" },
  { name: "GET /stats/health", path: () => "/api/v1/stats/health" },
  { name: "GET /events", path: () => "/api/v1/events?limit=8" },
  {
    name: "GET /integrated-accounts, found",
    path: (arena, number) => `/api/v1/integrated-accounts?${found(arena, number)}`,
  },
  { name: "GET /integrated-accounts", path: () => "/api/v1/integrated-accounts?limit=50" },
  {
    name: "GET …/refresh-attempts",
    path: (arena, number) => `/api/v1/integrated-accounts/${accountOf(arena, number).id}/refresh-attempts`,
  },
];

type Times = Readonly<Record<string, { readonly few: readonly number[]; readonly many: readonly number[] }>>;

export async function benchmarkDashboard({ steps, isQuick }: BenchmarkOptions): Promise<Report> {
  const sizes = sizesOf(isQuick);
  await steps.step("pages are built", async () => void (await buildWebIfStale()));
  const arenas: Arena[] = [];
  try {
    for (const one of [sizes.few, sizes.many]) {
      const label = `${one.accounts.toLocaleString("en")} accounts, ${one.attempts.toLocaleString("en")} attempts`;
      arenas.push(await steps.step(label, (note) => prepare(label, one, note)));
    }
    const [few, many] = arenas as [Arena, Arena];
    await steps.step("warming up", async () => {
      for (const subject of subjects) for (const arena of arenas) await measure(arena, subject, 0, 5);
    });
    const rounds: Times[] = [];
    for (let round = 1; round <= sizes.rounds; round += 1) {
      const times = await steps.step(`dashboard: round ${round} of ${sizes.rounds}`, async (note) => {
        const of: Record<string, { few: number[]; many: number[] }> = {};
        for (const subject of subjects) {
          note(subject.name);
          const first = round * sizes.requests;
          // In turn: whatever else the machine does meets both.
          const isFewFirst = round % 2 === 1;
          const one = await measure(isFewFirst ? few : many, subject, first, sizes.requests);
          const other = await measure(isFewFirst ? many : few, subject, first, sizes.requests);
          of[subject.name] = isFewFirst ? { few: one, many: other } : { few: other, many: one };
        }
        return of;
      });
      rounds.push(times);
    }
    return report(few.label, many.label, rounds);
  } finally {
    for (const { processes, installation } of arenas) {
      for (const one of processes) await one.stop();
      await installation.close();
    }
  }
}

async function prepare(label: string, sizes: DashboardSizes, note: (text: string) => void): Promise<Arena> {
  const installation = await startInstallation();
  const processes: StartedProcess[] = [];
  try {
    await defineIntegrations(installation);
    await seedDashboard(installation, sizes, note);
    note("starting api and web");
    const [port, webPort] = [await findFreePort(), await findFreePort()];
    const origin = `http://127.0.0.1:${port}`;
    const env = {
      ...installation.env,
      EVERGRANT_URL: origin,
      LOG_LEVEL: "warn",
      WEB_ORIGIN: `http://127.0.0.1:${webPort}`,
    };
    processes.push(await startProcess("api/main.ts", { ...env, PORT: String(port) }));
    processes.push(
      await startProcess("web/main.ts", {
        NODE_ENV: "production",
        WEB_PORT: String(webPort),
        API_ORIGIN: origin,
        LOG_LEVEL: "warn",
      }),
    );
    const cookie = await signIn(origin, env);
    const described = (await (await fetch(`${origin}/api/v1/openapi.json`)).json()) as OpenApi;
    const parameters = described.paths["/integrated-accounts"]?.get?.parameters ?? [];
    return {
      label,
      installation,
      processes,
      origin,
      cookie,
      accounts: await someAccounts(installation.pool, 500),
      hasSearch: parameters.some(({ name }) => name === "search"),
    };
  } catch (error) {
    for (const one of processes) await one.stop();
    await installation.close();
    throw error;
  }
}

interface OpenApi {
  readonly paths: Readonly<
    Record<string, { readonly get?: { readonly parameters?: readonly { readonly name: string }[] } }>
  >;
}

async function signIn(origin: string, env: Record<string, string>): Promise<string> {
  const email = "bench@example.com";
  const { stdout, stderr } = await runCli(env, ["users", "create", "--email", email, "--role", "owner", "--json"]);
  if (stdout === "") throw new Error(stderr);
  const { password } = JSON.parse(stdout) as { password: string };
  const { session, url } = await tryToSignIn({ apis: [{ origin }] } as unknown as Stack, email, password);
  if (session === null) throw new Error(`could not sign in: ${url}`);
  return cookieOf(session);
}

/** One after the other, as one operator asks. @returns milliseconds, to the last byte */
async function measure(arena: Arena, { name, path }: Subject, first: number, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let number = first; number < first + count; number += 1) {
    const startedMs = performance.now();
    const response = await fetch(`${arena.origin}${path(arena, number)}`, {
      headers: { cookie: arena.cookie, accept: name.startsWith("page") ? "text/html" : "application/json" },
      redirect: "manual",
    });
    const text = await response.text();
    times.push(performance.now() - startedMs);
    if (response.status !== 200) throw new Error(`${name} of ${arena.label}: ${response.status} ${text.slice(0, 300)}`);
  }
  return times;
}

function report(few: string, many: string, rounds: readonly Times[]): Report {
  const all = (name: string, which: "few" | "many"): number[] => rounds.flatMap((round) => round[name]?.[which] ?? []);
  const results = subjects.map(({ name }): Result => {
    const [small, large] = [all(name, "few"), all(name, "many")];
    const ratio = quantile(large, 0.95) / quantile(small, 0.95);
    const middle = median(large) / median(small);
    const isPage = name.startsWith("page");
    return {
      measured: `${name}, p95 ms`,
      floor: `${quantile(small, 0.95).toFixed(0)} (p50 ${median(small).toFixed(0)})`,
      subject: `${quantile(large, 0.95).toFixed(0)} (p50 ${median(large).toFixed(0)})`,
      target: isPage ? `at most ${target}` : "",
      reached: `${ratio.toFixed(2)} (p50 ${middle.toFixed(2)})`,
      isReached: isPage ? ratio <= target : null,
    };
  });
  return {
    name: "dashboard",
    results,
    notes: [`Floor: ${few}. Evergrant: ${many}. ${rounds.length} rounds, in turn; one request at a time.`],
    rounds: rounds.map((round) => ({ ...round })),
  };
}
