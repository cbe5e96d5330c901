import { noHash } from "../domain/audit/audit-link.ts";
import { publishAnchor, type AnchorPorts } from "./anchor-audit.ts";

/** Whole months that are kept besides the present one. */
const keptMonths = 13;

/** The beginning of the first month that is kept, UTC. */
export function retentionCutoff(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - keptMonths, 1));
}

/**
 * Removes the months whose time is over. Before that the last link that goes is signed in every environment, so that what is kept can
 * be checked from there. Where something waits for its link, or an anchor can't be made, nothing is removed.
 *
 * @returns the partitions that went
 */
export async function retireAudit(ports: AnchorPorts): Promise<readonly string[]> {
  const { chains, clock, log } = ports;
  const cutoff = retentionCutoff(clock.now());
  if (!(await chains.hasBefore(cutoff))) return [];
  for (const environmentId of await chains.environments()) {
    if (!(await chains.isCompleteUntil(environmentId, cutoff))) {
      log.warn(
        { environment_id: environmentId, cutoff },
        "audit records wait for their links; none are removed before",
      );
      return [];
    }
    const anchors = await chains.source(environmentId).anchors();
    if (anchors.some((one) => one.kind === "retired" && one.rowsSince?.getTime() === cutoff.getTime())) continue;
    const floor = anchors.findLast(({ kind }) => kind === "retired");
    const known = { seq: floor?.seq ?? 0, hash: floor?.hash ?? noHash };
    const sealed = await chains.lastSealedBefore(environmentId, cutoff);
    const last = sealed !== null && sealed.seq > known.seq ? sealed : known;
    const latest = await chains.latestAnchor(environmentId);
    const head = await chains.head(environmentId);
    await publishAnchor(
      ports,
      { environmentId, kind: "retired", seq: last.seq, hash: last.hash, rowsSince: cutoff },
      { head, latest },
    );
  }
  const dropped = await chains.dropBefore(cutoff);
  log.info({ partitions: dropped, cutoff }, "audit records were removed at the end of their time");
  return dropped;
}
