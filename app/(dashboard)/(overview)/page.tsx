import { Cable } from "lucide-react";
import type { Metadata } from "next";
import { EmptyState } from "../../_components/empty-state.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { isPermitted } from "../../_components/permitted.ts";
import { ProblemState } from "../../_components/problem-state.tsx";
import { SummarySentence } from "../../_components/summary-sentence.tsx";
import { readAnomalies } from "../../_queries/anomalies.ts";
import { readApprovals } from "../../_queries/approvals.ts";
import { readFirstRun } from "../../_queries/first-run.ts";
import { readOverview } from "../../_queries/overview.ts";
import { readRole } from "../../_queries/session.ts";
import { Anomalies } from "./anomalies.tsx";
import { AttentionList } from "./attention-list.tsx";
import { ClientSecrets } from "./client-secrets.tsx";
import { FirstRun } from "./first-run/first-run.tsx";
import { Figures } from "./figures-strip.tsx";
import { IntegrationProblems } from "./integration-problems.tsx";
import { IntegrationRows } from "./integration-rows.tsx";
import { MassFailures } from "./mass-failures.tsx";
import { WaitingApprovals } from "./waiting-approvals.tsx";
import { judge, totalsOf, troubleOf } from "./wellness.ts";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage() {
  const [overview, role, open, anomalies] = await Promise.all([
    readOverview(),
    readRole(),
    readApprovals({ state: "open" }),
    readAnomalies(),
  ]);
  if (overview.kind === "problem") {
    return (
      <>
        <PageHeader title="Overview" />
        <ProblemState problem={overview.problem} />
      </>
    );
  }
  const { health, labels, integrations, massFailures, clients, attention, troubled, isPartial } = overview.value;
  const now = Date.now();
  const totals = totalsOf(health);
  const going = anomalies.kind === "ok" ? anomalies.value.data.filter((one) => one.ended_at === null).length : 0;
  const told = { integrations: integrations.length, anomalies: going, isPartial };
  const trouble = troubleOf(troubled, massFailures, told, now);
  const isEmpty = totals.live + totals.accounts.disconnected === 0;
  const guide = await readFirstRun({ isNew: isEmpty });

  return (
    <>
      <PageHeader title="Overview" />
      <SummarySentence {...judge(totals, trouble)} />
      <Anomalies
        anomalies={anomalies}
        labels={labels}
        mayAct={isPermitted(role, "settings:write")}
        mayRestart={isPermitted(role, "keys:write")}
      />
      <MassFailures failures={massFailures} labels={labels} mayDecide={isPermitted(role, "accounts:write")} />
      <IntegrationProblems integrations={integrations} health={health} />
      <WaitingApprovals open={open} />
      {guide !== null && <FirstRun guide={guide} />}
      {isEmpty && guide !== null ? null : isEmpty ? (
        <div className="card mt-6">
          <EmptyState icon={Cable} title="Connect the first account">
            <p>
              Ask the API for a link, and open it in a browser as your customer would. The account appears here at the
              first click.
            </p>
            <pre className="mt-4 overflow-x-auto rounded-md bg-sunken p-3 text-left font-mono text-xs leading-5 text-ink">
              {`POST /api/v1/link-tokens\n{ "tenant_id": "acme", "integration_name": "…" }`}
            </pre>
          </EmptyState>
        </div>
      ) : (
        <>
          <Figures totals={totals} labels={labels} />
          <AttentionList
            items={attention}
            labels={labels}
            now={now}
            reauthCount={totals.accounts.needs_reauth}
            isOthers={massFailures.length > 0}
          />
          <ClientSecrets clients={clients} health={health} labels={labels} />
          <IntegrationRows health={health} labels={labels} />
        </>
      )}
    </>
  );
}
