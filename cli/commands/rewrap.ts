import type { Container } from "#adapters/container";
import { isClean, secondsLeft, type RewrapRun } from "#core/domain/sealing/rewrap-run";
import type { EnvironmentRecord } from "#core/ports/environment-store";
import { runRewrap } from "#core/usecases/run-rewrap";
import { changeRewrap, startRewrap, type RewrapWish } from "#core/usecases/start-rewrap";
import type { CommandResult } from "../main.ts";
import { parseOptions } from "../parse-options.ts";
import { UsageError } from "../usage-error.ts";
import { environmentsOf, onCommandLine } from "./keys.ts";

/** How often a run that a worker holds is looked at. */
const lookMs = 1_000;

/**
 * Re-wraps in the foreground, one environment after the other. Ctrl-C pauses; the next call goes on where it was. A run that a worker
 * has in hand is followed to its end. Exit code 0 only when everything is under the current key, and the sample opened.
 *
 * `--everything` wraps anew what is under that key already, too: once, after it got a new version inside.
 */
export async function keysRewrap(container: Container, args: string[]): Promise<CommandResult> {
  const { values } = parseOptions(args, { environment: "string", pace: "string", everything: "boolean" });
  const wish = { pace: paceOf(values.pace), everything: values.everything === true };
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const runs: { readonly environment: string; readonly run: RewrapRun }[] = [];
  try {
    for (const environment of await environmentsOf(container, values.environment)) {
      if (stopping.signal.aborted) break;
      runs.push({ environment: environment.name, run: await rewrapOne(container, environment, wish, stopping.signal) });
    }
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
  const isDone = !stopping.signal.aborted && runs.every(({ run }) => isClean(run));
  return {
    json: {
      runs: runs.map(({ environment, run }) => ({
        environment,
        id: run.id,
        state: run.state,
        to: run.toKid,
        everything: run.everything,
        total: run.total,
        done: run.done,
        failed: run.failed,
        anew: run.anew,
        sample: run.sampleSize,
        sample_opened: run.sampleOpened,
        remaining: run.remaining,
      })),
    },
    text: runs.map(({ environment, run }) => `${environment}: ${describe(run)}`).join("\n"),
    exitCode: isDone ? 0 : 1,
  };
}

type Wish = Required<RewrapWish>;

function paceOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const pace = Number(text);
  if (!Number.isInteger(pace) || pace < 1 || pace > 1_000_000)
    throw new UsageError("--pace takes values a second, from 1");
  return pace;
}

async function rewrapOne(
  container: Container,
  environment: EnvironmentRecord,
  wish: Wish,
  signal: AbortSignal,
): Promise<RewrapRun> {
  const caller = onCommandLine(environment);
  const { owner, rewraps } = container;
  let run = await takeUp(container, environment, wish);
  const tell = createTeller(environment.name);
  tell(run);
  while (run.state === "running" && !signal.aborted) {
    const worked = await runRewrap(container, {
      runId: run.id,
      owner,
      actor: caller.id,
      signal,
      onProgress: tell,
    });
    // Null: a worker has it in hand, or this process is not configured for it.
    if (worked === null || worked.state === "running") await container.clock.sleep(lookMs, signal);
    run = (await rewraps.find(environment.id, run.id)) ?? run;
    tell(run);
  }
  tell.end();
  if (signal.aborted && run.state === "running")
    run = await changeRewrap(container, caller, run.id, { command: "pause" });
  return run;
}

/** The run that is there, or a new one. One that goes to another key than the configuration's, or does less than is asked, ends here. */
async function takeUp(container: Container, environment: EnvironmentRecord, wish: Wish): Promise<RewrapRun> {
  const { pace, everything } = wish;
  const caller = onCommandLine(environment);
  const there = await container.rewraps.findUnfinished(environment.id);
  if (there === null) return await startRewrap(container, caller, wish, container.owner);
  const isLess = everything && !there.everything;
  if (isLess || there.toKid !== (await container.sealingKeys.currentKid(environment.id))) {
    await changeRewrap(container, caller, there.id, { command: "stop" });
    return await startRewrap(container, caller, wish, container.owner);
  }
  if (everything) {
    process.stderr.write(
      `The run of ${there.startedAt.toISOString()} goes on (${there.id}). Where the key got a version since by other means than keys rotate, stop it and begin anew: what it has passed is under the version before.\n`,
    );
  }
  const isPaused = there.state === "paused";
  if (!isPaused && pace === null) return there;
  return await changeRewrap(container, caller, there.id, {
    ...(isPaused ? { command: "resume" as const } : {}),
    ...(pace === null ? {} : { pace }),
  });
}

/** A bar on a terminal, a line every ten seconds elsewhere; on stderr, so that `--json` keeps stdout. */
function createTeller(environment: string): ((run: RewrapRun) => void) & { end: () => void } {
  const isTerminal = process.stderr.isTTY;
  const everyMs = isTerminal ? 200 : 10_000;
  let toldMs = Number.NEGATIVE_INFINITY;
  const tell = (run: RewrapRun): void => {
    const nowMs = performance.now();
    if (run.state === "running" && nowMs - toldMs < everyMs) return;
    toldMs = nowMs;
    const line = `${environment}  ${barOf(run)}  ${describe(run)}`;
    process.stderr.write(isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
  };
  return Object.assign(tell, { end: () => void (isTerminal && process.stderr.write("\n")) });
}

const barWidth = 30;

function barOf({ total, done, failed, state }: RewrapRun): string {
  const part = state === "done" ? 1 : total === 0 ? 0 : Math.min(1, (done + failed) / total);
  const full = Math.round(part * barWidth);
  return `[${"#".repeat(full)}${".".repeat(barWidth - full)}] ${Math.floor(part * 100)} %`;
}

function describe(run: RewrapRun): string {
  const parts = [
    `${run.done} of ${run.total} re-wrapped under ${run.everything ? "the newest version of " : ""}${run.toKid}`,
  ];
  if (run.failed > 0) parts.push(`${run.failed} do not open`);
  if (run.anew > 0) parts.push(`${run.anew} were sealed with an old key meanwhile`);
  const left = secondsLeft(run);
  if (run.state === "running" && run.rate !== null) parts.push(`${Math.round(run.rate)}/s`);
  if (run.state === "running" && left !== null && left > 0) parts.push(`${left} s left`);
  if (run.state === "running" && run.phase === "verifying") parts.push("opening a sample");
  if (run.lastError !== null) parts.push(run.lastError);
  if (run.sampleSize !== null) parts.push(`${run.sampleOpened} of ${run.sampleSize} of a sample opened`);
  for (const [kid, count] of Object.entries(run.remaining ?? {})) parts.push(`${kid} still seals ${count}`);
  if (run.state === "paused" || run.state === "stopped") parts.push(run.state);
  return parts.join(", ");
}
