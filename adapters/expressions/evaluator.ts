import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ExpressionFailed, type ExpressionFailure } from "#core/ports/expressions";
import type { Evaluation, EvaluationAnswer } from "./evaluation.ts";

/** One evaluator process, asked one thing at a time. */
export interface Evaluator {
  readonly isFree: boolean;
  /** Never rejects with anything but ExpressionFailed. */
  evaluate(asked: Evaluation): Promise<string | undefined>;
  close(): void;
}

const main = fileURLToPath(new URL("evaluator-process.ts", import.meta.url));
/** A machine under load takes its time to start a process, milliseconds. */
const startMs = 15_000;
/** The process ends an evaluation itself; this is for one that can't, milliseconds. */
const answerMs = 5_000;

/**
 * Starts a process without environment variables, that may not write files or start others, and that does not keep this one alive.
 *
 * @param onEnd it is of no use any more
 */
export function startEvaluator(onEnd: (evaluator: Evaluator) => void): Evaluator {
  const child = fork(main, {
    // Without a prototype: Node hands down what an environment inherits, too.
    env: Object.create(null) as NodeJS.ProcessEnv,
    execArgv: ["--permission", "--allow-worker", "--allow-fs-read=*", "--max-old-space-size=64"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    serialization: "advanced",
  });
  child.unref();
  child.channel?.unref();
  let waiting: ((answer: EvaluationAnswer) => void) | null = null;
  const ready = readiness(child);
  const end = (reason: ExpressionFailure): void => {
    child.removeAllListeners();
    // An error of a process that is being ended has nobody to tell.
    child.on("error", () => {});
    child.kill("SIGKILL");
    waiting?.({ kind: "failed", reason, detail: "" });
    onEnd(evaluator);
  };
  child.on("message", (message: EvaluationAnswer | "ready") => {
    if (message !== "ready") waiting?.(message);
  });
  const onCrash = (): void => end("crashed");
  child.on("error", onCrash);
  child.on("exit", onCrash);

  const evaluator: Evaluator & { isFree: boolean } = {
    isFree: true,
    async evaluate(asked) {
      evaluator.isFree = false;
      const { promise, resolve } = Promise.withResolvers<EvaluationAnswer>();
      waiting = resolve;
      // The timer, not the child, keeps this process alive while somebody waits.
      let timer = setTimeout(onCrash, startMs);
      void ready.then(() => {
        if (waiting !== resolve) return;
        clearTimeout(timer);
        timer = setTimeout(onCrash, answerMs);
        child.send(asked, (error) => {
          if (error !== null) onCrash();
        });
      });
      const answer = await promise;
      waiting = null;
      clearTimeout(timer);
      evaluator.isFree = true;
      if (answer.kind === "failed") throw new ExpressionFailed(answer.reason, answer.detail);
      return answer.kind === "value" ? answer.json : undefined;
    },
    close: () => end("closed"),
  };
  return evaluator;
}

/** Never settles for a process that ends before. */
function readiness(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once("message", () => resolve()));
}
