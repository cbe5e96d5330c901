import type { AnchorKind, AnchorStatement, AuditAnchor } from "../domain/audit/audit-anchor.ts";
import { linkHashOf, noHash } from "../domain/audit/audit-link.ts";
import { DomainError } from "../domain/problem/domain-error.ts";
import type { AnchorSigning, AuditChains, ChainHead } from "../ports/audit-chain.ts";
import type { AuditLog } from "../ports/audit-log.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";

export interface AnchorPorts {
  readonly chains: AuditChains;
  readonly signing: AnchorSigning;
  readonly clock: Clock;
  readonly log: Log;
}

export type AnchorOutcome =
  | { readonly kind: "anchored"; readonly anchor: AuditAnchor }
  /** The latest anchor is the chain's head already, or there is no chain. */
  | { readonly kind: "unchanged" }
  /** The links since the latest anchor do not follow from it: signing them would make somebody else's chain ours. */
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Signs where a chain stands, and says so in the log, so that whoever keeps logs keeps anchors: what the database holds alone could be
 * written anew as a whole by its administrator.
 */
export async function anchorAudit(ports: AnchorPorts, environmentId: string): Promise<AnchorOutcome> {
  const { chains, signing } = ports;
  const head = await chains.head(environmentId);
  if (head === null || head.seq === 0) return { kind: "unchanged" };
  const latest = await chains.latestAnchor(environmentId);
  if (latest !== null && signing.check(latest) === "forged") {
    return refuse(ports, environmentId, `the anchor of link ${latest.seq} is not signed by ${latest.keyId}`);
  }
  const isSame = latest?.seq === head.seq && latest.hash === head.hash && latest.keyId === signing.keyId;
  if (isSame) return { kind: "unchanged" };
  const reason = await brokenSince(chains, environmentId, latest, head);
  if (reason !== null) return refuse(ports, environmentId, reason);
  const anchor = await publishAnchor(ports, { ...head, kind: "head" }, { head, latest });
  return { kind: "anchored", anchor };
}

/**
 * The database came back from a copy of an earlier time: what was sealed after it is lost, and anchors that were kept elsewhere know
 * more than the chain. Signed, so that nobody else can declare it.
 *
 * Run before a worker is, it needs nothing more: the chain ends where the copy did. Afterwards the chain has grown anew, and which
 * link was the last of both only anchors from before tell.
 *
 * @param note why, for whoever reads the log
 * @param shipped anchors that were kept elsewhere
 * @throws DomainError conflict where nothing is sealed, or none of those anchors is of this chain
 */
export async function declareRestored(
  ports: AnchorPorts & { readonly audit: AuditLog },
  environmentId: string,
  note: string,
  shipped: readonly AuditAnchor[],
): Promise<AuditAnchor> {
  const { chains, audit } = ports;
  const head = await chains.head(environmentId);
  if (head === null || head.seq === 0) {
    throw new DomainError("conflict", { detail: "Nothing is sealed in this environment: start a worker first." });
  }
  const last = shipped.length === 0 ? head : await lastInCommon(ports, environmentId, shipped);
  if (last === null) {
    throw new DomainError("conflict", {
      detail: "None of these anchors is of this chain: it is not what they were made of.",
    });
  }
  const { seq, hash } = last;
  const latest = await chains.latestAnchor(environmentId);
  const detail = { seq, reason: note };
  await audit.append([
    { environmentId, actor: "command_line", action: "audit.restored", target: environmentId, detail },
  ]);
  return await publishAnchor(ports, { environmentId, kind: "restored", seq, hash, note }, { head, latest });
}

/** Where a chain stands, and what was signed of it last. */
export interface Signed {
  readonly head: ChainHead | null;
  readonly latest: AuditAnchor | null;
}

/**
 * Signs a statement, keeps it here, and tells it to whoever keeps the log. What it doesn't say of the time before, it takes from the
 * latest anchor: the head's own word is believed until there is one.
 */
export async function publishAnchor(
  { chains, signing, clock, log }: AnchorPorts,
  statement: Pick<AnchorStatement, "environmentId" | "kind" | "seq" | "hash"> &
    Partial<Pick<AnchorStatement, "rowsSince" | "note">>,
  { head, latest }: Signed,
): Promise<AuditAnchor> {
  const { environmentId, kind, seq, hash, rowsSince = latest?.rowsSince ?? null, note = null } = statement;
  const unprovenUntil = latest === null ? (head?.unprovenUntil ?? null) : latest.unprovenUntil;
  const anchor = signing.sign({ environmentId, kind, seq, hash, at: clock.now(), rowsSince, unprovenUntil, note });
  await chains.addAnchor(anchor);
  log.info({ anchor: anchorView(anchor) }, "audit anchor");
  return anchor;
}

export interface AnchorView {
  readonly environment_id: string;
  readonly kind: AnchorKind;
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  readonly rows_since: string | null;
  readonly unproven_until: string | null;
  readonly note: string | null;
  readonly key_id: string;
  readonly signature: string;
}

/** An anchor as it is shipped: in the log, in a file, by the API. */
export function anchorView(anchor: AuditAnchor): AnchorView {
  return {
    environment_id: anchor.environmentId,
    kind: anchor.kind,
    seq: anchor.seq,
    hash: anchor.hash,
    at: anchor.at.toISOString(),
    rows_since: anchor.rowsSince?.toISOString() ?? null,
    unproven_until: anchor.unprovenUntil?.toISOString() ?? null,
    note: anchor.note,
    key_id: anchor.keyId,
    signature: anchor.signature,
  };
}

function refuse({ log }: AnchorPorts, environmentId: string, reason: string): AnchorOutcome {
  log.error({ environment_id: environmentId, reason }, "the audit chain is broken, and gets no anchor");
  return { kind: "refused", reason };
}

/** Only links: a record that was edited stays a fault whatever is signed, and must not keep later ones from their anchor. */
async function brokenSince(
  chains: AuditChains,
  environmentId: string,
  latest: AuditAnchor | null,
  head: { readonly seq: number; readonly hash: string },
): Promise<string | null> {
  let seq = latest?.seq ?? 0;
  let hash = latest?.hash ?? noHash;
  if (seq > head.seq) return `the latest anchor knows link ${seq}, and the chain ends with link ${head.seq}`;
  const source = chains.source(environmentId);
  if (latest !== null && latest.kind !== "retired") {
    const there = await source.hashOf(seq);
    if (there !== hash) return `link ${seq} is not the one of its anchor`;
  }
  for await (const links of source.links(seq, head.seq)) {
    for (const { link } of links) {
      if (link.seq !== seq + 1 || linkHashOf(link, hash) !== link.hash)
        return `link ${link.seq} does not follow from link ${seq}`;
      ({ seq, hash } = link);
    }
  }
  return seq === head.seq && hash === head.hash
    ? null
    : `the chain ends with link ${seq}, and its head is link ${head.seq}`;
}

async function lastInCommon(
  { chains, signing }: AnchorPorts,
  environmentId: string,
  shipped: readonly AuditAnchor[],
): Promise<{ readonly seq: number; readonly hash: string } | null> {
  const source = chains.source(environmentId);
  for (const anchor of shipped.toSorted((a, b) => b.seq - a.seq)) {
    if (anchor.environmentId !== environmentId || signing.check(anchor) !== "good") continue;
    if ((await source.hashOf(anchor.seq)) === anchor.hash) return anchor;
  }
  return null;
}
