import type { Metadata } from "next";
import { isPermitted } from "../../../../_components/permitted.ts";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { Unread } from "../../../../_components/unread.tsx";
import {
  readActorNames,
  readConfiguration,
  readDocument,
  readEntry,
  readIntegrationStatus,
  readLastHour,
} from "../../../../_queries/integration.ts";
import { readRole } from "../../../../_queries/session.ts";
import { liveOf } from "../../_parts/concerns.ts";
import { IntegrationHeader } from "../_parts/integration-header.tsx";
import { CircuitsSection } from "./circuits-section.tsx";
import { ClientSection } from "./client-section.tsx";
import { DependentsSection } from "./dependents-section.tsx";
import { HealthSection } from "./health-section.tsx";
import { KnowledgeSection } from "./knowledge-section.tsx";
import { RedirectSection } from "./redirect-section.tsx";
import { ScopesSection } from "./scopes-section.tsx";
import { SetupSteps } from "./setup-steps.tsx";
import { UrgentCallouts } from "./urgent-callouts.tsx";

type Props = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const entry = await readEntry((await params).name);
  return { title: `${entry.kind === "ok" ? entry.value.label : "Integration"} · Integrations` };
}

export default async function IntegrationPage({ params }: Props) {
  const { name } = await params;
  const [answer, configuration, status, hour, document, role] = await Promise.all([
    readEntry(name),
    readConfiguration(name),
    readIntegrationStatus(name),
    readLastHour(name),
    readDocument(name),
    readRole(),
  ]);
  if (answer.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">Integration</h1>
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const entry = answer.value;
  const mayWrite = isPermitted(role, "integrations:write");
  const names = await readActorNames(isPermitted(role, "users:read"));
  const hasClient = entry.client !== "not_needed" && configuration.kind === "ok";
  const now = status.kind === "ok" ? status.value : null;
  const isUntouched = entry.client === "missing" && entry.format === "oauth2" && entry.health === null;
  const described = document.kind === "ok" ? document.value : null;
  return (
    <>
      <IntegrationHeader entry={entry} active="" />
      <UrgentCallouts entry={entry} status={now} />
      <div className="mt-5 flex flex-col gap-8">
        {isUntouched ? (
          <SetupSteps
            label={entry.label}
            redirectUri={configuration.kind === "ok" ? configuration.value.redirect_uri : null}
            mayWrite={mayWrite}
          />
        ) : (
          <HealthSection name={name} day={entry.health} hour={hour} />
        )}
        <div className="grid items-start gap-x-6 gap-y-8 lg:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-8">
            {hasClient && (
              <ClientSection
                label={entry.label}
                configuration={configuration.value}
                live={liveOf(entry.health)}
                names={names}
                mayWrite={mayWrite}
              />
            )}
            {hasClient && entry.format === "oauth2" && (
              <RedirectSection
                name={name}
                label={entry.label}
                redirectUri={configuration.value.redirect_uri}
                source={described?.sources?.find((one) => one.startsWith("https://")) ?? null}
                mayWrite={mayWrite}
              />
            )}
            {hasClient && (
              <ScopesSection
                name={name}
                effective={configuration.value.effective}
                descriptions={described?.credentials.config.scopeDescriptions ?? {}}
              />
            )}
            {!hasClient && configuration.kind === "problem" && entry.format !== null && (
              <ProblemState problem={configuration.problem} />
            )}
          </div>
          <div className="flex min-w-0 flex-col gap-8">
            <DependentsSection entry={entry} status={now} />
            {now !== null && entry.client !== "not_needed" && <CircuitsSection circuits={now.circuits} />}
            {status.kind === "problem" && entry.client !== "not_needed" && entry.format !== null && (
              <Unread what="Whether a breaker is open" problem={status.problem} />
            )}
            {described !== null && <KnowledgeSection document={described} configuration={configuration} />}
          </div>
        </div>
      </div>
    </>
  );
}
