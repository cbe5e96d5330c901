import { ArrowRight } from "lucide-react";
import type { ApprovalView } from "#api/schemas/approval";
import { SectionHeading } from "../../../_components/section-heading.tsx";

/** Before and after, one below the other where they are long: what is read is what is approved. */
export function ApprovalChanges({ changes }: { changes: ApprovalView["changes"] }) {
  if (changes.length === 0) return null;
  return (
    <section aria-labelledby="changes">
      <SectionHeading id="changes" title="What would be otherwise" />
      <dl className="card divide-y divide-line overflow-hidden text-sm">
        {changes.map(({ what, before, after }) => (
          <div key={what} className="px-4 py-3">
            <dt className={what.startsWith("/") ? "font-mono text-xs wrap-anywhere text-muted" : "font-medium"}>
              {what}
            </dt>
            <dd className="mt-1.5 grid items-start gap-x-3 gap-y-1.5 sm:grid-cols-[minmax(0,1fr)_16px_minmax(0,1fr)]">
              <Value mark="Before" tone="old" text={before} />
              <ArrowRight size={14} aria-hidden className="mt-4 hidden text-subtle sm:block" />
              <Value mark="After" tone="new" text={after} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Value({ mark, tone, text }: { mark: string; tone: "old" | "new"; text: string | null }) {
  return (
    <span
      className={`block min-w-0 rounded-md px-2.5 py-1.5 ${tone === "old" ? "bg-sunken text-muted" : "bg-accent-soft text-ink"}`}
    >
      <span className="block text-xs text-muted">{mark}</span>
      {text === null ? (
        <span className="text-subtle">nothing</span>
      ) : (
        <code className="block font-mono text-xs leading-5 wrap-anywhere">{text}</code>
      )}
    </span>
  );
}
