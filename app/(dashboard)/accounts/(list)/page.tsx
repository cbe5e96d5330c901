import { Link2, SearchX } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../_components/button.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { Paging } from "../../../_components/paging.tsx";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { readAccounts, type AccountFilter } from "../../../_queries/accounts.ts";
import { AccountFilters } from "./account-filters.tsx";
import { AccountTable } from "./account-table.tsx";
import { accountsHref, readFilter } from "./filter.ts";
import { StatusTabs } from "./status-tabs.tsx";

export const metadata: Metadata = { title: "Accounts" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function AccountsPage({ searchParams }: Props) {
  const filter = readFilter(await searchParams);
  const answer = await readAccounts(filter);
  if (answer.kind === "problem") {
    return (
      <>
        <PageHeader title="Accounts" />
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const { accounts, labels, counts, heldCount, nextCursor } = answer.value;
  return (
    <>
      <PageHeader title="Accounts" />
      <StatusTabs filter={filter} counts={counts} heldCount={heldCount} />
      <AccountFilters
        key={`${filter.status}${filter.isHeld}${filter.integrationName}${filter.tenantId}`}
        filter={filter}
        integrations={[...labels].map(([name, label]) => ({ name, label }))}
      />
      {accounts.length === 0 ? (
        <div className="card mt-3">
          <NoAccounts filter={filter} />
        </div>
      ) : (
        <AccountTable accounts={accounts} labels={labels} />
      )}
      <Paging
        label="Pages"
        first={
          filter.cursor === undefined
            ? null
            : { href: accountsHref({ ...filter, cursor: undefined }), label: "First page" }
        }
        next={
          nextCursor === null ? null : { href: accountsHref({ ...filter, cursor: nextCursor }), label: "Next page" }
        }
      />
    </>
  );
}

function NoAccounts({ filter }: { filter: AccountFilter }) {
  const isFiltered = filter.status ?? filter.isHeld ?? filter.integrationName ?? filter.tenantId ?? filter.cursor;
  if (isFiltered !== undefined) {
    return (
      <EmptyState
        icon={SearchX}
        title="No account matches"
        action={<ButtonLink href="/accounts">Show all accounts</ButtonLink>}
      >
        Tenants are matched by their exact id. An account of the other environment is not listed here.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={Link2} title="No accounts yet">
      <p>Create a link token with the API and send its link to a customer. The account appears at the first click.</p>
      <pre className="mt-4 overflow-x-auto rounded-md bg-sunken p-3 text-left font-mono text-xs leading-5 text-ink">
        {`POST /api/v1/link-tokens\n{ "tenant_id": "acme", "integration_name": "…" }`}
      </pre>
    </EmptyState>
  );
}
