import { availableParallelism, cpus, totalmem } from "node:os";
import type { Recovery, Verdict } from "./judge.ts";
import { defaultChaosOptions as defaults, type ChaosOptions, type ChaosResult } from "./run-chaos.ts";
import type { QuietEnd } from "./settle.ts";

export type Row = readonly [name: string, value: string, meaning: string];

/** The numbers of a run, each with what it means; on the terminal and in docs/chaos.md. */
export function resultRows(result: ChaosResult): Row[] {
  const { verdict, reads, faults, ownDeaths } = result;
  const unexplained = verdict.lost.filter(({ fault }) => fault === null).length;
  const problems = Object.values(reads.problems).reduce((sum, count) => sum + count, 0);
  return [
    ["faults", String(faults.length), "what the nemesis did"],
    ["token requests", String(verdict.tokenRequests), "refreshes that reached the provider"],
    ["refreshes", String(verdict.refreshes), "those that it answered with a new token set"],
    ["refreshes under attack", String(verdict.refreshesUnderAttack), "those before the last fault was over"],
    [
      "reuse detections",
      String(verdict.reuseDetections),
      "spent refresh tokens that the provider saw again; each ended a grant",
    ],
    [
      "double refreshes",
      String(verdict.doubles.length),
      `refresh tokens that were presented twice, together or one after the other; ${verdict.spentTwice.length} of them after the first request had been carried out`,
    ],
    [
      "in flight at once",
      String(verdict.inFlightMax),
      "the most refreshes of one grant open at the provider at one time",
    ],
    [
      "lost grants",
      String(verdict.lost.length),
      "accounts active at the start that a forced refresh at the end could not refresh",
    ],
    [
      "… unexplained",
      String(unexplained),
      "lost grants that no kill or pause of the process in charge explains; must be 0",
    ],
    [
      "false needs_reauth",
      String(verdict.falseNeedsReauth.length),
      "needs_reauth although the grant lives at the provider; must be 0",
    ],
    [
      "token reads",
      String(reads.served),
      `tokens served to callers; ${problems} reads got a problem or no answer instead`,
    ],
    ["served expired", String(reads.servedExpired), "tokens that had ended before the caller asked; must be 0"],
    [
      "served dead",
      String(verdict.rejected.length),
      "tokens that the provider refused though their time was not over; must be 0",
    ],
    ["recovery", recoverySummary(verdict.recoveries), "from the end of a fault until no token was expired"],
    ["own deaths", String(ownDeaths.length), ownDeathsMeaning(ownDeaths)],
  ];
}

function ownDeathsMeaning(ownDeaths: ChaosResult["ownDeaths"]): string {
  const inHand = ownDeaths.reduce((sum, death) => sum + death.inHand.length, 0);
  return `processes that ended without the nemesis, with ${inHand} refreshes in hand; they come back`;
}

/**
 * A machine that the load fills is late with some accounts all the time, fault or not. One that has been without a token for longer
 * than a sweep takes to come round was forgotten.
 */
const forgottenSeconds = 75;

export function verdictLine({
  verdict,
  options,
  reads,
  quiet,
}: Pick<ChaosResult, "verdict" | "options" | "reads" | "quiet">): { isGood: boolean; text: string } {
  const broken = [
    verdict.lost.some(({ fault }) => fault === null) ? "a grant was lost and no fault explains it" : null,
    verdict.falseNeedsReauth.length > 0 ? "needs_reauth was said of living grants" : null,
    verdict.inFlightMax > 1 ? "two refreshes of one account were in flight" : null,
    reads.servedExpired > 0 ? "expired tokens were served" : null,
    verdict.rejected.length > 0 ? "dead tokens were served" : null,
    quiet.longestExpiredSeconds > forgottenSeconds ? "an account was not refreshed through the quiet time" : null,
    options.faults === "database" && verdict.lost.length > 0 ? "a database fault cost a grant" : null,
    options.faults === "database" && verdict.reuseDetections > 0 ? "a database fault led to a reuse" : null,
  ].filter((one) => one !== null);
  return {
    isGood: broken.length === 0,
    text: broken.length === 0 ? "everything that must hold held" : `broken: ${broken.join("; ")}`,
  };
}

