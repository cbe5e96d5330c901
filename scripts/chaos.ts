// npm run chaos: real processes under attack, against a real provider; what it cost goes into a report.
//   --accounts 2000  --seconds 600  --faults all|database|none|<kind,kind>  --seed <n>  --report docs/chaos.md (none: "")
//   --apis 3  --workers 2  --token-seconds 20  --provider-ms 40  --reads 30  --own-spools  --logs <directory>  --json <file>
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { writeChaosReport } from "#test/chaos/write-report";
import { commandOf, resultRows, verdictLine } from "#test/chaos/render-report";
import { faultKinds } from "#test/chaos/faults";
import { defaultChaosOptions, isFaultKind, runChaos, type ChaosOptions, type FaultChoice } from "#test/chaos/run-chaos";
import type { Progress } from "#test/chaos/run-chaos";

function readOptions(): { options: ChaosOptions; report: string; json: string | null } {
  const { values } = parseArgs({
    options: {
      accounts: { type: "string", default: String(defaultChaosOptions.accounts) },
      seconds: { type: "string", default: String(defaultChaosOptions.seconds) },
      apis: { type: "string", default: String(defaultChaosOptions.apis) },
      workers: { type: "string", default: String(defaultChaosOptions.workers) },
      "token-seconds": { type: "string", default: String(defaultChaosOptions.accessTokenSeconds) },
      "provider-ms": { type: "string", default: String(defaultChaosOptions.providerMilliseconds) },
      reads: { type: "string", default: String(defaultChaosOptions.readsPerSecond) },
      faults: { type: "string", default: "all" },
      seed: { type: "string" },
      report: { type: "string", default: "docs/chaos.md" },
      "own-spools": { type: "boolean", default: false },
      logs: { type: "string" },
      json: { type: "string" },
    },
  });
  return {
    options: {
      ...defaultChaosOptions,
      accounts: positive("accounts", values.accounts),
      seconds: positive("seconds", values.seconds),
      apis: positive("apis", values.apis),
      workers: positive("workers", values.workers),
      accessTokenSeconds: positive("token-seconds", values["token-seconds"]),
      providerMilliseconds: positive("provider-ms", values["provider-ms"]),
      readsPerSecond: positive("reads", values.reads),
      faults: readFaults(values.faults),
      seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : positive("seed", values.seed),
      ownSpools: values["own-spools"],
      logDirectory: values.logs ?? null,
    },
    report: values.report,
    json: values.json ?? null,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} ${text}: expected a whole number above 0`);
  return value;
}

function readFaults(text: string): FaultChoice {
  if (text === "all" || text === "database" || text === "none") return text;
  const kinds = text.split(",");
  const known = kinds.filter(isFaultKind);
  if (known.length < kinds.length)
    throw new Error(`--faults ${text}: expected all, database, none or of ${faultKinds.join(", ")}`);
  return known;
}

const progressEveryMs = process.stdout.isTTY ? 0 : 10_000;
let toldAt = 0;
let toldStage = "";

function show(progress: Progress): void {
  const now = Date.now();
  if (progress.stage === toldStage && now - toldAt < progressEveryMs) return;
  [toldAt, toldStage] = [now, progress.stage];
  const { sample } = progress;
  const line =
    progress.stage === "creating accounts"
      ? `creating accounts: ${progress.done}`
      : `${progress.elapsedSeconds.toFixed(0).padStart(4)} s  ${progress.stage}` +
        `${progress.stage === "refreshing all" ? ` (${progress.done})` : ""}: ${sample?.active ?? "?"} active, ` +
        `${progress.refreshesPerSecond.toFixed(0)} refreshes/s, ${progress.faults} faults, ${sample?.expired ?? "?"} expired` +
        `${sample?.needsReauth ? `, ${sample.needsReauth} needs_reauth` : ""}${progress.now === "" ? "" : `, now: ${progress.now}`}`;
  const columns = process.stdout.columns || 80;
  process.stdout.write(process.stdout.isTTY ? `\r\u001B[K${line.slice(0, columns - 1)}` : `${line}\n`);
}

async function main(): Promise<void> {
  const { options, report, json } = readOptions();
  process.stdout.write(`${commandOf(options)}\n`);
  const result = await runChaos(options, show);
  if (process.stdout.isTTY) process.stdout.write("\r\u001B[K");
  for (const [name, value, meaning] of resultRows(result))
    process.stdout.write(`${name.padEnd(20)} ${value.padStart(8)}   ${meaning}\n`);
  for (const lost of result.verdict.lost.slice(0, 20))
    process.stdout.write(
      `lost ${lost.accountId} (${lost.problem}): #${lost.fault?.number ?? "?"} ${lost.explanation}\n`,
    );
  for (const death of result.ownDeaths)
    process.stdout.write(`died: ${death.name} with ${death.inHand.length} in hand: ${death.text}\n`);
  const { isGood, text } = verdictLine(result);
  process.stdout.write(`seed ${options.seed}: ${text}\n`);
  if (report !== "") writeChaosReport(report, result, new Date());
  if (json !== null) writeFileSync(json, JSON.stringify(result, null, 1));
  // Connections that were cut while they opened may linger.
  process.exit(isGood ? 0 : 1);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
