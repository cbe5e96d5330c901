import type { MassFailure } from "#core/ports/mass-failure-store";
import type { MassFailureView } from "#api/schemas/mass-failure";

/** The one place where a mass failure becomes its wire form. */
export function toMassFailureView(failure: MassFailure): MassFailureView {
  return {
    integration_name: failure.integrationName,
    state: failure.startedAt !== null ? "declared" : failure.held > 0 ? "resolving" : "none",
    started_at: failure.startedAt?.toISOString() ?? null,
    likely_cause: failure.likelyCause,
    held: failure.held,
    left: failure.left,
    decision: failure.decision,
    decided_by: failure.decidedBy,
    decided_at: failure.decidedAt?.toISOString() ?? null,
  };
}

/** Of an integration that the guard never had anything to do with. */
export function noMassFailure(integrationName: string): MassFailure {
  return {
    integrationName,
    startedAt: null,
    likelyCause: null,
    held: 0,
    left: 0,
    decision: null,
    decidedBy: null,
    decidedAt: null,
  };
}