function recoverySummary(recoveries: readonly Recovery[]): string {
  const known = recoveries.flatMap(({ seconds }) => (seconds === null ? [] : [seconds])).toSorted((a, b) => a - b);
  const open = recoveries.length - known.length;
  if (known.length === 0) return open === 0 ? "nothing to recover from" : `not before the next fault (${open})`;
  const at = (share: number): string => `${(known[Math.floor((known.length - 1) * share)] ?? 0).toFixed(1)} s`;
  const rest = open === 0 ? "" : `, ${open} not before the next fault`;
  return `median ${at(0.5)}, 90 % ${at(0.9)}, longest ${at(1)}${rest}`;
}

/** What brings this run about again; the nemesis makes the same choices, at other instants. */
export function commandOf(options: ChaosOptions): string {
  const faults = typeof options.faults === "string" ? options.faults : options.faults.join(",");
  const others = [
    ["apis", "apis"],
    ["workers", "workers"],
    ["token-seconds", "accessTokenSeconds"],
    ["provider-ms", "providerMilliseconds"],
    ["reads", "readsPerSecond"],
  ] as const;
  return [
    `npm run chaos -- --accounts ${options.accounts} --seconds ${options.seconds} --faults ${faults} --seed ${options.seed}`,
    ...others.filter(([, key]) => options[key] !== defaults[key]).map(([name, key]) => `--${name} ${options[key]}`),
    ...(options.ownSpools ? ["--own-spools"] : []),
  ].join(" ");
}

const titles = { all: "All faults", database: "Database faults alone", none: "No faults" } as const;

function describeQuiet({ seconds, isQuiet, expired, longestExpiredSeconds }: QuietEnd): string {
  if (isQuiet) return `every token fresh again after ${seconds.toFixed(0)} s`;
  return `${expired} tokens of those that end at any time were late by up to ${longestExpiredSeconds.toFixed(0)} s after ${seconds.toFixed(0)} s without a fault: the load fills the machine`;
}

/** The section of docs/chaos.md that one run writes. */
export function renderRun(result: ChaosResult, at: Date): string {
  const { options, verdict, reads, faults } = result;
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, shared by everything: PostgreSQL with fsync, the provider, all processes and the harness`;
  return `## ${typeof options.faults === "string" ? titles[options.faults] : `Chosen faults: ${options.faults.join(", ")}`}

\`\`\`sh
${commandOf(options)}
\`\`\`

${at.toISOString().slice(0, 10)}, ${machine}. ${options.accounts} accounts, access tokens of ${options.accessTokenSeconds} s, a provider that takes ${options.providerMilliseconds} ms, ${options.apis} API and ${options.workers} worker processes, ${options.readsPerSecond} token reads a second, ${options.seconds} s under attack; ${describeQuiet(result.quiet)}. ${verdictLine(result).text[0]?.toUpperCase()}${verdictLine(result).text.slice(1)}.

| Number | This run | Means |
|---|---|---|
${resultRows(result)
  .map(([name, value, meaning]) => `| ${name} | ${value} | ${meaning} |`)
  .join("\n")}

Reads that got no token, by problem: ${describeProblems(reads.problems)}.

### Faults and recoveries

| # | At | Fault | In hand | Most expired at once | Recovered after |
|---|---|---|---|---|---|
${verdict.recoveries.map((recovery) => recoveryRow(recovery, faults[0]?.startedAt ?? 0)).join("\n")}

${lostSection(verdict)}`;
}

function recoveryRow({ fault, mostExpired, seconds }: Recovery, startedAt: number): string {
  const at = `${((fault.startedAt - startedAt) / 1000).toFixed(0)} s`;
  const inHand = "target" in fault.fault && fault.fault.kind.match(/kill|pause/) ? String(fault.inHand.length) : "";
  const recovered = seconds === null ? "not before the next" : `${seconds.toFixed(1)} s`;
  return `| ${fault.number} | ${at} | ${fault.text} | ${inHand} | ${mostExpired} | ${recovered} |`;
}

function lostSection({ lost, activeAtStart }: Verdict): string {
  if (lost.length === 0) return `No grant was lost; all ${activeAtStart} accounts were refreshed once more at the end.`;
  const rows = lost.map(
    (one) =>
      `| \`${one.accountId}\` | ${one.status} | ${one.atProvider} | ${one.fault === null ? "none" : `#${one.fault.number}`} | ${one.explanation} |`,
  );
  return `### Lost grants

| Account | Status | At the provider | Fault | What happened |
|---|---|---|---|---|
${rows.join("\n")}`;
}

function describeProblems(problems: Readonly<Record<string, number>>): string {
  const entries = Object.entries(problems).toSorted(([, one], [, other]) => other - one);
  return entries.length === 0 ? "none" : entries.map(([code, count]) => `\`${code}\` ${count}`).join(", ");
}
