import type { Circuit, CircuitCause } from "#core/domain/refresh/circuit";

/** What the breaker knows, as its row has it. */
export interface CircuitRow {
  readonly state: Circuit["state"];
  readonly cause: CircuitCause | null;
  readonly failures: number;
  readonly failed_accounts: string[];
  readonly is_client_reported: boolean;
  readonly opened_at: Date | null;
  readonly probe_at: Date | null;
  readonly probes: number;
}

export const circuitColumns =
  "state, cause, failures, failed_accounts, is_client_reported, opened_at, probe_at, probes";

export function toCircuit(row: CircuitRow): Circuit {
  return {
    state: row.state,
    cause: row.cause,
    failures: row.failures,
    failedAccounts: row.failed_accounts,
    isClientReported: row.is_client_reported,
    openedAt: row.opened_at,
    probeAt: row.probe_at,
    probes: row.probes,
  };
}
