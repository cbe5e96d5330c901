import { ChevronRight } from "lucide-react";
import Link from "next/link";
import type { ApprovalList, ApprovalView } from "#api/schemas/approval";
import type { Answer } from "../../_queries/problem.ts";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { isForbidden, Unread } from "../../_components/unread.tsx";
import { ApprovalStatus } from "../approvals/_parts/approval-status.tsx";
import { personName } from "../approvals/_parts/approval-words.ts";

const most = 3;

/** What whoever looks may decide about, and what goes on by itself unless somebody stops it (R48). */
export function WaitingApprovals({ open }: { open: Answer<ApprovalList> }) {
  if (open.kind === "problem") {
    // Not everybody may read them, and what can't be read must not keep the overview from showing.
    const { problem } = open;
    return isForbidden(problem) ? null : <Unread what="Requests for approval" problem={problem} className="mt-6" />;
  }
  const waiting = open.value.data.filter(isForThem);
  if (waiting.length === 0) return null;
  return (
    <section aria-labelledby="approvals" className="mt-6">
      <SectionHeading id="approvals" title="Waits for your decision">
        {waiting.length > most && (
          <Link href="/approvals" className="text-sm font-medium text-accent hover:underline">
            All {waiting.length} requests
          </Link>
        )}
      </SectionHeading>
      <ul className="card divide-y divide-line overflow-hidden">
        {waiting.slice(0, most).map((approval) => (
          <li key={approval.id}>
            <Link
              href={`/approvals/${approval.id}`}
              prefetch={false}
              className="grid items-center gap-x-6 gap-y-1 px-4 py-3 -outline-offset-2 hover:bg-sunken sm:grid-cols-[minmax(0,4fr)_minmax(0,3fr)_16px]"
            >
              <span className="min-w-0">
                <span className="block text-sm font-medium wrap-anywhere">{approval.summary}</span>
                <span className="block truncate text-xs text-muted">Asked by {personName(approval.requested_by)}</span>
              </span>
              <span className="min-w-0 text-sm">
                <ApprovalStatus approval={approval} />
              </span>
              <ChevronRight size={16} aria-hidden className="hidden text-subtle sm:block" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function isForThem({ may, waits_until: waitsUntil }: ApprovalView): boolean {
  return may.approve || (waitsUntil !== null && may.refuse);
}
