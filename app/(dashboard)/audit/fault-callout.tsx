import type { AuditFaultView } from "#api/schemas/audit";
import { Callout } from "../../_components/callout.tsx";
import { formatCount } from "../../_components/figures.ts";
import { formatInstant } from "../../_components/instant.ts";

/** Names the first record that is not as it was written, and what to do. */
export function FaultCallout({ fault, title }: { fault: AuditFaultView; title: string }) {
  const which = [
    fault.seq === null ? null : `number ${formatCount(fault.seq)}`,
    fault.at === null ? null : `of ${formatInstant(fault.at)}`,
  ].filter((part) => part !== null);
  return (
    <Callout tone="bad" title={title} code={fault.problem}>
      {fault.id !== null && (
        <p>
          <code className="font-mono text-xs">{fault.id}</code>
          {which.length > 0 && `, ${which.join(", ")}`}
        </p>
      )}
      {fault.id === null && which.length > 0 && <p>Record {which.join(", ")}</p>}
      <p>{fault.explanation}</p>
      <p className="text-muted">
        Keep the database as it is, and compare with anchors that were kept elsewhere:{" "}
        <code className="font-mono text-xs">evergrant audit verify --anchors</code>.
      </p>
    </Callout>
  );
}
