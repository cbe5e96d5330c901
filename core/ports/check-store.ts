import type { AuditRecord } from "../domain/audit/audit-record.ts";
import type { CheckRun, CheckScenario } from "../domain/integration/check-run.ts";

export type NewCheck = Pick<
  CheckRun,
  "id" | "environmentId" | "integrationName" | "document" | "isInForce" | "withSamples" | "startedBy"
>;

export type CheckEnd =
  | { readonly kind: "done"; readonly leftAside: readonly string[] }
  | { readonly kind: "failed"; readonly detail: string };

/** Runs of definitions against the lab: one at a time in an environment (ADR 0053). */
export interface CheckStore {
  /** Hands it to a worker. What nobody works on any more ends with it. @returns null: another one is under way */
  start(run: NewCheck, audit: AuditRecord): Promise<CheckRun | null>;
  find(environmentId: string, integrationName: string, id: string): Promise<CheckRun | null>;
  findUnderWay(environmentId: string): Promise<CheckRun | null>;
  /** Newest first. */
  list(environmentId: string, integrationName: string, limit: number): Promise<readonly CheckRun[]>;
  /** @returns null: somebody else has it, or it is over */
  claim(id: string): Promise<CheckRun | null>;
  /** One more scenario, and a sign of life; without one the sign alone. @returns false: it is over meanwhile, and is to be left */
  note(id: string, scenario: CheckScenario | null): Promise<boolean>;
  finish(id: string, end: CheckEnd): Promise<void>;
}
