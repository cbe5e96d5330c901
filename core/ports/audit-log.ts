import type { AuditRecord } from "../domain/audit/audit-record.ts";

export interface AuditLog {
  /** Resolves once the records are durable; only then may what they tell about happen (invariant 8). */
  append(records: readonly AuditRecord[]): Promise<void>;
}
