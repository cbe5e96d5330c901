import Link from "next/link";
import type { ApprovalView } from "#api/schemas/approval";
import { ListTable } from "../../../_components/list-table.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { ApprovalStatus } from "../_parts/approval-status.tsx";
import { kindWords, personName } from "../_parts/approval-words.ts";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,4fr)_minmax(0,3.4fr)_minmax(0,1.8fr)_84px] @3xl:items-center @3xl:gap-x-4";

/** Requests as rows; where the place is narrow, as cards. */
export function ApprovalTable({ name, approvals }: { name: string; approvals: ApprovalView[] }) {
  return (
    <ListTable name={name} columns={columns} heads={["Request", "Status", "Asked by"]} figures={["Asked"]}>
      {approvals.map((approval) => (
        <tr
          key={approval.id}
          className={`relative flex flex-col gap-1.5 px-4 py-3 text-sm hover:bg-sunken @3xl:min-h-14 @3xl:py-2 ${columns}`}
        >
          <td className="min-w-0">
            <Link
              href={`/approvals/${approval.id}`}
              prefetch={false}
              title={approval.summary}
              className="block font-medium -outline-offset-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent @3xl:truncate"
            >
              {approval.summary}
            </Link>
            <span className="block truncate text-xs text-subtle">
              {kindWords[approval.kind].name} · <span className="font-mono">{approval.subject}</span>
            </span>
          </td>
          <td className="min-w-0">
            <ApprovalStatus approval={approval} />
          </td>
          <td className="flex min-w-0 justify-between gap-4 text-muted @3xl:block @3xl:truncate">
            <span className="shrink-0 text-subtle @3xl:hidden">Asked by</span>
            <span className="min-w-0 truncate" title={approval.requested_by.email ?? undefined}>
              {personName(approval.requested_by)}
            </span>
          </td>
          <td className="flex min-w-0 justify-between gap-4 text-muted @3xl:block @3xl:text-right">
            <span className="shrink-0 text-subtle @3xl:hidden">Asked</span>
            <RelativeTime at={approval.requested_at} />
          </td>
        </tr>
      ))}
    </ListTable>
  );
}
