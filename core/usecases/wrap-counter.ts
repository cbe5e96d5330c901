import { wrapsAlarm } from "../domain/sealing/sealing-policy.ts";
import type { Log } from "../ports/log.ts";
import type { CountedWraps, SealingStore } from "../ports/sealing-store.ts";

/** A count that reached this is added at once, whatever the interval; after a failure, when it has grown by as much again. */
const mostInHand = 10_000;

export interface WrapCounter {
  count(environmentId: string, kid: string): void;
  /** Adds what was counted to the database. What it does not take stays in hand. */
  flush(): Promise<void>;
}

/**
 * Wraps per key (checklist H6). They are counted in memory and added in groups, so that a wrap costs no statement: a process that is
 * killed loses what it had in hand, which is at most what it wrapped since the last group (whoever makes it flushes every few seconds).
 */
export function createWrapCounter(ports: {
  readonly store: Pick<SealingStore, "addWraps">;
  readonly log: Log;
}): WrapCounter {
  let counted = new Map<string, CountedWraps>();
  let inHand = 0;
  let flushAt = mostInHand;
  let flushing: Promise<void> | null = null;

  const add = (environmentId: string, kid: string, wraps: number): void => {
    const name = `${environmentId} ${kid}`;
    counted.set(name, { environmentId, kid, wraps: (counted.get(name)?.wraps ?? 0) + wraps });
    inHand += wraps;
  };

  const flush = async (): Promise<void> => {
    const group = counted;
    if (group.size === 0) return;
    counted = new Map();
    inHand = 0;
    try {
      for (const kid of await ports.store.addWraps([...group.values()], wrapsAlarm)) {
        ports.log.error({ key: kid }, "a key has wrapped so often that its bound is near: rotate it");
      }
      flushAt = mostInHand;
    } catch (error) {
      for (const { environmentId, kid, wraps } of group.values()) add(environmentId, kid, wraps);
      flushAt = inHand + mostInHand;
      throw error;
    }
  };

  /** One at a time: a group that was put back must not overtake another. */
  const flushOnce = (): Promise<void> => (flushing ??= flush().finally(() => (flushing = null)));

  return {
    count(environmentId, kid) {
      add(environmentId, kid, 1);
      if (inHand >= flushAt && flushing === null) {
        flushOnce().catch((error: unknown) => ports.log.warn({ error }, "wraps could not be added yet"));
      }
    },
    flush: flushOnce,
  };
}
