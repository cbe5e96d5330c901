import type { Metadata } from "next";
import type { AnomalyList } from "#api/schemas/anomaly";
import { Callout } from "../../_components/callout.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { isPermitted } from "../../_components/permitted.ts";
import { ProblemState } from "../../_components/problem-state.tsx";
import { SummarySentence } from "../../_components/summary-sentence.tsx";
import { isForbidden, Unread } from "../../_components/unread.tsx";
import { readAnomalies } from "../../_queries/anomalies.ts";
import { readApprovals } from "../../_queries/approvals.ts";
import { readFirstRun } from "../../_queries/first-run.ts";
import { readOverview } from "../../_queries/overview.ts";
import type { Answer } from "../../_queries/problem.ts";
import { readRole } from "../../_queries/session.ts";
import { Anomalies } from "./anomalies.tsx";
import { AttentionList } from "./attention-list.tsx";
import { Changes } from "./changes.tsx";
import { ClientSecrets } from "./client-secrets.tsx";
import { EmptyOverview } from "./empty-overview.tsx";
import { FailureReasons } from "./failure-reasons.tsx";
import { FirstRun } from "./first-run/first-run.tsx";
import { Figures } from "./figures-strip.tsx";
import { IntegrationProblems } from "./integration-problems.tsx";
import { IntegrationRows } from "./integration-rows.tsx";
import { MassFailures } from "./mass-failures.tsx";
import { withoutStaleDue } from "./next-hour.ts";
import { Standing } from "./standing.tsx";
import { Trends } from "./trends.tsx";
import { WaitingApprovals } from "./waiting-approvals.tsx";
import { judge } from "./wellness.ts";
import { readWindow, windows } from "./window.ts";
import { WindowChoice } from "./window-choice.tsx";

export const metadata: Metadata = { title: "Overview" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function OverviewPage({ searchParams }: Props) {
  const window = readWindow((await searchParams)["window"]);
  const [read, role, open, anomalies] = await Promise.all([
    readOverview(window),
    readRole(),
    readApprovals({ state: "open" }),
    readAnomalies(),
  ]);
  if (read.kind === "problem") {
    return (
      <>
        <PageHeader title="Overview" />
        <ProblemState problem={read.problem} />
      </>
    );
  }
  const { series, labels, toMend, massFailures, clients, attention, events } = read.value;
  const overview = { ...read.value.overview, integrations: withoutStaleDue(read.value.overview) };
  const { accounts, integrations, at } = overview;
  const { words } = windows[window];
  const going = countGoing(anomalies);
  const isEmpty = integrations.length === 0;
  const guide = await readFirstRun({ isNew: isEmpty });

  return (
    <>
      <PageHeader title="Overview">{!isEmpty && <WindowChoice chosen={window} />}</PageHeader>
      <SummarySentence
        {...judge(overview, {
          labels,
          massFailures,
          toMend: toMend.kind === "ok" ? toMend.value.length : null,
          anomalies: going,
          window: words,
        })}
      />
      {!overview.is_counted && (
        <Callout tone="info" title="What there was before the upgrade is being counted" className="mt-4">
          Attempts and what is read from them are those since then. A worker counts the others within minutes.
        </Callout>
      )}
      <Anomalies
        anomalies={anomalies}
        labels={labels}
        mayAct={isPermitted(role, "settings:write")}
        mayRestart={isPermitted(role, "keys:write")}
      />
      <MassFailures failures={massFailures} labels={labels} mayDecide={isPermitted(role, "accounts:write")} />
      {toMend.kind === "problem" ? (
        <Unread what="What is wrong with integrations" problem={toMend.problem} className="mt-4" />
      ) : (
        <IntegrationProblems integrations={toMend.value} health={integrations} />
      )}
      <WaitingApprovals open={open} />
      {guide !== null && <FirstRun guide={guide} />}
      {isEmpty && guide !== null ? null : isEmpty ? (
        <EmptyOverview />
      ) : (
        <>
          <Figures overview={overview} series={series.kind === "ok" ? series.value : null} window={window} />
          <AttentionList
            items={attention}
            labels={labels}
            now={Date.parse(at)}
            reauthCount={accounts.needs_reauth}
            withoutCount={overview.attention.without_token}
            failingCount={overview.attention.failing}
            isOthers={massFailures.length > 0}
          />
          <ClientSecrets clients={clients} health={integrations} labels={labels} />
          <IntegrationRows integrations={integrations} labels={labels} now={at} window={words} />
          <Trends series={series} integrations={integrations} labels={labels} window={window} words={words} />
          <div className="mt-8 grid gap-x-4 gap-y-8 lg:grid-cols-2">
            <FailureReasons integrations={integrations} labels={labels} window={words} />
            <Standing overview={overview} window={words} />
          </div>
          <Changes events={events} labels={labels} />
        </>
      )}
    </>
  );
}

/** Whom the API tells no alarms has none to know of. */
function countGoing(anomalies: Answer<AnomalyList>): number | null {
  if (anomalies.kind === "problem") return isForbidden(anomalies.problem) ? 0 : null;
  return anomalies.value.data.filter((one) => one.ended_at === null).length;
}
