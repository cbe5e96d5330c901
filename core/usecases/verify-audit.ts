import type { AuditAnchor } from "../domain/audit/audit-anchor.ts";
import { noHash } from "../domain/audit/audit-link.ts";
import { createChainCheck, type ChainFault } from "../domain/audit/check-chain.ts";
import { isOurs } from "../domain/audit/seal-entries.ts";
import type { AnchorSigning, ChainSource, UnlinkedEntry } from "../ports/audit-chain.ts";

export interface VerifyInput {
  readonly source: ChainSource;
  readonly signing: Pick<AnchorSigning, "check"> & { readonly keyId: string | null };
  readonly now: Date;
  /** Anchors that were kept elsewhere. */
  readonly shipped?: readonly AuditAnchor[];
  /** The link behind which the check begins; null or absent: as early as there are records. */
  readonly afterSeq?: number | null;
  /** Links at most; absent: all. */
  readonly most?: number;
  readonly onProgress?: (checked: number) => void;
}

export interface VerifyReport {
  readonly environmentId: string;
  /** Links that are as they were sealed, with their records. */
  readonly checked: number;
  /** Of those, whose record was removed at the end of its time. */
  readonly retired: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly firstBroken: ChainFault | null;
  /** Records that wait for their link; none of them is older than the sealer's latest look. */
  readonly waiting: number;
  /** Seconds since a sealer looked; null: none ever did. */
  readonly sealerSeconds: number | null;
  readonly anchors: {
    /** Whose signature holds and whose hash was compared. */
    readonly compared: number;
    /** Of what was lost when the database came back from a copy. */
    readonly superseded: number;
    readonly latestAt: Date | null;
  };
}

/** A record of ours may be without a link for this long while the sealer is at work, milliseconds: the slow look comes by in between. */
const unsealedMs = 10 * 60_000;
/** A sealer that has not looked for this long is away, milliseconds. */
const awayMs = 2 * 60_000;
/** Anchors are made every hour; a link that has none for this long has lost it, milliseconds. */
const unanchoredMs = 3 * 3_600_000;

/**
 * Whether every record since `afterSeq` is as it was written, in the order in which it was sealed, and none is missing or too many (R45).
 * Streams: what it holds is a page of records and the anchors.
 */
export async function verifyAudit(input: VerifyInput): Promise<VerifyReport> {
  const { source, signing, now } = input;
  // In this order: an anchor that is made meanwhile would know more than the head.
  const own = await source.anchors();
  const head = await source.head();
  const {
    anchors,
    fault: anchorFault,
    superseded,
  } = sortAnchors(source.environmentId, own, input.shipped ?? [], signing);
  const latest = anchors.toSorted((a, b) => a.at.getTime() - b.at.getTime()).at(-1);
  const retired = anchors.findLast(({ kind }) => kind === "retired");
  const rowsSince = anchors.reduce<Date | null>(
    (since, one) => (one.rowsSince !== null && (since === null || one.rowsSince > since) ? one.rowsSince : since),
    null,
  );
  // Signed where there is an anchor: the head's own word could be anybody's.
  const unprovenUntil = latest === undefined ? (head?.unprovenUntil ?? null) : latest.unprovenUntil;
  const floor = { seq: retired?.seq ?? 0, hash: retired?.hash ?? noHash };
  const start = await startAt(source, floor, input.afterSeq ?? 0, anchors);
  const headSeq = head?.seq ?? null;
  const toSeq = input.most === undefined ? Number.MAX_SAFE_INTEGER : start.seq + input.most;
  const check = createChainCheck({
    ...start,
    rowsSince,
    unprovenUntil,
    provenSince: provenSince(anchors, signing.keyId),
    anchors: anchors.filter(({ seq }) => seq <= toSeq),
  });

  let fault = anchorFault ?? start.fault;
  let earliest: Date | null = null;
  let newest: Date | null = null;
  let oldSeq = 0;
  if (fault === null) {
    // What is sealed while this reads is for the next time, so that the end is one that stands still.
    for await (const links of source.links(start.seq, Math.min(toSeq, headSeq ?? Number.MAX_SAFE_INTEGER))) {
      for (const { link } of links) {
        if (earliest === null || link.auditAt < earliest) earliest = link.auditAt;
        if (newest === null || link.auditAt > newest) newest = link.auditAt;
        if (now.getTime() - link.sealedAt.getTime() > unanchoredMs) oldSeq = link.seq;
      }
      fault = check.check(links);
      input.onProgress?.(check.checked);
      if (fault !== null) break;
    }
    fault ??= check.finish(headSeq === null ? null : Math.min(headSeq, toSeq));
  }
  const sealerMs = head?.lookedAt == null ? null : now.getTime() - head.lookedAt.getTime();
  const isAway = sealerMs === null || sealerMs > awayMs;
  if (!isAway) fault ??= anchorsGone(oldSeq, anchors);
  const isCut = headSeq !== null && toSeq < headSeq;
  const loose =
    fault === null
      ? await checkUnlinked(source.unlinked(start.seq === floor.seq ? null : earliest, isCut ? newest : null), {
          now,
          unprovenUntil,
          rowsSince,
          isAway,
          most: input.most ?? Number.POSITIVE_INFINITY,
        })
      : { fault: null, waiting: 0 };
  return {
    environmentId: source.environmentId,
    checked: check.checked,
    retired: check.retired,
    fromSeq: start.seq + 1,
    toSeq: check.last.seq,
    firstBroken: fault ?? loose.fault,
    waiting: loose.waiting,
    sealerSeconds: sealerMs === null ? null : Math.round(sealerMs / 1000),
    anchors: {
      compared: anchors.filter(({ seq }) => seq > start.seq && seq <= check.last.seq).length,
      superseded,
      latestAt: latest?.at ?? null,
    },
  };
}

