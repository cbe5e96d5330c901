import type { ByteBudget } from "./byte-budget.ts";

/** The body of a caller's request, read once, that can be sent a second time as long as all of it was kept. */
export interface KeptBody {
  /** From its first byte. Whoever was reading before gets an error, and no chunk more. Fails once more came than is kept. */
  read(): AsyncIterable<Uint8Array>;
  /** Whether `read` works once more. */
  isWhole(): boolean;
  /** Stays as whole as it is: nobody gets a chunk of it until it is read anew, or released. */
  hold(): void;
  /** Whoever was reading goes on. */
  release(): void;
  /** Nobody will read it again; what was kept is let go of as soon as whoever reads it is past it. */
  drop(): void;
}

/** A body up to this size survives the token that it was sent with, bytes. */
export const keptBodyBytes = 262_144;

/**
 * Nothing is read before somebody asks, nor more than they ask for. What came stays in memory until it is more than `mostBytes`;
 * from then on it streams by. A provider that answers before it has read everything leaves the rest unread, which a second
 * reading takes up where the first one stopped.
 *
 * One chunk may be on its way from the caller when the first reading ends. It is kept, whoever asked for it, and may be the one
 * that makes it too many; so it is a reader's turn, and not the chunk's, that lets go of what was kept.
 *
 * @param budget of all of them together; what it does not allow is not kept. Null: any
 */
export function createKeptBody(
  source: AsyncIterator<Uint8Array>,
  mostBytes: number = keptBodyBytes,
  budget: ByteBudget | null = null,
): KeptBody {
  /** In their order, but for those at the beginning that streamed by. */
  const kept: Uint8Array[] = [];
  let bytes = 0;
  let isTooMuch = false;
  let isRead = false;
  /** Of the budget. */
  let taken = 0;
  let isWhole = true;
  let readings = 0;
  let held: PromiseWithResolvers<void> | null = null;
  let pulling: Promise<IteratorResult<Uint8Array>> | null = null;

  /** One chunk at a time, whoever waits for it: a reader that left must not have taken it along. */
  const pull = (): Promise<IteratorResult<Uint8Array>> =>
    (pulling ??= source.next().then((next) => {
      if (next.done === true) return next;
      pulling = null;
      const { length } = next.value;
      bytes += length;
      kept.push(next.value);
      if (bytes > mostBytes || isTooMuch || budget?.take(length) === false) isTooMuch = true;
      else taken += length;
      return next;
    }));

  const drop = (): void => {
    budget?.give(taken);
    taken = 0;
    isTooMuch = true;
    if (!isRead) return;
    isWhole = false;
    kept.length = 0;
  };

  const release = (): void => {
    held?.resolve();
    held = null;
  };

  async function* readAs(reading: number): AsyncGenerator<Uint8Array> {
    if (!isWhole) throw new Error("the body was not kept");
    for (let at = 0; ;) {
      if (held !== null) await held.promise;
      // An end would make a whole of a part.
      if (reading !== readings) throw new Error("the body is read anew");
      if (held !== null) continue;
      const chunk = kept[at];
      if (chunk === undefined) {
        const next = await pull();
        if (next.done !== true || reading !== readings || held !== null) continue;
        isRead = true;
        return;
      }
      if (isTooMuch) {
        isWhole = false;
        drop();
        kept.splice(0, at + 1);
        at = 0;
      } else {
        at += 1;
      }
      yield chunk;
    }
  }

  return {
    isWhole: () => isWhole,
    hold: () => void (held ??= Promise.withResolvers<void>()),
    release,
    drop,
    read() {
      readings += 1;
      isRead = false;
      release();
      return readAs(readings);
    },
  };
}
