import { isDatabaseUnavailable } from "./pool.ts";

/** Who has waited this long, milliseconds, does not stay in line once the database shows to be away. */
const patienceMs = 5_000;

/**
 * Group commit, and group reading: while as many statements are on their way as may be, what arrives waits and goes together in the
 * next one. Under load many share the cost of one; alone nobody waits.
 *
 * A database that does not even refuse costs each statement its whole time limit. So a failure that says it is away is also that of
 * whoever has waited for some seconds: the line would grow faster than it fails, and its end would wait for minutes.
 *
 * @param send answers in the order of what it was given; its failure is everybody's of that group
 * @param most of one statement
 * @param groups statements on their way at a time
 */
export function createGrouped<I, O>(
  send: (inputs: readonly I[]) => Promise<readonly O[]>,
  { most, groups }: { readonly most: number; readonly groups: number },
): (input: I) => Promise<O> {
  interface Waiting {
    readonly input: I;
    readonly sinceMs: number;
    readonly resolve: (output: O) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let sending = 0;

  const giveUp = (error: unknown): void => {
    const untilMs = performance.now() - patienceMs;
    const still = waiting.findIndex(({ sinceMs }) => sinceMs > untilMs);
    const over = waiting.splice(0, still < 0 ? waiting.length : still);
    for (const { reject } of over) reject(error);
  };

  const flush = async (): Promise<void> => {
    sending += 1;
    while (waiting.length > 0) {
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
    sending -= 1;
  };

  return (input) =>
    new Promise<O>((resolve, reject) => {
      waiting.push({ input, sinceMs: performance.now(), resolve, reject });
      if (sending < groups) void flush();
    });
}
