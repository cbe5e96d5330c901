/**
 * Group commit, and group reading: while as many statements are on their way as may be, what arrives waits and goes together in the
 * next one. Under load many share the cost of one; alone nobody waits.
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
    readonly resolve: (output: O) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];
  let sending = 0;

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
      }
    }
    sending -= 1;
  };

  return (input) =>
    new Promise<O>((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (sending < groups) void flush();
    });
}
