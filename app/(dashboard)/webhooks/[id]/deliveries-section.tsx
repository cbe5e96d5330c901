import { Inbox, SearchX } from "lucide-react";
import type { EndpointView } from "#api/schemas/webhook";
import { ButtonLink } from "../../../_components/button.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";
import { eventTypes, eventWords, type EventType } from "../../../_components/event-words.ts";
import { Paging } from "../../../_components/paging.tsx";
import { ProblemState } from "../../../_components/problem-state.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { StatusIcon } from "../../../_components/status-icon.tsx";
import { toneClasses } from "../../../_components/status.ts";
import { Tab, Tabs } from "../../../_components/tabs.tsx";
import { readDeliveries } from "../../../_queries/webhooks.ts";
import { DeliveryRow } from "../_parts/delivery-row.tsx";
import { deliveryConditions, deliveryStatuses } from "../_parts/delivery-words.ts";
import { EventTypeSelect } from "../_parts/event-type-select.tsx";
import { endpointHref, type PageView } from "./page-view.ts";

type Props = { endpoint: EndpointView; view: PageView; mayWrite: boolean };

/** What was sent to an endpoint, and what came of it. */
export async function DeliveriesSection({ endpoint, view, mayWrite }: Props) {
  const page = await readDeliveries(endpoint.id, view);
  const href = (change: Partial<PageView>) => endpointHref(endpoint.id, { ...view, cursor: undefined, ...change });
  const hrefs = Object.fromEntries([
    ["all", href({ eventType: undefined })],
    ...eventTypes.map((type) => [type, href({ eventType: type })]),
  ]) as Record<EventType | "all", string>;
  return (
    <section aria-labelledby="deliveries">
      <SectionHeading id="deliveries" title="Deliveries" note="of the last 30 days, newest event first">
        <EventTypeSelect key={view.eventType} chosen={view.eventType} hrefs={hrefs} />
      </SectionHeading>
      <Tabs label="Deliveries by status">
        <Tab href={href({ status: undefined })} isActive={view.status === undefined}>
          All
        </Tab>
        {deliveryStatuses.map((status) => (
          <Tab key={status} href={href({ status })} isActive={view.status === status}>
            <StatusIcon
              name={deliveryConditions[status].icon}
              className={toneClasses[deliveryConditions[status].tone].text}
            />
            {deliveryConditions[status].label}
          </Tab>
        ))}
      </Tabs>
      <div className="mt-3">
        {page.kind === "problem" && <ProblemState problem={page.problem} />}
        {page.kind === "ok" && page.value.data.length === 0 && (
          <div className="card">
            <NoDeliveries endpoint={endpoint} view={view} />
          </div>
        )}
        {page.kind === "ok" && page.value.data.length > 0 && (
          <ul aria-labelledby="deliveries" className="@container card divide-y divide-line overflow-hidden">
            {page.value.data.map((delivery) => (
              <DeliveryRow
                key={delivery.id}
                delivery={delivery}
                subject={<EventName type={delivery.event_type} />}
                links={[
                  { href: `/webhooks/events/${delivery.event_id}`, label: "The event and its payload" },
                  ...(delivery.integrated_account_id === null
                    ? []
                    : [{ href: `/accounts/${delivery.integrated_account_id}`, label: "The account" }]),
                ]}
                mayRedeliver={mayWrite && endpoint.status === "enabled"}
              />
            ))}
          </ul>
        )}
        {page.kind === "ok" && (
          <Paging
            label="Pages of deliveries"
            first={view.cursor === undefined ? null : { href: href({}), label: "Newest" }}
            next={
              page.value.next_cursor === null
                ? null
                : { href: href({ cursor: page.value.next_cursor }), label: "Older" }
            }
          />
        )}
      </div>
    </section>
  );
}

function EventName({ type }: { type: EventType }) {
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
      <span className="truncate">{eventWords[type].title}</span>
      <code className="truncate font-mono text-xs text-subtle">{type}</code>
    </span>
  );
}

function NoDeliveries({ endpoint, view }: { endpoint: EndpointView; view: PageView }) {
  const isFiltered = view.status ?? view.eventType ?? view.cursor;
  if (isFiltered !== undefined) {
    return (
      <EmptyState
        icon={SearchX}
        title="No delivery matches"
        action={
          <ButtonLink href={endpointHref(endpoint.id, { language: view.language })}>Show all deliveries</ButtonLink>
        }
      >
        What was sent is kept for 30 days.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Inbox}
      title={endpoint.last_success_at === null ? "Nothing was sent here yet" : "Nothing was sent in the last 30 days"}
    >
      {endpoint.status === "enabled"
        ? "The next event that it gets stands here within seconds. A test event does so at once."
        : "It is disabled: nothing is sent until it is enabled again."}
    </EmptyState>
  );
}
