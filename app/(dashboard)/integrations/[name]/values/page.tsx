import { SearchX } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../../_components/button.tsx";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { countOf } from "../../../../_components/figures.ts";
import { isPermitted } from "../../../../_components/permitted.ts";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { SearchField } from "../../../../_components/search-field.tsx";
import { readConfiguration, readDocument, readEntry, readOverridable } from "../../../../_queries/integration.ts";
import { readRole } from "../../../../_queries/session.ts";
import { IntegrationHeader } from "../_parts/integration-header.tsx";
import { searchRows, valueRows, valueShows, type ValueShow } from "./value-rows.ts";
import { ValueTabs } from "./value-tabs.tsx";
import { ValuesTable } from "./values-table.tsx";

type Props = {
  params: Promise<{ name: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const entry = await readEntry((await params).name);
  return { title: `Values of ${entry.kind === "ok" ? entry.value.label : "an integration"} · Integrations` };
}

export default async function ValuesPage({ params, searchParams }: Props) {
  const [{ name }, query] = await Promise.all([params, searchParams]);
  const [entry, configuration, document, fields, role] = await Promise.all([
    readEntry(name),
    readConfiguration(name),
    readDocument(name),
    readOverridable(name),
    readRole(),
  ]);
  if (entry.kind === "problem" || configuration.kind === "problem") {
    const problem =
      entry.kind === "problem" ? entry.problem : configuration.kind === "problem" ? configuration.problem : null;
    return (
      <>
        {entry.kind === "ok" ? (
          <IntegrationHeader entry={entry.value} active="/values" />
        ) : (
          <h1 className="sr-only">Values</h1>
        )}
        <div className="mt-5">{problem !== null && <ProblemState problem={problem} />}</div>
      </>
    );
  }
  const q = typeof query["q"] === "string" && query["q"].trim() !== "" ? query["q"].trim() : undefined;
  const show = valueShows.find((one) => one === query["show"]) ?? "all";
  const rows = valueRows(configuration.value, fields);
  const found = searchRows(rows, q, show);
  const counts = Object.fromEntries(valueShows.map((one) => [one, searchRows(rows, q, one).length]));
  return (
    <>
      <IntegrationHeader entry={entry.value} active="/values" />
      <p className="mt-4 max-w-3xl text-sm text-muted">
        What is in force in this environment. A value of the environment lies over the definition&apos;s; where
        credentials go, and how the client proves itself, only a definition can say.
      </p>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
        <SearchField label="Search values" placeholder="Field or value" value={q ?? ""} />
        <ValueTabs name={name} q={q} show={show} counts={counts as Record<ValueShow, number>} />
      </div>
      <p aria-live="polite" className="sr-only">
        {countOf(found.length, "value")}
      </p>
      {found.length === 0 ? (
        <div className="card">
          <EmptyState
            icon={SearchX}
            title={q === undefined ? "Nothing is laid over the definition" : `No value matches “${q}”`}
            action={<ButtonLink href={`/integrations/${name}/values`}>Show all values</ButtonLink>}
          >
            {q === undefined
              ? "Everything is as the definition has it. What can be changed here stands under “Can be changed”."
              : "Fields are named as in the definition, such as scope, bufferSeconds or perMinute."}
          </EmptyState>
        </div>
      ) : (
        <ValuesTable
          integration={name}
          rows={found}
          definition={document.kind === "ok" ? document.value : {}}
          isPlatform={entry.value.origin === "platform"}
          mayWrite={isPermitted(role, "integrations:write")}
        />
      )}
    </>
  );
}
