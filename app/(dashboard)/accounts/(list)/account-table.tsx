import Link from "next/link";
import type { ReactNode } from "react";
import type { AccountView } from "#api/schemas/account";
import { AccountStatus } from "../../../_components/account-status.tsx";
import { ListTable } from "../../../_components/list-table.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { TokenLife } from "../../../_components/token-life.tsx";
import { PageCheckbox, RowCheckbox } from "./selection.tsx";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1.5fr)_minmax(0,2.6fr)_126px_82px_80px] @3xl:items-center @3xl:gap-x-3";

const heads = ["Customer", "Integration", "External account", "Status", "Token expires", "Refreshed", "Next refresh"];

/** Accounts as rows of 40 px; where the place is narrow, as cards. */
export function AccountTable({ accounts, labels }: { accounts: AccountView[]; labels: Map<string, string> }) {
  return (
    <ListTable name="Accounts" columns={columns} heads={heads} select={<PageCheckbox />}>
      {accounts.map((account) => (
        <AccountRow
          key={account.id}
          account={account}
          label={labels.get(account.integration_name) ?? account.integration_name}
        />
      ))}
    </ListTable>
  );
}

function AccountRow({ account, label }: { account: AccountView; label: string }) {
  const external = account.external_account?.label ?? account.external_account?.id ?? null;
  return (
    <tr className={`relative flex flex-col gap-1.5 px-4 py-3 text-sm hover:bg-sunken @3xl:h-10 @3xl:py-0 ${columns}`}>
      <td className="order-first flex min-w-0 items-center gap-3 @3xl:order-none" title={account.tenant_id}>
        <RowCheckbox id={account.id} name={account.tenant_id} />
        <Link
          href={`/accounts/${account.id}`}
          prefetch={false}
          className="min-w-0 truncate py-1 font-medium -outline-offset-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {account.tenant_id}
        </Link>
      </td>
      <Cell name="Integration" title={label}>
        {label}
      </Cell>
      <Cell name="External account" title={external ?? ""} isEmpty={external === null}>
        {external}
      </Cell>
      <td className="order-first min-w-0 @3xl:order-none">
        <AccountStatus account={account} />
      </td>
      <Cell name="Token expires" isEmpty={account.status !== "active"}>
        <TokenLife account={account} />
      </Cell>
      <Cell name="Refreshed" isEmpty={account.refreshed_at === null}>
        {account.refreshed_at !== null && <RelativeTime at={account.refreshed_at} />}
      </Cell>
      <Cell name="Next refresh" isEmpty={account.refresh_due_at === null}>
        {account.refresh_due_at !== null && <RelativeTime at={account.refresh_due_at} />}
      </Cell>
    </tr>
  );
}

type CellProps = { name: string; children: ReactNode; title?: string; isEmpty?: boolean };

function Cell({ name, children, title, isEmpty = false }: CellProps) {
  return (
    <td
      title={title}
      className={`min-w-0 justify-between gap-4 text-muted @3xl:block @3xl:truncate ${isEmpty ? "hidden" : "flex"}`}
    >
      <span className="shrink-0 text-subtle @3xl:hidden">{name}</span>
      {isEmpty ? (
        <span className="text-subtle">
          <span aria-hidden>–</span>
          <span className="sr-only">none</span>
        </span>
      ) : (
        <span className="min-w-0 truncate">{children}</span>
      )}
    </td>
  );
}
