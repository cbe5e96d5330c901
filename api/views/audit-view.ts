import type { AuditEntry } from "#core/domain/audit/audit-entry";
import type { ChainFault } from "#core/domain/audit/check-chain";
import type { AnchorSigning, ChainHead } from "#core/ports/audit-chain";
import { anchorView } from "#core/usecases/anchor-audit";
import type { AuditAnchor } from "#core/domain/audit/audit-anchor";
import type { AuditEventView, AuditFaultView, ChainView } from "../schemas/audit.ts";

export function toAuditView(entry: AuditEntry, hash: string | null, environment: string): AuditEventView {
  return {
    id: entry.id,
    at: entry.at.toISOString(),
    actor: entry.actor,
    action: entry.action,
    target: entry.target,
    integrated_account_id: entry.accountId,
    environment,
    key_id: entry.keyId,
    detail: { ...entry.detail },
    hash,
  };
}

export function toFaultView(fault: ChainFault): AuditFaultView {
  return { ...fault, at: fault.at?.toISOString() ?? null };
}

export function toChainView(
  head: ChainHead | null,
  latest: AuditAnchor | null,
  { keyId, publicKey }: AnchorSigning,
): ChainView {
  const check = head?.latestCheck ?? null;
  return {
    sealed_records: head?.seq ?? 0,
    sealed_at: head?.sealedAt?.toISOString() ?? null,
    looked_at: head?.lookedAt?.toISOString() ?? null,
    latest_anchor: latest === null ? null : anchorView(latest),
    latest_check:
      check === null
        ? null
        : {
            at: check.at.toISOString(),
            from_seq: check.fromSeq,
            to_seq: check.toSeq,
            fault: check.fault === null ? null : toFaultView(check.fault),
          },
    key_id: keyId,
    public_key: publicKey,
  };
}
