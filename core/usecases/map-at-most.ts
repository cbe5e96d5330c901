/** Like `Promise.all` over `map`, with so many of them under way at a time. After a failure no more begin, and it is everybody's. */
export async function mapAtMost<I, O>(
  most: number,
  inputs: readonly I[],
  work: (input: I) => Promise<O>,
): Promise<readonly O[]> {
  const outputs: O[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < inputs.length) {
      const at = next;
      next += 1;
      try {
        outputs[at] = await work(inputs[at] as I);
      } catch (error) {
        next = inputs.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, inputs.length) }, runner));
  return outputs;
}
