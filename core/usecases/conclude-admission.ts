import type { CircuitSignal } from "../domain/refresh/circuit.ts";
import type { Admission, CircuitRef, CircuitStore } from "../ports/circuit-store.ts";
import type { Log } from "../ports/log.ts";

/**
 * Tells the breaker what a request that was let through has taught, and leaves its place in the budget. Never fails: what the
 * request brought is worth more than the books about it, and a place ends by itself.
 *
 * @param signal null: nothing was asked, or nothing was learnt
 */
export async function concludeAdmission(
  ports: { readonly circuits: CircuitStore; readonly log: Log },
  { circuit, holder }: { readonly circuit: CircuitRef; readonly holder: string },
  admission: Admission & { readonly kind: "granted" },
  signal: CircuitSignal | null,
): Promise<void> {
  try {
    try {
      await tell(ports.circuits, circuit, admission, signal);
    } finally {
      if (admission.hasPlace) await ports.circuits.leave(circuit.key, holder);
    }
  } catch (error) {
    ports.log.error({ circuit: circuit.key, error }, "the circuit could not be told");
  }
}

async function tell(
  circuits: CircuitStore,
  circuit: CircuitRef,
  admission: Admission & { readonly kind: "granted" },
  signal: CircuitSignal | null,
): Promise<void> {
  if (signal !== null) {
    const told = signal.kind === "failed" ? { ...signal, isProbe: admission.isProbe } : signal;
    await circuits.report(circuit, told);
  } else if (admission.isProbe) {
    await circuits.giveBackProbe(circuit.key);
  }
}
