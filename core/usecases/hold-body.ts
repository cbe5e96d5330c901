import type { ByteBudget } from "./byte-budget.ts";

/** The beginning of an answer's body, looked at before it goes on. */
export interface HeldBody {
  /** All of it; null: it is longer, or took longer, than it is held back for. */
  readonly whole: Uint8Array | null;
  /** From the first byte, whatever was held. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** A longer body than this goes on unread, bytes. */
export const heldBodyBytes = 524_288;
/** … and one that takes longer, milliseconds: whoever streams must not be kept waiting for the end. */
export const heldBodyMs = 5_000;

/** Holds a body back until it is whole, too long or too slow, or more than all of them together may hold. An error of its source is left for whoever reads on. */
export async function holdBody(
  source: AsyncIterable<Uint8Array>,
  patience: Promise<unknown>,
  mostBytes: number = heldBodyBytes,
  budget: ByteBudget | null = null,
): Promise<HeldBody> {
  const chunks = source[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let bytes = 0;
  let taken = 0;
  const isOver = patience.then(() => null);
  try {
    for (;;) {
      const coming = chunks.next();
      const next = await Promise.race([coming, isOver]).catch(() => null);
      if (next === null || next.done === true) {
        const isWhole = next !== null;
        return {
          whole: isWhole ? Buffer.concat(held) : null,
          body: resumed(held, isWhole ? null : coming, chunks),
        };
      }
      const { length } = next.value;
      held.push(next.value);
      bytes += length;
      if (bytes > mostBytes || budget?.take(length) === false) {
        return { whole: null, body: resumed(held, null, chunks) };
      }
      taken += length;
    }
  } finally {
    // From here on it only leaves.
    budget?.give(taken);
  }
}

async function* resumed(
  held: Uint8Array[],
  coming: Promise<IteratorResult<Uint8Array>> | null,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let chunk = held.shift(); chunk !== undefined; chunk = held.shift()) yield chunk;
    for (let next = await (coming ?? chunks.next()); next.done !== true; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}
