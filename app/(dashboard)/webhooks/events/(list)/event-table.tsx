import Link from "next/link";
import type { EventView } from "#api/schemas/delivery";
import { eventWords, subjectOf } from "../../../../_components/event-words.ts";
import { formatShortInstant } from "../../../../_components/instant.ts";
import { ListTable } from "../../../../_components/list-table.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { EventDot } from "../../_parts/event-dot.tsx";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,2fr)_minmax(0,2.2fr)_minmax(0,2.9fr)_132px_72px] @3xl:items-center @3xl:gap-x-4";

const heads = ["Event", "About", "Type", "At (UTC)"];

/** What happened, as rows; where the place is narrow, as cards. */
export function EventTable({ events, labels }: { events: EventView[]; labels: ReadonlyMap<string, string> }) {
  return (
    <ListTable name="Events" columns={columns} heads={heads} figures={["When"]}>
      {events.map((event) => (
        <EventRow key={event.id} event={event} subject={subjectOf(event, labels)} />
      ))}
    </ListTable>
  );
}

function EventRow({ event, subject }: { event: EventView; subject: string | null }) {
  const { title, tone } = eventWords[event.event_type];
  return (
    <tr
      className={`relative grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-1 px-4 py-3 text-sm hover:bg-sunken @3xl:h-10 @3xl:py-0 ${columns}`}
    >
      <td className="min-w-0">
        <Link
          href={`/webhooks/events/${event.id}`}
          prefetch={false}
          className="flex items-center gap-2 py-1 font-medium -outline-offset-2 after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          <EventDot tone={tone} />
          <span className="truncate">{title}</span>
        </Link>
      </td>
      <td
        className="min-w-0 truncate text-muted @max-3xl:order-2 @max-3xl:col-span-2 @max-3xl:pl-4"
        title={subject ?? undefined}
      >
        {subject ?? "the environment"}
      </td>
      <td className="min-w-0 truncate font-mono text-xs text-subtle @max-3xl:order-3 @max-3xl:col-span-2 @max-3xl:pl-4">
        {event.event_type}
      </td>
      <td className="font-mono text-xs whitespace-nowrap text-subtle @max-3xl:hidden">
        {formatShortInstant(event.created_at)}
      </td>
      <td className="text-right text-muted @max-3xl:order-1 @max-3xl:py-1">
        <RelativeTime at={event.created_at} />
      </td>
    </tr>
  );
}
