import { Link2, ListChecks, SearchX, Telescope } from "lucide-react";
import type { Metadata } from "next";
import type { ReactNode } from "react";
import { ButtonLink } from "../../../_components/button.tsx";
import { CodeBlock } from "../../../_components/code-block.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { PageHeader } from "../../../_components/page-header.tsx";
import { Paging } from "../../../_components/paging.tsx";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { isPermitted } from "../../../_components/permitted.ts";
import {
  bodyFilterOf,
  readAccounts,
  type AccountFilter,
  type AccountNumbers,
  type TabNumber,
} from "../../../_queries/accounts.ts";
import { readLifelines } from "../../../_queries/account.ts";
import { readRole } from "../../../_queries/session.ts";
import { actionWords, runActions, type RunAction } from "../runs/_parts/run-words.ts";
import { AccountFilters, FilterChips } from "./account-filters.tsx";
import { AccountTable, lifelineHours } from "./account-table.tsx";
import { BulkBar } from "./bulk-bar.tsx";
import { SelectionProvider } from "./selection.tsx";
import { accountsHref, isNarrowed, readFilter, tabOf } from "./filter.ts";
import { StatusTabs } from "./status-tabs.tsx";

export const metadata: Metadata = { title: "Accounts" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function AccountsPage({ searchParams }: Props) {
  const filter = readFilter(await searchParams);
  const [answer, role] = await Promise.all([readAccounts(filter), readRole()]);
  const actions = runActions.filter((action) => isPermitted(role, actionWords[action].permission));
  if (answer.kind === "problem") {
    return (
      <>
        <PageHeader title="Accounts" />
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const { accounts, labels, numbers, nextCursor } = answer.value;
  const lifelines = await readLifelines(
    accounts.map(({ id }) => id),
    lifelineHours,
  );
  const next = nextCursor === null ? null : accountsHref({ ...filter, cursor: nextCursor });
  return (
    <>
      <PageHeader title="Accounts">
        <ButtonLink href="/accounts/runs" variant="ghost">
          <ListChecks size={14} aria-hidden />
          Bulk runs
        </ButtonLink>
      </PageHeader>
      <StatusTabs filter={filter} numbers={numbers} />
      <AccountFilters filter={filter} integrations={[...labels].map(([name, label]) => ({ name, label }))} />
      <FilterChips filter={filter} labels={labels} />
      {accounts.length === 0 ? (
        <div className="card mt-1">{next === null ? <NoAccounts filter={filter} /> : <NoneSoFar next={next} />}</div>
      ) : (
        <Selectable
          key={accountsHref({ ...filter, cursor: undefined })}
          actions={actions}
          pageIds={accounts.map(({ id }) => id)}
        >
          <AccountTable accounts={accounts} labels={labels} lifelines={lifelines} now={Date.now()} />
          {actions.length > 0 && (
            <BulkBar
              actions={actions}
              filter={bodyFilterOf(filter)}
              found={foundBy(filter, numbers)}
              hasMore={next !== null || filter.cursor !== undefined}
            />
          )}
        </Selectable>
      )}
      <Paging
        label="Pages"
        first={
          filter.cursor === undefined
            ? null
            : { href: accountsHref({ ...filter, cursor: undefined }), label: "First page" }
        }
        next={next === null ? null : { href: next, label: accounts.length < 50 ? "Look further" : "Next page" }}
      />
    </>
  );
}

type SelectableProps = { actions: readonly RunAction[]; pageIds: string[]; children: ReactNode };

/** Nothing is to be selected by whom nothing is permitted to do with it. What is selected is of one filter: its key is. */
function Selectable({ actions, pageIds, children }: SelectableProps) {
  return actions.length === 0 ? <>{children}</> : <SelectionProvider pageIds={pageIds}>{children}</SelectionProvider>;
}

/** How many the list finds, by the number on its tab. */
function foundBy(filter: AccountFilter, numbers: AccountNumbers | null): TabNumber | null {
  const tab = filter.isHeld === true ? "held" : filter.isFailing === true ? "failing" : (filter.status ?? "all");
  return numbers === null ? null : numbers[tab];
}

/** Conditions that hardly ever meet are looked for a stretch at a time. */
function NoneSoFar({ next }: { next: string }) {
  return (
    <EmptyState icon={Telescope} title="None so far" action={<ButtonLink href={next}>Look further</ButtonLink>}>
      Many accounts match one part of this filter, and none of the first 20,000 of them matches all of it. The search
      goes on from there.
    </EmptyState>
  );
}

function NoAccounts({ filter }: { filter: AccountFilter }) {
  if (filter.search !== undefined) {
    return (
      <EmptyState
        icon={SearchX}
        title={`Nothing begins with “${filter.search}”`}
        action={
          <ButtonLink
            href={accountsHref(tabOf({ ...filter, status: undefined, isHeld: undefined, isFailing: undefined }))}
          >
            Show all accounts
          </ButtonLink>
        }
      >
        Words are found by how they begin: in the tenant’s id, the external account’s name or id, and your id of the
        user. Accounts of the other environment are not listed here.
      </EmptyState>
    );
  }
  if (isNarrowed(filter) || filter.cursor !== undefined) {
    return (
      <EmptyState
        icon={SearchX}
        title="No account matches"
        action={<ButtonLink href="/accounts">Show all accounts</ButtonLink>}
      >
        An account must match every part of the filter. Accounts of the other environment are not listed here.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={Link2} title="No accounts yet">
      <p>Create a link token with the API and send its link to a customer. The account appears at the first click.</p>
      <div className="mt-4 rounded-md bg-sunken text-left text-ink">
        <CodeBlock
          label="The call that makes a link"
          code={`POST /api/v1/link-tokens\n{ "tenant_id": "acme", "integration_name": "…" }`}
        />
      </div>
    </EmptyState>
  );
}