/** What isn't signed with a key that is known counts for nothing, and is a fault: somebody put it there. */
function sortAnchors(
  environmentId: string,
  own: readonly AuditAnchor[],
  shipped: readonly AuditAnchor[],
  signing: Pick<AnchorSigning, "check">,
): { readonly anchors: readonly AuditAnchor[]; readonly fault: ChainFault | null; readonly superseded: number } {
  const all = new Map<string, AuditAnchor>();
  for (const anchor of [...own, ...shipped]) {
    if (anchor.environmentId === environmentId) all.set(`${anchor.seq} ${anchor.signature}`, anchor);
  }
  const good: AuditAnchor[] = [];
  for (const anchor of all.values()) {
    const state = signing.check(anchor);
    if (state === "good") {
      good.push(anchor);
      continue;
    }
    const named = { id: null, seq: anchor.seq, at: anchor.at };
    const fault: ChainFault =
      state === "forged"
        ? {
            ...named,
            problem: "anchor_forged",
            explanation: `The anchor of ${anchor.at.toISOString()} for link ${anchor.seq} is not signed by ${anchor.keyId}.`,
          }
        : {
            ...named,
            problem: "anchor_key_unknown",
            explanation: `The anchor of ${anchor.at.toISOString()} is signed with ${anchor.keyId}, which is not known here. Where EVERGRANT_SECRET was changed, name the earlier public key in EVERGRANT_AUDIT_KEYS or with --public-key.`,
          };
    return { anchors: [], fault, superseded: 0 };
  }
  const restored = good.filter(({ kind }) => kind === "restored");
  const anchors = good.filter((one) => !restored.some((back) => back.seq < one.seq && back.at > one.at));
  anchors.sort((a, b) => a.seq - b.seq || a.at.getTime() - b.at.getTime());
  return { anchors, fault: null, superseded: good.length - anchors.length };
}

async function startAt(
  source: ChainSource,
  floor: { readonly seq: number; readonly hash: string },
  afterSeq: number,
  anchors: readonly AuditAnchor[],
): Promise<{ readonly seq: number; readonly hash: string; readonly fault: ChainFault | null }> {
  if (afterSeq <= floor.seq) return { ...floor, fault: null };
  const hash = await source.hashOf(afterSeq);
  const named = { id: null, seq: afterSeq, at: null };
  if (hash === null) {
    const explanation = `There is no link ${afterSeq}.`;
    return { seq: afterSeq, hash: noHash, fault: { ...named, problem: "removed", explanation } };
  }
  const anchor = anchors.find((one) => one.seq === afterSeq && one.hash !== hash);
  if (anchor === undefined) return { seq: afterSeq, hash, fault: null };
  const explanation = `The anchor of ${anchor.at.toISOString()} has another hash for link ${afterSeq}: the chain was rewritten up to there.`;
  return { seq: afterSeq, hash, fault: { ...named, problem: "rewritten", explanation } };
}

/** Since when proofs are under the present key; null: there was never another, or nobody knows which is the present one. */
function provenSince(anchors: readonly AuditAnchor[], keyId: string | null): Date | null {
  if (keyId === null) return null;
  const byTime = anchors.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  if (byTime.every((one) => one.keyId === keyId)) return null;
  return byTime.find((one) => one.keyId === keyId)?.at ?? new Date(8.64e15);
}

function anchorsGone(oldSeq: number, anchors: readonly AuditAnchor[]): ChainFault | null {
  const anchored = anchors.at(-1)?.seq ?? 0;
  if (oldSeq <= anchored) return null;
  return {
    problem: "anchors_gone",
    id: null,
    seq: anchored + 1,
    at: null,
    explanation: `Links up to ${oldSeq} were sealed hours ago, and no anchor knows more than link ${anchored}: anchors were removed, or none are made.`,
  };
}

interface UnlinkedRules {
  readonly now: Date;
  readonly unprovenUntil: Date | null;
  readonly rowsSince: Date | null;
  readonly isAway: boolean;
  /** Waiting records after which it has seen enough. */
  readonly most: number;
}

async function checkUnlinked(
  pages: AsyncIterable<readonly UnlinkedEntry[]>,
  { now, unprovenUntil, rowsSince, isAway, most }: UnlinkedRules,
): Promise<{ readonly fault: ChainFault | null; readonly waiting: number }> {
  let waiting = 0;
  for await (const entries of pages) {
    for (const { entry, proof } of entries) {
      const named = { id: entry.id, seq: null, at: entry.at };
      if (!isOurs(entry.at, proof, unprovenUntil)) {
        const explanation = "The record has no link, and no process of Evergrant wrote it as it stands.";
        return { fault: { ...named, problem: "added", explanation }, waiting };
      }
      // Its link went with those of its time.
      if (rowsSince !== null && entry.at < rowsSince) continue;
      if (isAway || now.getTime() - entry.at.getTime() < unsealedMs) waiting += 1;
      else {
        const explanation =
          "The record has no link, though the sealer is at work: it came long after its time, or was put in again.";
        return { fault: { ...named, problem: proof === "good" ? "unsealed" : "added", explanation }, waiting };
      }
    }
    // A backlog of hours is not what was asked for.
    if (waiting >= most) break;
  }
  return { fault: null, waiting };
}
