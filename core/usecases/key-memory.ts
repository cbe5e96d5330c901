import type { Clock } from "../ports/clock.ts";

export interface KeyMemory {
  has(id: string): boolean;
  /**
   * Runs `work` with the key, from memory or loaded once for all who wait for it.
   * @param work synchronous: the bytes are wiped when the key leaves, and must not be kept
   * @returns null when `load` has none
   */
  use<T>(id: string, load: () => Promise<Uint8Array | null>, work: (key: Uint8Array) => T): Promise<T | null>;
  forget(id: string): void;
  /** Wipes what is over; every use does so too. */
  dropOver(): void;
  clear(): void;
}

interface Kept {
  readonly key: Uint8Array;
  readonly untilMs: number;
}

/**
 * Keys in the clear for as short a time as is useful: each is wiped when its time is over (looked at whenever the memory is used, and
 * by whoever calls `dropOver`), when it is forgotten, and when more came than fit.
 */
export function createKeyMemory(
  clock: Clock,
  { lifeMs, most }: { readonly lifeMs: number; readonly most: number },
): KeyMemory {
  const kept = new Map<string, Kept>();
  const loading = new Map<string, Promise<boolean>>();
  /** Forgotten while it was being loaded: what comes is used by nobody. */
  const forgotten = new Set<string>();

  const drop = (id: string): void => {
    kept.get(id)?.key.fill(0);
    kept.delete(id);
  };

  /** In the order of their coming, and all live equally long: the first that is not over ends it. */
  const dropOver = (): void => {
    const nowMs = clock.monotonicMs();
    for (const [id, { untilMs }] of kept) {
      if (untilMs > nowMs) break;
      drop(id);
    }
  };

  const keep = (id: string, key: Uint8Array): void => {
    drop(id);
    kept.set(id, { key, untilMs: clock.monotonicMs() + lifeMs });
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break;
      drop(oldest);
    }
  };

  const loadOnce = (id: string, load: () => Promise<Uint8Array | null>): Promise<boolean> => {
    const known = loading.get(id);
    if (known !== undefined) return known;
    const loaded = (async () => {
      try {
        const key = await load();
        if (key === null) return false;
        if (forgotten.has(id)) {
          key.fill(0);
          return false;
        }
        keep(id, key);
        return true;
      } finally {
        loading.delete(id);
        forgotten.delete(id);
      }
    })();
    loading.set(id, loaded);
    return loaded;
  };

  return {
    has(id) {
      dropOver();
      return kept.has(id);
    },

    async use(id, load, work) {
      dropOver();
      // Somebody's key may push ours out between its loading and its use; then it is loaded again.
      for (;;) {
        const found = kept.get(id);
        if (found !== undefined) return work(found.key);
        if (!(await loadOnce(id, load))) return null;
      }
    },

    forget(id) {
      drop(id);
      if (loading.has(id)) forgotten.add(id);
    },

    dropOver,

    clear() {
      for (const id of kept.keys()) drop(id);
      // What is on its way is kept by nobody.
      for (const id of loading.keys()) forgotten.add(id);
    },
  };
}
