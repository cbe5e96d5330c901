import type { Admission, CircuitStore } from "../ports/circuit-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Randomness } from "../ports/randomness.ts";

/** Of all slots of a process, so many may go to scheduled work of one endpoint. */
const share = 0.75;
/** Requests that take longer than this mean that the endpoint hangs, milliseconds. */
const hangingMs = 2_000;
/** A short wait for a slot costs less than the way back through the queue, milliseconds and times. */
const wait = { pauseMs: 100, times: 3 } as const;
/** When refused work comes back, milliseconds: soon where the endpoint is busy, later where it hangs. */
const comeBackMs = { busy: 1_000, hanging: 5_000 } as const;

interface Flight {
  readonly startedMs: number;
  /** A place of a shared budget was taken too. */
  readonly hasPlace: boolean;
}

/**
 * Keeps one endpoint that hangs from taking every slot of a worker before its breaker opens: the other clients' accounts go on as
 * if nothing were (R47). Callers are not counted; they bring their own slots.
 *
 * @param slots how many jobs the process runs at once
 */
export function withBulkhead(
  circuits: CircuitStore,
  slots: number,
  ports: { readonly clock: Clock; readonly random: Randomness },
): CircuitStore {
  const most = Math.max(1, Math.floor(slots * share));
  const flights = new Map<string, Map<string, Flight>>();
  const of = (key: string): Map<string, Flight> => {
    const known = flights.get(key) ?? new Map<string, Flight>();
    flights.set(key, known);
    return known;
  };
  const remove = (key: string, holder: string): void => {
    const flying = of(key);
    flying.delete(holder);
    if (flying.size === 0) flights.delete(key);
  };
  const isHanging = (key: string): boolean => {
    const [oldest] = of(key).values();
    return oldest !== undefined && ports.clock.monotonicMs() - oldest.startedMs > hangingMs;
  };
  const refuse = (pauseMs: number): Admission => ({
    kind: "refused",
    cause: "budget",
    until: new Date(ports.clock.now().getTime() + pauseMs * (1 + ports.random.fraction())),
  });

  return {
    async admit(request) {
      const { key } = request.circuit;
      if (request.reason !== "alarm") return await circuits.admit(request);
      for (let waits = 0; of(key).size >= most; waits += 1) {
        if (isHanging(key)) return refuse(comeBackMs.hanging);
        if (waits === wait.times) return refuse(comeBackMs.busy);
        await ports.clock.sleep(wait.pauseMs);
      }
      const startedMs = ports.clock.monotonicMs();
      of(key).set(request.holder, { startedMs, hasPlace: false });
      const admission = await circuits.admit(request).catch((error: unknown) => {
        remove(key, request.holder);
        throw error;
      });
      if (admission.kind === "refused") {
        remove(key, request.holder);
        return admission;
      }
      of(key).set(request.holder, { startedMs, hasPlace: admission.hasPlace });
      return { ...admission, hasPlace: true };
    },

    async leave(key, holder) {
      const flight = of(key).get(holder);
      remove(key, holder);
      if (flight === undefined || flight.hasPlace) await circuits.leave(key, holder);
    },

    giveBackProbe: (key) => circuits.giveBackProbe(key),
    report: (circuit, signal) => circuits.report(circuit, signal),
  };
}
