import { ChevronRight } from "lucide-react";
import Link from "next/link";
import type { EventPage, EventView } from "#api/schemas/delivery";
import { eventWords, subjectOf } from "../../_components/event-words.ts";
import { ProblemState } from "../../_components/problem-state.tsx";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { SectionHeading } from "../../_components/section-heading.tsx";
import { toneClasses } from "../../_components/status.ts";
import type { Answer } from "../../_queries/problem.ts";

type Props = { events: Answer<EventPage>; labels: Map<string, string> };

/** What happened, newest first. */
export function Changes({ events, labels }: Props) {
  return (
    <section aria-labelledby="changes" className="mt-8">
      <SectionHeading id="changes" title="What changed">
        {events.kind === "ok" && events.value.data.length > 0 && (
          <Link href="/webhooks/events" prefetch={false} className="text-sm font-medium text-accent hover:underline">
            All events
          </Link>
        )}
      </SectionHeading>
      {events.kind === "problem" ? (
        <ProblemState problem={events.problem} />
      ) : events.value.data.length === 0 ? (
        <p className="card px-4 py-3 text-sm text-muted">
          Nothing in the last 30 days. Accounts that connect, fail or come back are told here, and to your webhooks.
        </p>
      ) : (
        <ol className="card divide-y divide-line overflow-hidden">
          {events.value.data.map((event) => (
            <Change key={event.id} event={event} labels={labels} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Change({ event, labels }: { event: EventView; labels: Map<string, string> }) {
  const { title, tone } = eventWords[event.event_type];
  const subject = subjectOf(event, labels);
  const reason = event.payload.last_error;
  return (
    <li>
      <Link
        href={`/webhooks/events/${event.id}`}
        prefetch={false}
        className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 px-4 py-2.5 text-sm -outline-offset-2 hover:bg-sunken sm:grid-cols-[minmax(0,3fr)_minmax(0,4fr)_88px_16px]"
      >
        <span className="flex min-w-0 items-baseline gap-2">
          <span aria-hidden className={`size-2 shrink-0 self-center rounded-full ${toneClasses[tone].solid}`} />
          <span className="font-medium">{title}</span>
        </span>
        <span className="col-span-2 row-start-2 min-w-0 pl-4 text-muted sm:col-span-1 sm:col-start-2 sm:row-start-1 sm:pl-0">
          {subject !== null && <span className="block truncate">{subject}</span>}
          {typeof reason === "string" && <span className="block truncate text-xs text-subtle">{reason}</span>}
        </span>
        <span className="text-right text-xs text-subtle">
          <RelativeTime at={event.created_at} />
        </span>
        <ChevronRight size={16} aria-hidden className="hidden text-subtle sm:block" />
      </Link>
    </li>
  );
}
