import type { AuditAnchor } from "./audit-anchor.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { linkHashOf, rowHashOf, type AuditLink } from "./audit-link.ts";
import type { ProofState } from "./record-proof.ts";
import { isOurs } from "./seal-entries.ts";

/** A link, and the record that it names; null: there is none. */
export interface LinkedEntry {
  readonly link: AuditLink;
  readonly entry: AuditEntry | null;
  readonly proof: ProofState;
}

/**
 * `edited`, `removed`, `added`, `reordered`: what became of a record. `unsealed`: it is ours, and has no link though the sealer is at
 * work. `link_altered`: its link was. `rewritten`: an anchor knows another chain. `cut_off`: the end is gone.
 * `anchors_gone`: there should be later ones.
 */
export type ChainProblem =
  | "edited"
  | "removed"
  | "added"
  | "reordered"
  | "unsealed"
  | "link_altered"
  | "rewritten"
  | "cut_off"
  | "anchor_forged"
  | "anchor_key_unknown"
  | "anchors_gone";

export interface ChainFault {
  readonly problem: ChainProblem;
  /** Of the record; null: nothing says which it was. */
  readonly id: string | null;
  /** Its number in the chain; null: it has none. */
  readonly seq: number | null;
  readonly at: Date | null;
  readonly explanation: string;
}

export interface CheckStart {
  /** The link before the first that is checked; 0 and noHash: the check begins with the chain. */
  readonly seq: number;
  readonly hash: string;
  /** Records before it were removed at the end of their time. */
  readonly rowsSince: Date | null;
  readonly unprovenUntil: Date | null;
  /** Links from before have proofs under another key, which nobody has any more; null: all are under the present one. */
  readonly provenSince: Date | null;
  /** Whose signatures hold, in order of seq. */
  readonly anchors: readonly AuditAnchor[];
}

export interface ChainCheck {
  /** The next links, in order of seq. @returns the first fault among them */
  check(links: readonly LinkedEntry[]): ChainFault | null;
  /** What is missing behind the last. @param headSeq where the chain must end at least; null: nobody knows */
  finish(headSeq: number | null): ChainFault | null;
  /** Links so far. */
  readonly checked: number;
  /** Of those, whose record was removed at the end of its time. */
  readonly retired: number;
  readonly last: { readonly seq: number; readonly hash: string };
}

/** Walks along a chain in constant memory; what it needs of the past is one hash. */
export function createChainCheck(start: CheckStart): ChainCheck {
  let { seq, hash } = start;
  let checked = 0;
  let retired = 0;
  let nextAnchor = start.anchors.findIndex((anchor) => anchor.seq > start.seq);
  if (nextAnchor < 0) nextAnchor = start.anchors.length;

  const checkOne = (one: LinkedEntry, ahead: () => readonly LinkedEntry[]): ChainFault | null => {
    const fault = faultOfLink(one.link, { seq, hash }, ahead) ?? faultOfRecord(one, start);
    if (fault !== null) return fault;
    const { link } = one;
    for (; start.anchors[nextAnchor]?.seq === link.seq; nextAnchor += 1) {
      if (start.anchors[nextAnchor]?.hash !== link.hash) return rewritten(link, start.anchors, nextAnchor);
    }
    ({ seq, hash } = link);
    checked += 1;
    if (one.entry === null) retired += 1;
    return null;
  };

  return {
    check(links) {
      for (const [index, one] of links.entries()) {
        const fault = checkOne(one, () => links.slice(index));
        if (fault !== null) return fault;
      }
      return null;
    },
    finish(headSeq) {
      const known = Math.max(headSeq ?? 0, start.anchors.at(-1)?.seq ?? 0);
      if (known <= seq) return null;
      const by = headSeq !== null && headSeq === known ? "the sealer" : "an anchor";
      return {
        problem: "cut_off",
        id: null,
        seq: seq + 1,
        at: null,
        explanation: `The chain ends with link ${seq}, and ${by} knows link ${known}: the records from ${seq + 1} on are gone.`,
      };
    },
    get checked() {
      return checked;
    },
    get retired() {
      return retired;
    },
    get last() {
      return { seq, hash };
    },
  };
}

function faultOfLink(
  link: AuditLink,
  previous: { readonly seq: number; readonly hash: string },
  ahead: () => readonly LinkedEntry[],
): ChainFault | null {
  const expected = previous.seq + 1;
  if (link.seq > expected) {
    return {
      problem: "removed",
      id: null,
      seq: expected,
      at: null,
      explanation: `Link ${expected} is gone, and its record with it: the next is link ${link.seq}, of ${link.auditId}.`,
    };
  }
  const named = { id: link.auditId, seq: link.seq, at: link.auditAt };
  if (link.seq < expected) {
    return { ...named, problem: "added", explanation: `There are two links with the number ${link.seq}.` };
  }
  if (linkHashOf(link, previous.hash) === link.hash) return null;
  // One of those that come later belongs here: by its own hash, or by the one that stands here.
  const isMoved = ahead().some(({ link: other }) => {
    const here = linkHashOf({ ...other, seq: expected }, previous.hash);
    return other.seq !== expected && (here === other.hash || here === link.hash);
  });
  return isMoved
    ? { ...named, problem: "reordered", explanation: `Another record was number ${link.seq} when it was sealed.` }
    : {
        ...named,
        problem: "link_altered",
        explanation: `Link ${link.seq} does not follow from the one before it: it was altered.`,
      };
}

function faultOfRecord({ link, entry, proof }: LinkedEntry, start: CheckStart): ChainFault | null {
  const named = { id: link.auditId, seq: link.seq, at: link.auditAt };
  if (entry === null) {
    if (start.rowsSince !== null && link.auditAt < start.rowsSince) return null;
    return {
      ...named,
      problem: "removed",
      explanation: "The record is gone, or its id, its time or its environment was changed.",
    };
  }
  if (rowHashOf(entry) !== link.rowHash) {
    return { ...named, problem: "edited", explanation: "The record is not what was sealed." };
  }
  if (start.provenSince !== null && link.sealedAt < start.provenSince) return null;
  if (isOurs(entry.at, proof, start.unprovenUntil)) return null;
  return {
    ...named,
    problem: proof === "missing" ? "added" : "edited",
    explanation:
      proof === "missing"
        ? "No process of Evergrant wrote this record, though it has a link."
        : "The record is not as a process of Evergrant wrote it, though its link says the same.",
  };
}

function rewritten(link: AuditLink, anchors: readonly AuditAnchor[], index: number): ChainFault {
  const anchor = anchors[index];
  const before = anchors.findLast((one) => one.seq < link.seq)?.seq ?? 0;
  return {
    problem: "rewritten",
    id: link.auditId,
    seq: link.seq,
    at: link.auditAt,
    explanation: `The anchor of ${anchor?.at.toISOString()} has another hash for link ${link.seq}: the chain was rewritten between link ${before + 1} and link ${link.seq}.`,
  };
}
