import { Users } from "lucide-react";
import type { Metadata } from "next";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { Paging } from "../../../_components/paging.tsx";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { readApprovals } from "../../../_queries/approvals.ts";
import { ApprovalsHeader } from "../_parts/approvals-header.tsx";
import { ApprovalTable } from "./approval-table.tsx";

export const metadata: Metadata = { title: "Approvals" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ApprovalsPage({ searchParams }: Props) {
  const query = await searchParams;
  const state = query["state"] === "over" ? "over" : "open";
  const cursor = typeof query["cursor"] === "string" ? query["cursor"] : undefined;
  const [open, listed] = await Promise.all([
    readApprovals({ state: "open" }),
    state === "over" ? readApprovals({ state, cursor }) : null,
  ]);
  const answer = listed ?? open;
  return (
    <>
      <ApprovalsHeader state={state} open={open.kind === "ok" ? open.value.data.length : null} />
      <div className="mt-4">
        {answer.kind === "problem" ? (
          <ProblemState problem={answer.problem} />
        ) : answer.value.data.length === 0 ? (
          <NothingThere state={state} />
        ) : (
          <>
            <ApprovalTable
              name={state === "open" ? "Open requests" : "Requests that are over"}
              approvals={answer.value.data.toSorted(byNeed)}
            />
            {state === "over" && (
              <Paging
                label="Pages"
                first={cursor === undefined ? null : { href: "/approvals?state=over", label: "Newest" }}
                next={
                  answer.value.next_cursor === null
                    ? null
                    : {
                        href: `/approvals?state=over&cursor=${encodeURIComponent(answer.value.next_cursor)}`,
                        label: "Earlier",
                      }
                }
              />
            )}
          </>
        )}
      </div>
    </>
  );
}

/** What needs whoever looks comes first; otherwise as it came. */
function byNeed(one: { may: { approve: boolean } }, other: { may: { approve: boolean } }): number {
  return Number(other.may.approve) - Number(one.may.approve);
}

function NothingThere({ state }: { state: "open" | "over" }) {
  return (
    <div className="card">
      {state === "open" ? (
        <EmptyState icon={Users} title="Nothing waits for a second person">
          Changes of keys, exports, and other hosts for an integration with live accounts are asked for by one
          administrator and approved by another. Whoever asks for one, it appears here.
        </EmptyState>
      ) : (
        <EmptyState icon={Users} title="No request has ended yet">
          What was carried out, refused or withdrawn, and what came to nothing, stays here to look up.
        </EmptyState>
      )}
    </div>
  );
}
