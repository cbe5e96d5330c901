import Link from "next/link";
import type { ReactNode } from "react";
import type { AccountView } from "#api/schemas/account";
import type { LifelineList } from "#api/schemas/account-history";
import { AccountStatus } from "../../../_components/account-status.tsx";
import { buildSharedLifeline } from "../../../_components/lifeline/build-lifeline.ts";
import { LifelineRow } from "../../../_components/lifeline/lifeline-row.tsx";
import { ListTable } from "../../../_components/list-table.tsx";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { PageCheckbox, RowCheckbox } from "./selection.tsx";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,2.4fr)_minmax(0,1fr)_minmax(0,2.4fr)_minmax(0,2fr)_92px] @3xl:items-center @3xl:gap-x-4";

const heads = ["Customer", "Integration", "Status", "Last 6 hours"];

/** What the pictures of the rows show, all on one axis. */
export const lifelineHours = 6;
const axis = { backSeconds: lifelineHours * 3600, aheadSeconds: 7200 };

type Lifelines = ReadonlyMap<string, LifelineList["data"][number]>;

type Props = { accounts: AccountView[]; labels: Map<string, string>; lifelines: Lifelines; now: number };

/** Accounts as rows of 40 px; where the place is narrow, as cards. */
export function AccountTable({ accounts, labels, lifelines, now }: Props) {
  return (
    <ListTable name="Accounts" columns={columns} heads={heads} figures={["Token ends"]} select={<PageCheckbox />}>
      {accounts.map((account) => (
        <AccountRow
          key={account.id}
          account={account}
          label={labels.get(account.integration_name) ?? account.integration_name}
          lifeline={lifelines.get(account.id)}
          now={now}
        />
      ))}
    </ListTable>
  );
}

type RowProps = {
  account: AccountView;
  label: string;
  lifeline: LifelineList["data"][number] | undefined;
  now: number;
};

function AccountRow({ account, label, lifeline, now }: RowProps) {
  const external = account.external_account?.label ?? account.external_account?.id ?? null;
  return (
    <tr className={`relative flex flex-col gap-1.5 px-4 py-3 text-sm hover:bg-sunken @3xl:h-11 @3xl:py-0 ${columns}`}>
      <td className="order-first flex min-w-0 items-center gap-3 @3xl:order-none">
        <RowCheckbox id={account.id} name={account.tenant_id} />
        <span className="min-w-0 flex-1 leading-4 @3xl:py-1">
          <Link
            href={`/accounts/${account.id}`}
            prefetch={false}
            title={account.tenant_id}
            className="block truncate font-medium -outline-offset-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          >
            {account.tenant_id}
          </Link>
          {external !== null && (
            <span className="block truncate text-xs text-subtle" title={external}>
              {external}
            </span>
          )}
        </span>
      </td>
      <Cell name="Integration" title={label}>
        {label}
      </Cell>
      <td className="order-first min-w-0 @3xl:order-none">
        <AccountStatus account={account} />
      </td>
      <td className="min-w-0">
        {account.status === "connecting" || lifeline === undefined ? (
          <None isHidden />
        ) : (
          <LifelineRow
            lifeline={buildSharedLifeline(account, lifeline.attempts, lifeline.has_earlier, now, axis)}
            now={now}
          />
        )}
      </td>
      <Cell name="Token ends" isFigure isEmpty={account.status !== "active"}>
        {account.expires_at === null ? "Does not end" : <TokenEnd at={account.expires_at} now={now} />}
      </Cell>
    </tr>
  );
}

function TokenEnd({ at, now }: { at: string; now: number }) {
  return (
    <span className={Date.parse(at) <= now ? "font-medium text-bad" : ""}>
      <RelativeTime at={at} />
    </span>
  );
}

function None({ isHidden = false }: { isHidden?: boolean }) {
  return (
    <span className={`text-subtle ${isHidden ? "@max-3xl:hidden" : ""}`}>
      <span aria-hidden>–</span>
      <span className="sr-only">none</span>
    </span>
  );
}

type CellProps = { name: string; children: ReactNode; title?: string; isEmpty?: boolean; isFigure?: boolean };

function Cell({ name, children, title, isEmpty = false, isFigure = false }: CellProps) {
  return (
    <td
      title={title}
      className={`min-w-0 justify-between gap-4 text-muted @3xl:block @3xl:truncate ${isFigure ? "@3xl:text-right" : ""} ${isEmpty ? "hidden" : "flex"}`}
    >
      <span className="shrink-0 text-subtle @3xl:hidden">{name}</span>
      {isEmpty ? <None /> : <span className="min-w-0 truncate">{children}</span>}
    </td>
  );
}
