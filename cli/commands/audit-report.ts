import type { VerifyReport } from "#core/usecases/verify-audit";

/** A report by the API's names. */
export function reportView(name: string | null, report: VerifyReport) {
  const fault = report.firstBroken;
  return {
    environment: name ?? report.environmentId,
    ok: fault === null,
    checked: report.checked,
    from_seq: report.fromSeq,
    to_seq: report.toSeq,
    retired: report.retired,
    waiting: report.waiting,
    sealer_seconds: report.sealerSeconds,
    anchors: {
      compared: report.anchors.compared,
      superseded: report.anchors.superseded,
      latest_at: report.anchors.latestAt?.toISOString() ?? null,
    },
    first_broken: fault === null ? null : { ...fault, at: fault.at?.toISOString() ?? null },
  };
}

export function reportText(name: string | null, report: VerifyReport): string {
  const who = name ?? report.environmentId;
  const fault = report.firstBroken;
  if (fault !== null) {
    const which = [
      fault.id === null ? null : `record ${fault.id}`,
      fault.seq === null ? null : `number ${fault.seq}`,
      fault.at === null ? null : `of ${fault.at.toISOString()}`,
    ].filter((part) => part !== null);
    return `${who}: BROKEN (${fault.problem}). First: ${which.length === 0 ? "unknown" : which.join(", ")}. ${fault.explanation} ${report.checked} records before it are as they were written.`;
  }
  const anchors =
    report.anchors.latestAt === null
      ? "no anchor yet"
      : `${report.anchors.compared} anchors compared, the latest of ${report.anchors.latestAt.toISOString()}`;
  const more = [
    report.retired === 0 ? null : `${report.retired} were removed at the end of their time`,
    report.anchors.superseded === 0 ? null : `${report.anchors.superseded} anchors belong to what a restored copy lost`,
    report.waiting === 0 ? null : `${report.waiting} records wait for their link`,
    report.waiting > 0 && (report.sealerSeconds === null || report.sealerSeconds > 120)
      ? `no worker has sealed for ${report.sealerSeconds === null ? "ever" : `${report.sealerSeconds} s`}`
      : null,
  ].filter((part) => part !== null);
  return `${who}: whole. ${report.checked} records checked (${report.fromSeq} to ${report.toSeq}); ${anchors}.${more.length === 0 ? "" : ` ${more.join("; ")}.`}`;
}
