import Link from "next/link";
import { ListX } from "lucide-react";
import type { AccountRunView, RunResultPage, RunResultView } from "#api/schemas/account-run";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { ListTable } from "../../../../_components/list-table.tsx";
import { Paging } from "../../../../_components/paging.tsx";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import { StatusMark } from "../../../../_components/status-mark.tsx";
import { Tab, TabCount, Tabs } from "../../../../_components/tabs.tsx";
import type { Answer } from "../../../../_queries/problem.ts";
import { outcomeLooks, wordResult } from "../_parts/run-words.ts";

type Outcome = RunResultView["outcome"];

type Props = {
  run: AccountRunView;
  results: Answer<RunResultPage>;
  outcome: Outcome | undefined;
  cursor: string | undefined;
  labels: Map<string, string>;
};

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,1.6fr)_minmax(0,1.2fr)_110px_minmax(0,3fr)_72px] @3xl:items-center @3xl:gap-x-4";

/** What became of each account. */
export function RunResults({ run, results, outcome, cursor, labels }: Props) {
  const href = (query: Record<string, string | undefined>): string => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return `/accounts/runs/${run.id}${given.length === 0 ? "" : `?${new URLSearchParams(given)}`}`;
  };
  const left = run.total - run.done - run.failed - run.skipped;
  const tabs: [Outcome | undefined, string, number][] = [
    [undefined, "All", run.total],
    ["failed", "Failed", run.failed],
    ["skipped", "Skipped", run.skipped],
    ["done", "Done", run.done],
    ["pending", run.state === "cancelled" ? "Left alone" : "Waiting", left],
  ];
  return (
    <section aria-labelledby="results" className="mt-8">
      <SectionHeading id="results" title="Accounts" />
      <Tabs label="Accounts by outcome">
        {tabs.map(([name, label, count]) => (
          <Tab key={label} href={href({ outcome: name })} isActive={outcome === name}>
            {label} <TabCount value={count} />
          </Tab>
        ))}
      </Tabs>
      <div className="mt-3">
        {results.kind === "problem" ? (
          <ProblemState problem={results.problem} />
        ) : results.value.data.length === 0 ? (
          <div className="card">
            <EmptyState icon={ListX} title="No account here">
              None has this outcome{run.state === "running" ? " yet" : ""}.
            </EmptyState>
          </div>
        ) : (
          <>
            <ListTable
              name="Accounts of this run"
              columns={columns}
              heads={["Customer", "Integration", "Outcome", "What came of it"]}
              figures={["When"]}
            >
              {results.value.data.map((result) => (
                <ResultRow key={result.integrated_account_id} run={run} result={result} labels={labels} />
              ))}
            </ListTable>
            <Paging
              label="Pages of accounts"
              first={cursor === undefined ? null : { href: href({ outcome }), label: "First page" }}
              next={
                results.value.next_cursor === null
                  ? null
                  : { href: href({ outcome, cursor: results.value.next_cursor }), label: "Next page" }
              }
            />
          </>
        )}
      </div>
    </section>
  );
}

type RowProps = { run: AccountRunView; result: RunResultView; labels: Map<string, string> };

function ResultRow({ run, result, labels }: RowProps) {
  const look =
    run.state === "cancelled" && result.outcome === "pending"
      ? { ...outcomeLooks.skipped, label: "Left alone" }
      : outcomeLooks[result.outcome];
  const words = wordResult(result);
  const external = result.external_account?.label ?? result.external_account?.id ?? null;
  const integration = result.integration_name;
  return (
    <tr
      className={`relative flex flex-col gap-1 px-4 py-2.5 text-sm hover:bg-sunken @3xl:min-h-10 @3xl:py-1.5 ${columns}`}
    >
      <td className="min-w-0 truncate">
        {result.tenant_id === null ? (
          <code className="font-mono text-xs text-subtle">{result.integrated_account_id}</code>
        ) : (
          <Link
            href={`/accounts/${result.integrated_account_id}`}
            prefetch={false}
            title={result.tenant_id}
            className="font-medium -outline-offset-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {result.tenant_id}
          </Link>
        )}
        {external !== null && <span className="block truncate text-xs text-subtle">{external}</span>}
      </td>
      <td className="min-w-0 truncate text-muted @max-3xl:hidden">
        {integration === null ? "–" : (labels.get(integration) ?? integration)}
      </td>
      <td className="min-w-0">
        <StatusMark condition={look} />
      </td>
      <td className="min-w-0 text-muted">
        {words ?? <span className="text-subtle @max-3xl:hidden">–</span>}
        {result.outcome === "failed" && result.code !== null && (
          <code className="block font-mono text-xs text-subtle">{result.code}</code>
        )}
      </td>
      <td className="text-muted @3xl:text-right">
        {result.finished_at === null ? (
          <span className="text-subtle @max-3xl:hidden">–</span>
        ) : (
          <RelativeTime at={result.finished_at} />
        )}
      </td>
    </tr>
  );
}
