import type { Metadata } from "next";
import Link from "next/link";
import type { ReactNode } from "react";
import type { AccountRunView } from "#api/schemas/account-run";
import { Breadcrumb } from "../../../../_components/breadcrumb.tsx";
import { Callout } from "../../../../_components/callout.tsx";
import { countOf, formatCount } from "../../../../_components/figures.ts";
import { formatDuration } from "../../../../_components/duration.ts";
import { isPermitted } from "../../../../_components/permitted.ts";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { StatusMark } from "../../../../_components/status-mark.tsx";
import { readRun, readRunResults } from "../../../../_queries/account-runs.ts";
import { readIntegrationLabels } from "../../../../_queries/integrations.ts";
import { readSession } from "../../../../_queries/session.ts";
import { accountsHref, readFilter } from "../../(list)/filter.ts";
import { RunBar, RunLegend } from "../_parts/run-bar.tsx";
import { actionWords, lookOfRun } from "../_parts/run-words.ts";
import { RunControls } from "./run-controls.tsx";
import { RunLinks } from "./run-links.tsx";
import { RunResults } from "./run-results.tsx";

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

const outcomes = ["done", "failed", "skipped", "pending"] as const;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const run = await readRun((await params).id);
  return {
    title: run.kind === "ok" ? actionWords[run.value.action].title(countOf(run.value.total, "account")) : "Bulk run",
  };
}

export default async function RunPage({ params, searchParams }: Props) {
  const [{ id }, query] = await Promise.all([params, searchParams]);
  const outcome = outcomes.find((one) => one === query["outcome"]);
  const cursor = typeof query["cursor"] === "string" ? query["cursor"] : undefined;
  const [answer, session, labels] = await Promise.all([readRun(id), readSession(), readIntegrationLabels()]);
  if (answer.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">Bulk run</h1>
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const run = answer.value;
  const results = await readRunResults(id, outcome, cursor);
  const user = session.kind === "ok" ? session.value.user : null;
  const words = actionWords[run.action];
  const isTheirs = user !== null && (run.created_by === user.id || run.resumed_by === user.id);
  const isOpen = run.state === "running" || run.state === "paused";
  return (
    <>
      <Breadcrumb
        steps={[
          { href: "/accounts", label: "Accounts" },
          { href: "/accounts/runs", label: "Bulk runs" },
        ]}
      />
      <header className="mb-5 flex flex-wrap items-center gap-x-3 gap-y-1">
        <h1 className="text-xl font-semibold tracking-tight">{words.title(countOf(run.total, "account"))}</h1>
        <StatusMark condition={lookOfRun(run)} variant="pill" />
      </header>
      <section aria-label="Progress" className="card px-4 py-4">
        <RunBar run={run} size="large" />
        <div className="mt-3 flex flex-wrap items-start justify-between gap-x-8 gap-y-3">
          <RunLegend run={run} />
          {isOpen && isPermitted(user?.role ?? "", words.permission) && <RunControls run={run} />}
        </div>
        {run.last_error !== null && isOpen && (
          <Callout
            tone="warn"
            title={run.state === "paused" ? "It rests" : "It could not go on for a moment"}
            className="mt-3.5"
          >
            {run.last_error}
          </Callout>
        )}
        <dl className="mt-4 grid gap-x-6 gap-y-2.5 border-t border-line pt-3.5 text-sm sm:grid-cols-2 lg:grid-cols-4">
          <Figure name={isOpen ? "Time left" : "Took"}>
            <Time run={run} />
          </Figure>
          <Figure name="Pace">{wordPace(run)}</Figure>
          <Figure name="Began">
            <RelativeTime at={run.created_at} parts={2} />{" "}
            {run.created_by === user?.id ? (
              "by you"
            ) : (
              <code className="block truncate font-mono text-xs text-subtle">{run.created_by}</code>
            )}
            {run.resumed_by !== null && run.resumed_by !== run.created_by && (
              <span className="block truncate text-xs text-subtle">
                resumed by {run.resumed_by === user?.id ? "you" : <code className="font-mono">{run.resumed_by}</code>}
              </span>
            )}
          </Figure>
          <Figure name="Accounts">
            <Selection run={run} />
          </Figure>
          {run.reason !== null && (
            <div className="sm:col-span-2 lg:col-span-4">
              <dt className="text-xs leading-5 text-subtle">Reason</dt>
              <dd className="wrap-anywhere">{run.reason}</dd>
            </div>
          )}
        </dl>
      </section>
      {run.action === "reauthorization_links" && isTheirs && (
        <RunLinks id={run.id} made={run.done} isPermitted={isPermitted(user.role, "links:write")} />
      )}
      {run.action === "reauthorization_links" && !isTheirs && (
        <Callout tone="info" title="The links are shown to whoever began the run or resumed it" className="mt-4">
          They are stored nowhere, and nobody else gets them. Create links of your own where you need some.
        </Callout>
      )}
      <RunResults run={run} results={results} outcome={outcome} cursor={cursor} labels={labels} />
    </>
  );
}

function Time({ run }: { run: AccountRunView }) {
  if (run.finished_at !== null) {
    return <>{formatDuration((Date.parse(run.finished_at) - Date.parse(run.created_at)) / 1000)}</>;
  }
  if (run.state === "paused") return <span className="text-subtle">Paused</span>;
  return run.seconds_left === null ? (
    <span className="text-subtle">Not known yet</span>
  ) : (
    <>{formatDuration(run.seconds_left)}</>
  );
}

function wordPace(run: AccountRunView): string {
  const limit = run.pace === null ? "no limit" : `at most ${formatCount(run.pace)} a second`;
  if (run.rate === null || run.state !== "running") return limit;
  return `${run.rate.toLocaleString("en", { maximumFractionDigits: 1 })} a second, ${limit}`;
}

/** What was selected, as a link to the list as it is now. */
function Selection({ run }: { run: AccountRunView }) {
  if (run.filter === null) return <>{countOf(run.total, "account")}, chosen one by one</>;
  const query = Object.fromEntries(Object.entries(run.filter).map(([name, value]) => [name, String(value)]));
  const isAll = Object.keys(query).length === 0;
  return (
    <Link
      href={accountsHref(readFilter(query))}
      prefetch={false}
      className="underline decoration-line-strong underline-offset-3 hover:decoration-current"
    >
      {isAll ? "All of the environment" : "What a filter found"}
    </Link>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 justify-between gap-4 sm:block">
      <dt className="shrink-0 text-xs leading-5 text-subtle">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}
