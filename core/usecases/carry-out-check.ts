import { checkTimes, type CheckScenario } from "../domain/integration/check-run.ts";
import type { CheckRunner } from "../ports/check-runner.ts";
import type { CheckEnd, CheckStore } from "../ports/check-store.ts";
import type { Log } from "../ports/log.ts";

export interface CarryOutPorts {
  readonly checks: CheckStore;
  readonly checkRunner: CheckRunner;
  readonly log: Pick<Log, "warn">;
}

const tooLong = `It took longer than ${checkTimes.longestSeconds} s and was ended.`;
const stopped = "The worker was stopped meanwhile. Start it again.";

/**
 * Carries out what somebody started, and writes down each scenario as it ends. Nothing is thrown: a run that comes to no end says why.
 *
 * @param options `stopping`: this worker ends; `beat` ms between two signs of life
 */
export async function carryOutCheck(
  ports: CarryOutPorts,
  id: string,
  { stopping, beatMs = 10_000 }: { readonly stopping: AbortSignal; readonly beatMs?: number },
): Promise<void> {
  const { checks, checkRunner, log } = ports;
  const run = await checks.claim(id);
  if (run === null) return;
  const given = new AbortController();
  const late = AbortSignal.timeout(checkTimes.longestSeconds * 1000);
  // One after the other: what came first stands first.
  let written: Promise<void> = Promise.resolve();
  const write = (scenario: CheckScenario | null): void => {
    written = written
      .then(async () => {
        if (!(await checks.note(id, scenario))) given.abort();
      })
      .catch((error: unknown) => {
        log.warn({ error, check: id }, "a scenario of a check could not be written down");
        given.abort();
      });
  };
  const beat = setInterval(() => write(null), beatMs);
  let end: CheckEnd;
  try {
    end = await checkRunner.run(run, write, AbortSignal.any([stopping, late, given.signal]));
  } catch (error) {
    log.warn({ error, check: id }, "a check failed");
    end = { kind: "failed", detail: "It failed, and not by the definition's doing. The worker's log says why." };
  } finally {
    clearInterval(beat);
  }
  await written;
  if (stopping.aborted) end = { kind: "failed", detail: stopped };
  else if (late.aborted) end = { kind: "failed", detail: tooLong };
  await checks.finish(id, end);
}
