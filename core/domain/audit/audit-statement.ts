import type { AuditAction } from "./audit-record.ts";

type Some = readonly [AuditAction, ...AuditAction[]];

/**
 * What one way into the system leaves in the audit log. Every route and every task states it, or why it leaves nothing; tests hold
 * it against what is really written.
 */
export type AuditStatement =
  | {
      /** Each call that succeeds writes all of these. */
      readonly writes: Some;
      /** And these as the case may be. */
      readonly mayWrite?: readonly AuditAction[];
    }
  | { readonly mayWrite: Some; readonly because: string }
  /** Nothing, since nothing is opened, changed or given away. */
  | { readonly nothing: string };

/** Every action that a statement allows. */
export function allowedActions(statement: AuditStatement): readonly AuditAction[] {
  if ("nothing" in statement) return [];
  return [...("writes" in statement ? statement.writes : []), ...(statement.mayWrite ?? [])];
}
