import { ExpressionFailed, type Expressions } from "#core/ports/expressions";
import { limits, type Evaluation } from "./evaluation.ts";
import { startEvaluator, type Evaluator } from "./evaluator.ts";
import { createFairQueue } from "./fair-queue.ts";

export interface ExpressionEvaluators extends Expressions {
  /** How many processes evaluate at the moment; none until the first expression comes. */
  readonly evaluators: number;
  close(): Promise<void>;
}

const mostEvaluators = 2;
/** Whoever waited this long goes without, milliseconds: its lease does not wait. */
const patienceMs = 5_000;

interface Waiting {
  readonly asked: Evaluation;
  readonly settle: (answer: Promise<string | undefined>) => void;
}

/**
 * JSONata in processes of its own, at most two, started when first needed (ADR 0022). Expressions take turns by their text, so
 * that a slow one holds up those of others for one turn at most.
 */
export function createExpressions(): ExpressionEvaluators {
  const evaluators = new Set<Evaluator>();
  const queue = createFairQueue<Waiting>();
  let isClosed = false;

  const pump = (): void => {
    while (queue.size > 0) {
      const free = [...evaluators].find((one) => one.isFree) ?? startAnother();
      const next = free === null ? null : queue.next();
      if (free === null || next === null) return;
      const answer = free.evaluate(next.asked);
      next.settle(answer);
      void answer.catch(() => {}).then(pump);
    }
  };
  const startAnother = (): Evaluator | null => {
    if (evaluators.size >= mostEvaluators) return null;
    const started = startEvaluator((ended) => {
      evaluators.delete(ended);
      pump();
    });
    evaluators.add(started);
    return started;
  };

  return {
    get evaluators() {
      return evaluators.size;
    },

    async evaluate(expression, input, bindings = {}) {
      if (isClosed) throw new ExpressionFailed("closed");
      const asked = { expression, input: asJson(input), bindings: asJson(bindings) };
      if (Buffer.byteLength(asked.input) + Buffer.byteLength(asked.bindings) > limits.inputBytes) {
        throw new ExpressionFailed("input_too_large");
      }
      const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
      const leave = setTimeout(() => {
        queue.remove(expression, waiting);
        reject(new ExpressionFailed("busy"));
      }, patienceMs);
      const settle: Waiting["settle"] = (answer) => {
        clearTimeout(leave);
        resolve(answer);
      };
      const waiting = { asked, settle };
      queue.add(expression, waiting);
      pump();
      const json = await promise;
      return json === undefined ? undefined : (JSON.parse(json) as unknown);
    },

    async close() {
      isClosed = true;
      for (let next = queue.next(); next !== null; next = queue.next()) {
        next.settle(Promise.reject(new ExpressionFailed("closed")));
      }
      for (const evaluator of evaluators) evaluator.close();
    },
  };
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch {
    // Nested deeper than the stack is high.
    throw new ExpressionFailed("input_too_large");
  }
}
