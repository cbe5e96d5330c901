import type { Clock } from "#core/ports/clock";

export interface SteppedClock extends Clock {
  /** Moves time and wakes every sleeper whose time has come. */
  advance(milliseconds: number): void;
  /** The machine slept: the wall clock has moved on, the monotonic one has not, and no sleeper was woken. */
  suspend(milliseconds: number): void;
  /** Moves time in small steps until the work is done, so that whoever sleeps on the way is woken. */
  settle<T>(work: Promise<T>): Promise<T>;
  /** Resolves when somebody sleeps (at once if somebody does already): a signal instead of a pause in the test. */
  sleeping(): Promise<void>;
}

/** Time that moves only when the test says so. */
export function createSteppedClock(start = "2026-11-20T10:00:00.000Z"): SteppedClock {
  const startMs = Date.parse(start);
  let elapsedMs = 0;
  let suspendedMs = 0;
  let sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];
  let watchers: (() => void)[] = [];

  const advance = (milliseconds: number): void => {
    elapsedMs += milliseconds;
    const due = sleepers.filter(({ untilMs }) => untilMs <= elapsedMs);
    sleepers = sleepers.filter(({ untilMs }) => untilMs > elapsedMs);
    for (const { wake } of due) wake();
  };

  return {
    now: () => new Date(startMs + elapsedMs + suspendedMs),
    monotonicMs: () => elapsedMs,
    async sleep(milliseconds, signal) {
      if (signal?.aborted === true) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const sleeper = { untilMs: elapsedMs + milliseconds, wake: resolve };
      sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        sleepers = sleepers.filter((one) => one !== sleeper);
        resolve();
      });
      for (const watch of watchers.splice(0)) watch();
      await promise;
    },
    advance,
    sleeping() {
      if (sleepers.length > 0) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      watchers = [...watchers, resolve];
      return promise;
    },
    suspend(milliseconds) {
      suspendedMs += milliseconds;
    },
    async settle(work) {
      const pending = Symbol("pending");
      for (;;) {
        const state = await Promise.race([work, new Promise((resolve) => setImmediate(resolve, pending))]);
        if (state !== pending) return await work;
        advance(100);
      }
    },
  };
}
