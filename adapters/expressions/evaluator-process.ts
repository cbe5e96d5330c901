// A process around the thread that evaluates. A thread can be ended in the middle of a regular expression, but not kept from
// asking for so much memory at once that V8 ends the whole process: so that process holds nothing else.
import { Worker } from "node:worker_threads";
import type { ExpressionFailure } from "#core/ports/expressions";
import { limits, type Evaluation, type EvaluationAnswer } from "./evaluation.ts";

/** Pauses between two looks at the clock, milliseconds. */
const lookMs = 20;

type Started = { readonly thread: Worker; readonly ready: Promise<void> };

let started: Started = start();

function start(): Started {
  const thread = new Worker(new URL("evaluation-thread.ts", import.meta.url), {
    env: {},
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  thread.once("message", () => resolve());
  thread.once("error", reject);
  promise.catch(() => {});
  return { thread, ready: promise };
}

async function evaluate(asked: Evaluation): Promise<EvaluationAnswer> {
  const { thread, ready } = started;
  await ready;
  const { promise, resolve } = Promise.withResolvers<EvaluationAnswer>();
  let isSpent = false;
  const end = (reason: ExpressionFailure): void => {
    isSpent = true;
    resolve({ kind: "failed", reason, detail: "" });
  };
  const onError = (): void => end("crashed");
  thread.once("message", resolve);
  thread.once("error", onError);
  const clock = watch(() => end("too_slow"));
  thread.postMessage(asked);
  const answer = await promise;
  clearInterval(clock);
  thread.off("message", resolve);
  if (isSpent) {
    // Its error listener stays: what it still has to say is nobody's business. It may yet take this process with it, and that must
    // not cost whoever comes next.
    await thread.terminate();
    started = start();
  } else {
    thread.off("error", onError);
  }
  return answer;
}

/** By the CPU time of this process, which does nothing else: a machine that is busy with others makes no expression slow. */
function watch(onOver: () => void): NodeJS.Timeout {
  const from = process.cpuUsage();
  const fromMs = performance.now();
  return setInterval(() => {
    const { user, system } = process.cpuUsage(from);
    if ((user + system) / 1000 >= limits.cpuMs || performance.now() - fromMs >= limits.wallMs) onOver();
  }, lookMs);
}

// Whoever started this ends it: a signal to the whole group is not for it, since its parent may still need answers.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
process.on("disconnect", () => process.exit(0));
process.on(
  "message",
  (asked: Evaluation) =>
    void evaluate(asked).then(
      (answer) => process.send?.(answer),
      () => process.exit(1),
    ),
);
await started.ready;
process.send?.("ready");
