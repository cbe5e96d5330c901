import {
  circuitAfter,
  closedCircuit,
  forcedProbePauseSeconds,
  probeSeconds,
  type Circuit,
  type CircuitNews,
  type RecallCause,
} from "#core/domain/refresh/circuit";
import { leaseSeconds } from "#core/domain/refresh/refresh-policy";
import type { CircuitStore } from "#core/ports/circuit-store";
import type { Clock } from "#core/ports/clock";

export interface InMemoryCircuitStore extends CircuitStore {
  readonly news: readonly CircuitNews[];
  circuit(key: string): Circuit;
  /** Circuits that were ever reported to. */
  keys(): readonly string[];
  /** Called when whoever waits behind a circuit is to be recalled. */
  onRecall(recall: ((key: string, cause: RecallCause) => void) | null): void;
}

/** Breakers and concurrency budgets without a database; rates are PostgreSQL's to test. */
export function createInMemoryCircuitStore(clock: Clock): InMemoryCircuitStore {
  const circuits = new Map<string, Circuit>();
  const places = new Map<string, Map<string, number>>();
  const probedAt = new Map<string, number>();
  const news: CircuitNews[] = [];
  let recall: ((key: string, cause: RecallCause) => void) | null = null;
  const read = (key: string): Circuit => circuits.get(key) ?? closedCircuit;

  return {
    news,
    circuit: read,
    keys: () => [...circuits.keys()],
    onRecall(next) {
      recall = next;
    },
    async admit({ circuit: { key }, holder, reason, budget, insists = false }) {
      await Promise.resolve();
      const now = clock.now();
      const circuit = read(key);
      let isProbe = false;
      if (circuit.state === "open") {
        const sinceProbe = now.getTime() - (probedAt.get(key) ?? circuit.openedAt?.getTime() ?? 0);
        const isForced = reason === "forced" && sinceProbe > forcedProbePauseSeconds * 1000;
        isProbe = circuit.probeAt === null || circuit.probeAt <= now || isForced;
        if (!isProbe && !insists) return { kind: "refused", cause: "circuit_open", until: circuit.probeAt ?? now };
        if (isProbe) {
          circuits.set(key, { ...circuit, probeAt: new Date(now.getTime() + probeSeconds * 1000) });
          probedAt.set(key, now.getTime());
        }
      }
      const taken = places.get(key) ?? new Map<string, number>();
      for (const [other, until] of taken) if (until <= now.getTime()) taken.delete(other);
      if (budget.concurrency !== null && taken.size >= budget.concurrency && !insists) {
        return { kind: "refused", cause: "budget", until: new Date(now.getTime() + 250) };
      }
      if (budget.concurrency !== null) taken.set(holder, now.getTime() + (leaseSeconds + 5) * 1000);
      places.set(key, taken);
      return {
        kind: "granted",
        isProbe,
        hasPlace: budget.concurrency !== null,
      };
    },
    async leave(key, holder) {
      places.get(key)?.delete(holder);
    },
    async giveBackProbe(key) {
      const circuit = read(key);
      if (circuit.state === "open") circuits.set(key, { ...circuit, probeAt: new Date(clock.now().getTime() + 2_000) });
    },
    async report({ key }, signal) {
      await Promise.resolve();
      const after = circuitAfter(read(key), signal, clock.now(), 0.5);
      circuits.set(key, after.circuit);
      news.push(...after.news);
      if (after.recall !== null) recall?.(key, after.recall);
    },
  };
}
