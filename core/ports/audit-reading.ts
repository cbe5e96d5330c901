import type { AuditAnchor } from "../domain/audit/audit-anchor.ts";
import type { AuditEntry } from "../domain/audit/audit-entry.ts";

export interface AuditFilter {
  readonly environmentId: string;
  readonly accountId: string | null;
  readonly actor: string | null;
  readonly action: string | null;
  /** Those from then on; null: all. */
  readonly from: Date | null;
  /** And before; null: all. */
  readonly to: Date | null;
}

export interface AuditReading {
  /** Newest first. `hash` is that of the record's link; null: it is not sealed yet. */
  list(
    filter: AuditFilter,
    after: { readonly at: Date; readonly id: string } | null,
    take: number,
  ): Promise<readonly { readonly entry: AuditEntry; readonly hash: string | null }[]>;
  /** Newest first. @param before the last one of the page before */
  anchors(
    environmentId: string,
    before: { readonly at: Date; readonly seq: number } | null,
    take: number,
  ): Promise<readonly AuditAnchor[]>;
}
