import { ScrollText, SearchX } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../_components/button.tsx";
import { EmptyState } from "../../_components/empty-state.tsx";
import { PageHeader } from "../../_components/page-header.tsx";
import { Paging } from "../../_components/paging.tsx";
import { ProblemState } from "../../_components/problem-state.tsx";
import { readAuditChain, readAuditEvents, type AuditFilter } from "../../_queries/audit.ts";
import { auditHref, readAuditFilter } from "./audit-filter.ts";
import { AuditFilters } from "./audit-filters.tsx";
import { AuditRow } from "./audit-row.tsx";
import { ChainState } from "./chain-state.tsx";

export const metadata: Metadata = { title: "Audit log" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function AuditPage({ searchParams }: Props) {
  const filter = readAuditFilter(await searchParams);
  const [page, chain] = await Promise.all([readAuditEvents(filter), readAuditChain()]);
  const first = { ...filter, cursor: undefined };
  return (
    <>
      <PageHeader title="Audit log" />
      {chain.kind === "ok" && <ChainState chain={chain.value} now={Date.now()} />}
      <AuditFilters key={auditHref(first)} filter={filter} />
      {page.kind === "problem" ? (
        <ProblemState problem={page.problem} />
      ) : (
        <>
          {page.value.data.length === 0 ? (
            <div className="card">
              <NoRecords filter={filter} />
            </div>
          ) : (
            <ul aria-label="Records" className="@container card divide-y divide-line overflow-hidden">
              {page.value.data.map((event) => (
                <AuditRow key={event.id} event={event} filter={filter} />
              ))}
            </ul>
          )}
          <Paging
            label="Pages of records"
            first={filter.cursor === undefined ? null : { href: auditHref(first), label: "Newest" }}
            next={
              page.value.next_cursor === null
                ? null
                : { href: auditHref({ ...filter, cursor: page.value.next_cursor }), label: "Older" }
            }
          />
        </>
      )}
    </>
  );
}

function NoRecords({ filter }: { filter: AuditFilter }) {
  if (Object.values(filter).some((value) => value !== undefined)) {
    return (
      <EmptyState
        icon={SearchX}
        title="No record matches"
        action={<ButtonLink href="/audit">Show all records</ButtonLink>}
      >
        Filters are taken together. Records are kept for 13 months.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={ScrollText} title="Nothing was recorded yet">
      Every seal and every opening of a credential, each change of an account and of a setting stands here, with who did
      it.
    </EmptyState>
  );
}
