import Link from "next/link";
import { Fragment } from "react";
import { classNames } from "../../../_components/class-names.ts";
import { formatCount } from "../../../_components/figures.ts";
import { StatusIcon } from "../../../_components/status-icon.tsx";
import { conditions, statuses, toneClasses } from "../../../_components/status.ts";
import type { AccountFilter, StatusCounts } from "../../../_queries/accounts.ts";
import { accountsHref } from "./filter.ts";

const order = ["active", "needs_reauth", "connecting", "disconnected"] as const;

type Props = { filter: AccountFilter; counts: StatusCounts | null; heldCount: number | null };

export function StatusTabs({ filter, counts, heldCount }: Props) {
  const all = counts === null ? null : order.reduce((sum, status) => sum + counts[status], 0);
  return (
    <nav aria-label="Accounts by status" className="-mx-4 overflow-x-auto border-b border-line px-4 md:mx-0 md:px-0">
      <ul className="flex gap-5">
        <Tab
          href={accountsHref({ ...filter, status: undefined, isHeld: undefined, cursor: undefined })}
          isActive={filter.status === undefined && filter.isHeld === undefined}
        >
          All <Count value={all} />
        </Tab>
        {order.map((status) => (
          <Fragment key={status}>
            <Tab
              href={accountsHref({ ...filter, status, isHeld: undefined, cursor: undefined })}
              isActive={filter.status === status}
            >
              <StatusIcon name={statuses[status].icon} className={toneClasses[statuses[status].tone].text} />
              {statuses[status].label} <Count value={counts?.[status] ?? null} />
            </Tab>
            {status === "active" && (filter.isHeld === true || (heldCount ?? 0) > 0) && (
              <Tab
                href={accountsHref({ ...filter, status: undefined, isHeld: true, cursor: undefined })}
                isActive={filter.isHeld === true}
              >
                <StatusIcon name={conditions.held.icon} className={toneClasses[conditions.held.tone].text} />
                {conditions.held.label} <Count value={filter.tenantId === undefined ? heldCount : null} />
              </Tab>
            )}
          </Fragment>
        ))}
      </ul>
    </nav>
  );
}

function Tab({ href, isActive, children }: { href: string; isActive: boolean; children: React.ReactNode }) {
  return (
    <li>
      <Link
        href={href}
        prefetch={false}
        aria-current={isActive ? "true" : undefined}
        className={classNames(
          "-mb-px flex h-9 items-center gap-1.5 border-b-2 text-sm font-medium whitespace-nowrap -outline-offset-2 pointer-coarse:h-11",
          isActive ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink",
        )}
      >
        {children}
      </Link>
    </li>
  );
}

function Count({ value }: { value: number | null }) {
  return value === null ? null : <span className="font-normal text-subtle">{formatCount(value)}</span>;
}
