import type { ChainFault } from "../domain/audit/check-chain.ts";
import type { AnchorPorts } from "./anchor-audit.ts";
import { verifyAudit } from "./verify-audit.ts";

/** The check is daily; an hour more, so that nothing falls between two, milliseconds. */
const spanMs = 25 * 3_600_000;

/**
 * Checks what was sealed since yesterday, keeps what came of it, and tells whoever listens when something is broken. What is older was
 * checked the day before; `evergrant audit verify` looks at all of it.
 *
 * @returns the first fault of each environment that has one
 */
export async function checkAudit(ports: AnchorPorts): Promise<readonly ChainFault[]> {
  const { chains, signing, clock, log } = ports;
  const faults: ChainFault[] = [];
  for (const environmentId of await chains.environments()) {
    const now = clock.now();
    const source = chains.source(environmentId);
    const anchors = await source.anchors();
    const before = anchors.findLast(({ at }) => now.getTime() - at.getTime() > spanMs);
    const report = await verifyAudit({ source, signing, now, afterSeq: before?.seq ?? 0 });
    const fault = report.firstBroken;
    await chains.noteCheck(environmentId, { at: now, fromSeq: report.fromSeq, toSeq: report.toSeq, fault });
    if (fault === null) {
      log.info({ environment_id: environmentId, checked: report.checked }, "the audit log is whole");
      continue;
    }
    faults.push(fault);
    log.error({ environment_id: environmentId, ...fault }, "the audit log is broken");
  }
  return faults;
}
