import { Fragment } from "react";
import { StatusIcon } from "../../../_components/status-icon.tsx";
import { conditions, statuses, toneClasses } from "../../../_components/status.ts";
import { Tab, TabCount, Tabs } from "../../../_components/tabs.tsx";
import type { AccountFilter, StatusCounts } from "../../../_queries/accounts.ts";
import { accountsHref } from "./filter.ts";

const order = ["active", "needs_reauth", "connecting", "disconnected"] as const;

type Props = { filter: AccountFilter; counts: StatusCounts | null; heldCount: number | null };

export function StatusTabs({ filter, counts, heldCount }: Props) {
  const all = counts === null ? null : order.reduce((sum, status) => sum + counts[status], 0);
  return (
    <Tabs label="Accounts by status">
      <Tab
        href={accountsHref({ ...filter, status: undefined, isHeld: undefined, cursor: undefined })}
        isActive={filter.status === undefined && filter.isHeld === undefined}
      >
        All <TabCount value={all} />
      </Tab>
      {order.map((status) => (
        <Fragment key={status}>
          <Tab
            href={accountsHref({ ...filter, status, isHeld: undefined, cursor: undefined })}
            isActive={filter.status === status}
          >
            <StatusIcon name={statuses[status].icon} className={toneClasses[statuses[status].tone].text} />
            {statuses[status].label} <TabCount value={counts?.[status] ?? null} />
          </Tab>
          {status === "active" && (filter.isHeld === true || (heldCount ?? 0) > 0) && (
            <Tab
              href={accountsHref({ ...filter, status: undefined, isHeld: true, cursor: undefined })}
              isActive={filter.isHeld === true}
            >
              <StatusIcon name={conditions.held.icon} className={toneClasses[conditions.held.tone].text} />
              {conditions.held.label} <TabCount value={filter.tenantId === undefined ? heldCount : null} />
            </Tab>
          )}
        </Fragment>
      ))}
    </Tabs>
  );
}
