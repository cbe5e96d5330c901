/** Simulated time: a queue of instants. Between two of them no time passes, and everything that can happen has happened. */
export interface Timeline {
  /** Milliseconds since the run began. */
  readonly nowMs: number;
  /** @returns takes it off the queue */
  after(milliseconds: number, run: () => void): () => void;
  /** Resolves when so much time has passed. */
  pause(milliseconds: number): Promise<void>;
  /** Moves to the next instant at which something is to happen, lets it happen, and all that follows from it. */
  step(): Promise<boolean>;
  /** The next instant; null: nothing is to come. */
  nextMs(): number | null;
}

interface Entry {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | null;
}

/** What happens at one instant happens in the order in which it was put there: one seed, one history. */
export function createTimeline(): Timeline {
  const heap: Entry[] = [];
  let nowMs = 0;
  let order = 0;

  const isBefore = (one: Entry, other: Entry): boolean =>
    one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);

  const push = (entry: Entry): void => {
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as Entry;
      if (!isBefore(entry, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = entry;
  };

  const pop = (): Entry => {
    const top = heap[0] as Entry;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      const left = heap[childAt];
      if (left === undefined) break;
      const right = heap[childAt + 1];
      if (right !== undefined && isBefore(right, left)) childAt += 1;
      const child = heap[childAt] as Entry;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
    return top;
  };

  const next = (): Entry | null => {
    while (heap.length > 0 && heap[0]?.run === null) pop();
    return heap[0] ?? null;
  };

  const after = (milliseconds: number, run: () => void): (() => void) => {
    order += 1;
    const entry: Entry = { atMs: nowMs + Math.max(0, milliseconds), order, run };
    push(entry);
    return () => {
      entry.run = null;
    };
  };

  return {
    get nowMs() {
      return nowMs;
    },
    after,
    pause: (milliseconds) => new Promise((resolve) => void after(milliseconds, resolve)),
    async step() {
      const entry = next();
      if (entry === null) return false;
      pop();
      nowMs = entry.atMs;
      entry.run?.();
      await quiet();
      return true;
    },
    nextMs: () => next()?.atMs ?? null,
  };
}

/**
 * Resolves when every promise that can settle has settled: Node takes the next tick when no microtask is left, and no fake waits for
 * a real timer or a real machine.
 */
export function quiet(): Promise<void> {
  return new Promise((resolve) => void process.nextTick(resolve));
}

/** Lets the rest of Node have its turn, which a run keeps from it. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
