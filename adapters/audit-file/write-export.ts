import { anchorView } from "#core/usecases/anchor-audit";
import type { ChainSource } from "#core/ports/audit-chain";
import { noHash } from "#core/domain/audit/audit-link";
import { exportFormat, recordOf } from "./audit-lines.ts";

export interface Exported {
  sealed: number;
  unsealed: number;
}

/**
 * Writes chains with their records and anchors as lines of JSON, some at a time: everything that a check needs and the database has.
 *
 * @param write resolves once there is room for more
 */
export async function writeExport(
  environments: readonly { readonly name: string | null; readonly source: ChainSource }[],
  now: Date,
  write: (text: string) => Promise<void>,
  onProgress: (exported: Exported) => void,
): Promise<Exported> {
  const total = { sealed: 0, unsealed: 0 };
  const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
  await write(line({ type: exportFormat, exported_at: now.toISOString() }));
  for (const { name, source } of environments) {
    const { environmentId } = source;
    const count = { sealed: 0, unsealed: 0 };
    // In this order: an anchor that is made meanwhile would know more than the head.
    const anchors = await source.anchors();
    const head = await source.head();
    await write(
      line({
        type: "environment",
        environment_id: environmentId,
        name,
        seq: head?.seq ?? 0,
        hash: head?.hash ?? noHash,
        sealed_at: head?.sealedAt?.toISOString() ?? null,
        looked_at: head?.lookedAt?.toISOString() ?? null,
        unproven_until: head?.unprovenUntil?.toISOString() ?? null,
      }),
    );
    for (const anchor of anchors) await write(line({ type: "anchor", anchor: anchorView(anchor) }));
    for await (const page of source.links(0, head?.seq ?? 0)) {
      const lines = page.map(({ link, entry }) =>
        line({
          type: "sealed",
          seq: link.seq,
          audit_id: link.auditId,
          audit_at: link.auditAt.toISOString(),
          row_hash: link.rowHash,
          hash: link.hash,
          sealed_at: link.sealedAt.toISOString(),
          record: entry === null ? null : recordOf(entry),
        }),
      );
      await write(lines.join(""));
      count.sealed += page.length;
      onProgress({ sealed: total.sealed + count.sealed, unsealed: total.unsealed });
    }
    for await (const page of source.unlinked(null, null)) {
      await write(page.map(({ entry }) => line({ type: "unsealed", record: recordOf(entry) })).join(""));
      count.unsealed += page.length;
    }
    await write(line({ type: "end", environment_id: environmentId, ...count }));
    total.sealed += count.sealed;
    total.unsealed += count.unsealed;
  }
  await write(line({ type: "end_of_file" }));
  return total;
}
