/** The body of a caller's request, read once, that can be sent a second time as long as all of it was kept. */
export interface KeptBody {
  /** From its first byte. Whoever was reading before has to have stopped. Fails once more came than is kept. */
  read(): AsyncIterable<Uint8Array>;
  /** Whether `read` works once more. */
  isWhole(): boolean;
}

/** A body up to this size survives the token that it was sent with, bytes. */
export const keptBodyBytes = 262_144;

/**
 * Nothing is read before somebody asks, nor more than they ask for. What came stays in memory until it is more than `mostBytes`;
 * from then on it streams by. A provider that answers before it has read everything leaves the rest unread, which a second
 * reading takes up where the first one stopped.
 */
export function createKeptBody(source: AsyncIterator<Uint8Array>, mostBytes: number = keptBodyBytes): KeptBody {
  let kept: Uint8Array[] | null = [];
  let bytes = 0;
  let pulling: Promise<IteratorResult<Uint8Array>> | null = null;

  /** One chunk at a time, whoever waits for it: a reader that left must not have taken it along. */
  const pull = (): Promise<IteratorResult<Uint8Array>> =>
    (pulling ??= source.next().then((next) => {
      pulling = next.done === true ? pulling : null;
      if (next.done === true || kept === null) return next;
      bytes += next.value.length;
      if (bytes > mostBytes) kept = null;
      else kept.push(next.value);
      return next;
    }));

  return {
    isWhole: () => kept !== null,
    async *read() {
      for (let at = 0; ; at += 1) {
        // From the second chunk that was not kept on, there is one reader, and it was there all along.
        if (at === 0 && kept === null) throw new Error("the body was not kept");
        const known = kept?.[at];
        if (known !== undefined) {
          yield known;
          continue;
        }
        const next = await pull();
        if (next.done === true) return;
        yield next.value;
      }
    },
  };
}
