import { setImmediate as endOfTurn } from "node:timers/promises";
import { isDatabaseUnavailable } from "./pool.ts";

/** Who has waited this long, milliseconds, does not stay in line once the database shows to be away. */
const patienceMs = 5_000;

/**
 * Group commit, and group reading: while a statement is on its way, what arrives waits and goes together in the next one. Under load
 * many share the cost of one. Each statement waits for the end of the event loop's turn, which has the rest of what came in it:
 * nothing to who comes alone, and twice as many in a statement where many come.
 *
 * A database that does not even refuse costs each statement its whole time limit. So a failure that says it is away is also that of
 * whoever has waited for some seconds: the line would grow faster than it fails, and its end would wait for minutes.
 *
 * @param send answers in the order of what it was given; its failure is everybody's of that group
 * @param most of one statement
 */
export function createGrouped<I, O>(
  send: (inputs: readonly I[]) => Promise<readonly O[]>,
  { most }: { readonly most: number },
): (input: I) => Promise<O> {
  interface Waiting {
    readonly input: I;
    readonly sinceMs: number;
    readonly resolve: (output: O) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let isSending = false;

  const giveUp = (error: unknown): void => {
    const untilMs = performance.now() - patienceMs;
    const still = waiting.findIndex(({ sinceMs }) => sinceMs > untilMs);
    const over = waiting.splice(0, still < 0 ? waiting.length : still);
    for (const { reject } of over) reject(error);
  };

  const flush = async (): Promise<void> => {
    isSending = true;
    while (waiting.length > 0) {
      await endOfTurn();
      const group = waiting.slice(0, most);
      waiting = waiting.length > most ? waiting.slice(most) : [];
      try {
        const outputs = await send(group.map(({ input }) => input));
        group.forEach(({ resolve }, index) => resolve(outputs[index] as O));
      } catch (error) {
        for (const { reject } of group) reject(error);
        if (isDatabaseUnavailable(error)) giveUp(error);
      }
    }
    isSending = false;
  };

  return (input) =>
    new Promise<O>((resolve, reject) => {
      waiting.push({ input, sinceMs: performance.now(), resolve, reject });
      if (!isSending) void flush();
    });
}
