import { Fragment } from "react";
import { StatusIcon } from "../../../_components/status-icon.tsx";
import { conditions, statuses, toneClasses, type Look } from "../../../_components/status.ts";
import { Tab, TabCount, Tabs } from "../../../_components/tabs.tsx";
import type { AccountFilter, AccountNumbers, TabNumber } from "../../../_queries/accounts.ts";
import { accountsHref } from "./filter.ts";

const order = ["active", "needs_reauth", "connecting", "disconnected"] as const;
const whole = { status: undefined, isHeld: undefined, isFailing: undefined, cursor: undefined };
const failing: Look = { ...conditions.refresh_failing, label: "Refresh failing" };

type Props = { filter: AccountFilter; numbers: AccountNumbers | null };

/** All, by status, and the active ones in trouble, where there are any. */
export function StatusTabs({ filter, numbers }: Props) {
  const isAll = filter.status === undefined && filter.isHeld === undefined && filter.isFailing === undefined;
  const isThere = (number: TabNumber | undefined): boolean => (number?.count ?? 0) > 0;
  return (
    <Tabs label="Accounts by status">
      <Tab href={accountsHref({ ...filter, ...whole })} isActive={isAll}>
        All <Number number={numbers?.all} />
      </Tab>
      {order.map((status) => (
        <Fragment key={status}>
          <Tab href={accountsHref({ ...filter, ...whole, status })} isActive={filter.status === status}>
            <Mark look={statuses[status]} />
            <Number number={numbers?.[status]} />
          </Tab>
          {status === "active" && (filter.isFailing === true || isThere(numbers?.failing)) && (
            <Tab href={accountsHref({ ...filter, ...whole, isFailing: true })} isActive={filter.isFailing === true}>
              <Mark look={failing} />
              <Number number={numbers?.failing} />
            </Tab>
          )}
          {status === "active" && (filter.isHeld === true || isThere(numbers?.held)) && (
            <Tab href={accountsHref({ ...filter, ...whole, isHeld: true })} isActive={filter.isHeld === true}>
              <Mark look={conditions.held} />
              <Number number={numbers?.held} />
            </Tab>
          )}
        </Fragment>
      ))}
    </Tabs>
  );
}

function Mark({ look }: { look: Look }) {
  return (
    <>
      <StatusIcon name={look.icon} className={toneClasses[look.tone].text} />
      {look.label}
    </>
  );
}

function Number({ number }: { number: TabNumber | undefined }) {
  return number === undefined ? null : <TabCount value={number.count} isExact={number.isExact} />;
}
