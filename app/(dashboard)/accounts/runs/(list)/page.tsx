import { ListChecks } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import type { AccountRunView } from "#api/schemas/account-run";
import { Breadcrumb } from "../../../../_components/breadcrumb.tsx";
import { ButtonLink } from "../../../../_components/button.tsx";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { countOf } from "../../../../_components/figures.ts";
import { ListTable } from "../../../../_components/list-table.tsx";
import { PageHeader } from "../../../../_components/page-header.tsx";
import { Paging } from "../../../../_components/paging.tsx";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { StatusMark } from "../../../../_components/status-mark.tsx";
import { readRuns } from "../../../../_queries/account-runs.ts";
import { readSession } from "../../../../_queries/session.ts";
import { RunBar } from "../_parts/run-bar.tsx";
import { actionWords, lookOfRun, wordRun } from "../_parts/run-words.ts";

export const metadata: Metadata = { title: "Bulk runs" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,3fr)_minmax(0,2.4fr)_minmax(0,1.6fr)_minmax(0,1.1fr)_84px] @3xl:items-center @3xl:gap-x-4";

export default async function RunsPage({ searchParams }: Props) {
  const query = await searchParams;
  const cursor = typeof query["cursor"] === "string" ? query["cursor"] : undefined;
  const [answer, session] = await Promise.all([readRuns(cursor), readSession()]);
  const you = session.kind === "ok" ? session.value.user.id : "";
  return (
    <>
      <Breadcrumb steps={[{ href: "/accounts", label: "Accounts" }]} />
      <PageHeader title="Bulk runs" />
      {answer.kind === "problem" ? (
        <ProblemState problem={answer.problem} />
      ) : answer.value.data.length === 0 ? (
        <div className="card">
          <EmptyState
            icon={ListChecks}
            title={cursor === undefined ? "Nothing was done to many accounts yet" : "No earlier runs"}
            action={<ButtonLink href="/accounts">Choose accounts</ButtonLink>}
          >
            Select accounts, or all that a filter finds, and refresh, release or disconnect them, or create
            re-authorization links. A worker goes through them, and what becomes of each stands here for 90 days.
          </EmptyState>
        </div>
      ) : (
        <>
          <ListTable name="Bulk runs" columns={columns} heads={["Run", "State", "Accounts", "By"]} figures={["Began"]}>
            {answer.value.data.map((run) => (
              <RunRow key={run.id} run={run} you={you} />
            ))}
          </ListTable>
          <Paging
            label="Pages"
            first={cursor === undefined ? null : { href: "/accounts/runs", label: "Newest" }}
            next={
              answer.value.next_cursor === null
                ? null
                : { href: `/accounts/runs?cursor=${encodeURIComponent(answer.value.next_cursor)}`, label: "Earlier" }
            }
          />
        </>
      )}
    </>
  );
}

function RunRow({ run, you }: { run: AccountRunView; you: string }) {
  return (
    <tr
      className={`relative flex flex-col gap-1.5 px-4 py-3 text-sm hover:bg-sunken @3xl:min-h-14 @3xl:py-2 ${columns}`}
    >
      <td className="min-w-0">
        <Link
          href={`/accounts/runs/${run.id}`}
          prefetch={false}
          className="block font-medium -outline-offset-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent @3xl:truncate"
        >
          {actionWords[run.action].title(countOf(run.total, "account"))}
        </Link>
        {run.reason !== null && <span className="block truncate text-xs text-subtle">{run.reason}</span>}
      </td>
      <td className="min-w-0">
        <StatusMark condition={lookOfRun(run)} remark={wordRun(run)} />
      </td>
      <td className="min-w-0">
        <RunBar run={run} />
      </td>
      <td className="flex min-w-0 justify-between gap-4 text-muted @3xl:block @3xl:truncate">
        <span className="shrink-0 text-subtle @3xl:hidden">By</span>
        <span className="min-w-0 truncate">
          {run.created_by === you ? "You" : <code className="font-mono text-xs">{run.created_by}</code>}
        </span>
      </td>
      <td className="flex min-w-0 justify-between gap-4 text-muted @3xl:block @3xl:text-right">
        <span className="shrink-0 text-subtle @3xl:hidden">Began</span>
        <RelativeTime at={run.created_at} />
      </td>
    </tr>
  );
}
