import type { AuditEntry } from "./audit-entry.ts";
import { linkHashOf, rowHashOf, type AuditLink } from "./audit-link.ts";
import type { ProofState } from "./record-proof.ts";

/** A record without a link. */
export interface Candidate {
  readonly entry: AuditEntry;
  readonly proof: ProofState;
  /** Another record has its id, at another instant: one of the two is a copy. */
  readonly hasTwin: boolean;
}

export interface ChainEnd {
  /** 0: there is no link yet. */
  readonly seq: number;
  readonly hash: string;
  readonly sealedAt: Date | null;
}

/** Why a record gets no link: no process of ours wrote it as it stands. */
export type Refusal = "unproven" | "altered" | "copied";

export interface Sealing {
  readonly links: readonly AuditLink[];
  readonly refused: readonly { readonly id: string; readonly at: Date; readonly why: Refusal }[];
}

/**
 * The links of records, in their order. A record that nobody of ours wrote stays without one, so that it is found (R45).
 *
 * @param unprovenUntil records before it may be without a proof; null: none may
 */
export function sealEntries(
  end: ChainEnd,
  environmentId: string,
  candidates: readonly Candidate[],
  unprovenUntil: Date | null,
  now: Date,
): Sealing {
  const links: AuditLink[] = [];
  const refused: { id: string; at: Date; why: Refusal }[] = [];
  // The database's clock may be set back; the chain's may not: partitions of links are dropped by it.
  const sealedAt = end.sealedAt !== null && end.sealedAt > now ? end.sealedAt : now;
  let { seq, hash } = end;
  for (const candidate of candidates) {
    const { entry } = candidate;
    const why = refusalOf(candidate, unprovenUntil);
    if (why !== null) {
      refused.push({ id: entry.id, at: entry.at, why });
      continue;
    }
    seq += 1;
    const link = {
      environmentId,
      seq,
      auditId: entry.id,
      auditAt: entry.at,
      rowHash: rowHashOf(entry),
      sealedAt,
    };
    hash = linkHashOf(link, hash);
    links.push({ ...link, hash });
  }
  return { links, refused };
}

function refusalOf({ entry, proof, hasTwin }: Candidate, unprovenUntil: Date | null): Refusal | null {
  if (!isOurs(entry.at, proof, unprovenUntil)) return proof === "missing" ? "unproven" : "altered";
  return hasTwin ? "copied" : null;
}

/** Whether a record's proof does. Without a key to look with it has to. */
export function isOurs(at: Date, proof: ProofState, unprovenUntil: Date | null): boolean {
  if (proof === "missing") return unprovenUntil !== null && at < unprovenUntil;
  return proof !== "bad";
}
