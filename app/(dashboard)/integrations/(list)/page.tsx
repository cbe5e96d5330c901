import type { Metadata } from "next";
import { Callout } from "../../../_components/callout.tsx";
import { ButtonLink } from "../../../_components/button.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { isPermitted } from "../../../_components/permitted.ts";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { Tab, TabCount, Tabs } from "../../../_components/tabs.tsx";
import { countOf } from "../../../_components/figures.ts";
import { readCatalogue } from "../../../_queries/catalogue.ts";
import { readRole } from "../../../_queries/session.ts";
import { isUnread, liveOf, urgencyOf } from "../_parts/concerns.ts";
import { knownFormats } from "../_parts/format-words.ts";
import { CatalogueCards } from "./catalogue-cards.tsx";
import { CatalogueFilters } from "./catalogue-filters.tsx";
import { applyFilter, catalogueHref, countShown, isOwn, narrow, readFilter, shows, type Show } from "./filter.ts";
import { IntegrationTable } from "./integration-table.tsx";
import { NothingFound } from "./nothing-found.tsx";

export const metadata: Metadata = { title: "Integrations" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const tabWords: Record<Show, string> = {
  all: "All",
  in_use: "In use",
  set_up: "Set up",
  attention: "Needs attention",
};

export default async function IntegrationsPage({ searchParams }: Props) {
  const filter = readFilter(await searchParams);
  const [catalogue, role] = await Promise.all([readCatalogue(), readRole()]);
  const mayWrite = isPermitted(role, "integrations:write");
  if (catalogue.kind === "problem") {
    return (
      <>
        <PageHeader title="Integrations" />
        <ProblemState problem={catalogue.problem} />
      </>
    );
  }
  const all = catalogue.value;
  const found = applyFilter(all, filter);
  const own = found
    .filter(isOwn)
    .toSorted(
      (one, other) => urgencyOf(other) - urgencyOf(one) || (liveOf(other.health) ?? 0) - (liveOf(one.health) ?? 0),
    );
  const others = found.filter((entry) => !isOwn(entry));
  const among = narrow(all, filter);
  const categories = [...new Set(all.flatMap(({ category }) => (category === null ? [] : [category])))].toSorted();
  const formats = knownFormats.filter((format) => all.some((entry) => entry.format === format));
  return (
    <>
      <PageHeader title="Integrations">
        {mayWrite && <ButtonLink href="/new-integration">Define an integration</ButtonLink>}
      </PageHeader>
      <Tabs label="What to show">
        {shows.map((show) => (
          <Tab key={show} href={catalogueHref({ ...filter, show })} isActive={filter.show === show}>
            {tabWords[show]} <TabCount value={countShown(among, show)} />
          </Tab>
        ))}
      </Tabs>
      <CatalogueFilters filter={filter} categories={categories} formats={formats} />
      {all.some(isUnread) && (
        <div role="alert" className="mb-4">
          <Callout tone="warn" title="How integrations do could not be read">
            Which accounts live on them, and what fails, is not known right now. This page tries again by itself.
          </Callout>
        </div>
      )}
      <p aria-live="polite" className="sr-only">
        {countOf(found.length, "integration")}
      </p>
      {found.length === 0 && (
        <div className="card">
          <NothingFound filter={filter} mayWrite={mayWrite} />
        </div>
      )}
      {own.length > 0 && (
        <section aria-labelledby="own" className="mt-2">
          <SectionHeading id="own" title="In this environment" note="refreshes of the last 24 hours" />
          <IntegrationTable entries={own} />
        </section>
      )}
      {others.length > 0 && (
        <section aria-labelledby="catalogue" className={own.length > 0 ? "mt-8" : "mt-2"}>
          <SectionHeading id="catalogue" title="Catalogue" note="not set up here" />
          <CatalogueCards entries={others} />
        </section>
      )}
    </>
  );
}
