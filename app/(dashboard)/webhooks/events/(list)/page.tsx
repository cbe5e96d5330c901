import { History, SearchX, X } from "lucide-react";
import type { Metadata } from "next";
import { ButtonLink } from "../../../../_components/button.tsx";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { eventTypes, type EventType } from "../../../../_components/event-words.ts";
import { Paging } from "../../../../_components/paging.tsx";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { readIntegrationLabels } from "../../../../_queries/integrations.ts";
import { readEvents, type EventFilter } from "../../../../_queries/webhooks.ts";
import { EventTypeSelect } from "../../_parts/event-type-select.tsx";
import { WebhooksHeader } from "../../_parts/webhooks-header.tsx";
import { eventsHref, readEventFilter } from "./event-filter.ts";
import { EventTable } from "./event-table.tsx";

export const metadata: Metadata = { title: "Events · Webhooks" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function EventsPage({ searchParams }: Props) {
  const filter = readEventFilter(await searchParams);
  const [page, labels] = await Promise.all([readEvents(filter), readIntegrationLabels()]);
  const first = { ...filter, cursor: undefined };
  const hrefs = Object.fromEntries([
    ["all", eventsHref({ ...first, eventType: undefined })],
    ...eventTypes.map((eventType) => [eventType, eventsHref({ ...first, eventType })]),
  ]) as Record<EventType | "all", string>;
  return (
    <>
      <WebhooksHeader active="events" />
      <search className="flex flex-wrap items-center gap-2 py-3">
        <EventTypeSelect key={filter.eventType} chosen={filter.eventType} hrefs={hrefs} />
        {filter.accountId !== undefined && (
          <span className="inline-flex min-w-0 items-center gap-2 text-sm text-muted">
            <span className="truncate">
              of <code className="font-mono text-xs">{filter.accountId}</code>
            </span>
            <ButtonLink href={eventsHref({ ...first, accountId: undefined })} variant="ghost">
              <X size={14} aria-hidden />
              All accounts
            </ButtonLink>
          </span>
        )}
      </search>
      {page.kind === "problem" ? (
        <ProblemState problem={page.problem} />
      ) : (
        <>
          {page.value.data.length === 0 ? (
            <div className="card">
              <NoEvents filter={filter} />
            </div>
          ) : (
            <EventTable events={page.value.data} labels={labels} />
          )}
          <Paging
            label="Pages of events"
            first={filter.cursor === undefined ? null : { href: eventsHref(first), label: "Newest" }}
            next={
              page.value.next_cursor === null
                ? null
                : { href: eventsHref({ ...filter, cursor: page.value.next_cursor }), label: "Older" }
            }
          />
        </>
      )}
    </>
  );
}

function NoEvents({ filter }: { filter: EventFilter }) {
  if ((filter.eventType ?? filter.accountId ?? filter.cursor) !== undefined) {
    return (
      <EmptyState
        icon={SearchX}
        title="No event matches"
        action={<ButtonLink href="/webhooks/events">Show all events</ButtonLink>}
      >
        Events are kept for 30 days.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={History} title="Nothing has happened yet">
      An event stands here when a customer connects or must re-authorize, when a provider fails or recovers, whether an
      endpoint gets it or not.
    </EmptyState>
  );
}
