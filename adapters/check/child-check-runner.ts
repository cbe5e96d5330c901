import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { CheckScenario } from "#core/domain/integration/check-run";
import type { CheckEnd } from "#core/ports/check-store";
import type { CheckRunner } from "#core/ports/check-runner";
import { checkEventSchema, type CheckEvent } from "./check-events.ts";

const main = fileURLToPath(new URL("../../cli/check/check-process.ts", import.meta.url));
/** Of the machine alone: no address of a database, no secret and no key reaches it. */
const environmentOf = (): NodeJS.ProcessEnv =>
  Object.fromEntries<string>(
    ["PATH", "HOME", "TZ", "LANG"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  ) as unknown as NodeJS.ProcessEnv;
/** A check says some kilobytes; more is no check. */
const mostCharacters = 2_000_000;
/** How long it may take to clear away after itself, milliseconds. */
const patienceMs = 10_000;

/**
 * A check in a process of its own. The lab, the engine on trial and its PostgreSQL stay out of the worker, which holds keys and
 * refreshes accounts meanwhile; the process knows nothing but the document, and can call nobody but the provider of its trial.
 */
export function createChildCheckRunner(script: string = main): CheckRunner {
  return {
    async run({ document, withSamples }, tell, signal) {
      // Whatever it leaves behind, killed anywhere, goes with this.
      const directory = await mkdtemp(join(tmpdir(), "eg-check-"));
      const child = spawn(process.execPath, [script], {
        env: { ...environmentOf(), TMPDIR: directory },
        stdio: ["pipe", "pipe", "pipe"],
      });
      const ended = new Promise<void>((resolve) => {
        child.once("close", () => resolve());
        child.once("error", () => resolve());
      });
      const stop = (): void => stopGently(child, ended);
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      child.stdin.on("error", () => {});
      child.stdin.end(JSON.stringify({ document, with_samples: withSamples }));
      try {
        return await listen(child, tell, ended);
      } finally {
        signal.removeEventListener("abort", stop);
        stop();
        await ended;
        await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      }
    },
  };
}

async function listen(
  child: ChildProcess,
  tell: (scenario: CheckScenario) => void,
  ended: Promise<void>,
): Promise<CheckEnd> {
  let end: CheckEnd | null = null;
  let heard = 0;
  let complaint = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString("utf8")).slice(-2000);
  });
  if (child.stdout !== null) {
    const lines = createInterface({ input: child.stdout, crlfDelay: Infinity });
    for await (const line of lines) {
      heard += line.length;
      const event = heard > mostCharacters ? null : readEvent(line);
      // What is no event is no word of the check: something else writes there, and is not believed.
      if (event === null) continue;
      if (event.event === "scenario") tell(toScenario(event.scenario));
      else
        end =
          event.event === "done"
            ? { kind: "done", leftAside: event.left_aside }
            : { kind: "failed", detail: event.detail };
    }
  }
  await ended;
  return (
    end ?? { kind: "failed", detail: `The process of the check ended before its time. ${lastLine(complaint)}`.trim() }
  );
}

function readEvent(line: string): CheckEvent | null {
  try {
    const read = checkEventSchema.safeParse(JSON.parse(line));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

function toScenario(told: (CheckEvent & { readonly event: "scenario" })["scenario"]): CheckScenario {
  const { steps, ...about } = told;
  return {
    ...about,
    steps: steps.map((step) => ({
      answered: step.answered,
      outcome: step.outcome,
      rule: step.rule,
      httpStatus: step.http_status,
      error: step.error,
      explanation: step.explanation,
      status: step.status,
      scopesMissing: step.scopes_missing,
      nextRefreshIn: step.next_refresh_in,
      expiresIn: step.expires_in,
      callerGot: step.caller_got,
    })),
  };
}

/** It has a PostgreSQL to end and a directory to remove; whoever does not manage that is killed. */
function stopGently(child: ChildProcess, ended: Promise<void>): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  timer.unref();
  void ended.then(() => clearTimeout(timer));
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
}
