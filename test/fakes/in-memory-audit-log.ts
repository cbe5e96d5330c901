import type { AuditRecord } from "#core/domain/audit/audit-record";
import { DomainError } from "#core/domain/problem/domain-error";
import type { AuditLog } from "#core/ports/audit-log";

export interface InMemoryAuditLog extends AuditLog {
  readonly records: readonly AuditRecord[];
  /** While down, no record becomes durable. */
  setDown(isDown: boolean): void;
}

export function createInMemoryAuditLog(): InMemoryAuditLog {
  const records: AuditRecord[] = [];
  let isDown = false;
  return {
    records,
    async append(added) {
      await Promise.resolve();
      if (isDown) throw new DomainError("database_unavailable", { detail: "The database does not answer." });
      records.push(...added);
    },
    setDown(next) {
      isDown = next;
    },
  };
}
