import type { Clock } from "../ports/clock.ts";

/** An account is probed at most this often, seconds: a caller whose every call is rejected must not double what the provider hears. */
export const probeCooldownSeconds = 30;

/** Who asks for a probe of the same account within its cooldown, in this process, shares what the last one came to. */
export interface ProbeMemory<T> {
  run(key: string, work: () => Promise<T>): Promise<T>;
}

export function createProbeMemory<T>(clock: Pick<Clock, "monotonicMs">): ProbeMemory<T> {
  /** In the order in which they began. */
  const known = new Map<string, { readonly fromMs: number; readonly result: Promise<T> }>();
  return {
    run(key, work) {
      const nowMs = clock.monotonicMs();
      for (const [old, { fromMs }] of known) {
        if (nowMs - fromMs < probeCooldownSeconds * 1000) break;
        known.delete(old);
      }
      const last = known.get(key);
      if (last !== undefined) return last.result;
      const result = work();
      known.set(key, { fromMs: nowMs, result });
      // What could not even be tried is no result.
      result.catch(() => {
        if (known.get(key)?.result === result) known.delete(key);
      });
      return result;
    },
  };
}
