import { Inbox } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { Breadcrumb } from "../../../../_components/breadcrumb.tsx";
import { CodeBlock } from "../../../../_components/code-block.tsx";
import { CopyButton } from "../../../../_components/copy-button.tsx";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { eventWords, subjectOf } from "../../../../_components/event-words.ts";
import { Fact, InstantFact } from "../../../../_components/facts.tsx";
import { formatCount } from "../../../../_components/figures.ts";
import { isPermitted } from "../../../../_components/permitted.ts";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import { SectionHeading } from "../../../../_components/section-heading.tsx";
import { readIntegrationLabels } from "../../../../_queries/integrations.ts";
import { readRole } from "../../../../_queries/session.ts";
import { readEndpoints, readEvent, type EventDetail } from "../../../../_queries/webhooks.ts";
import { DeliveryRow } from "../../_parts/delivery-row.tsx";
import { EndpointAddress } from "../../_parts/endpoint-address.tsx";
import { EventDot } from "../../_parts/event-dot.tsx";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const event = await readEvent((await params).id);
  return { title: event.kind === "ok" ? `${eventWords[event.value.event_type].title} · Events` : "Event" };
}

export default async function EventPage({ params }: Props) {
  const { id } = await params;
  const [answer, labels, role] = await Promise.all([readEvent(id), readIntegrationLabels(), readRole()]);
  if (answer.kind === "problem") {
    return (
      <>
        <h1 className="sr-only">Event</h1>
        <ProblemState problem={answer.problem} />
      </>
    );
  }
  const event = answer.value;
  const { title, tells, tone } = eventWords[event.event_type];
  const subject = subjectOf(event, labels);
  return (
    <>
      <Breadcrumb
        steps={[
          { href: "/webhooks", label: "Webhooks" },
          { href: "/webhooks/events", label: "Events" },
        ]}
      />
      <header className="mb-6">
        <h1 className="flex items-center gap-2.5 text-xl font-semibold tracking-tight">
          <EventDot tone={tone} />
          {title}
        </h1>
        <p className="wrap-anywhere text-muted">
          {subject !== null && <span className="text-ink">{subject} · </span>}
          <RelativeTime at={event.created_at} parts={2} />
        </p>
        <p className="text-sm text-muted">{tells}</p>
      </header>
      <DeliveriesOfEvent event={event} mayWrite={isPermitted(role, "webhooks:write")} />
      <div className="mt-8 grid items-start gap-x-6 gap-y-8 lg:grid-cols-2">
        <EventFacts event={event} />
        <Payload event={event} />
      </div>
    </>
  );
}

/** One row for each endpoint that it went to, with what was tried unfolded. */
async function DeliveriesOfEvent({ event, mayWrite }: { event: EventDetail; mayWrite: boolean }) {
  const endpoints = await readEndpoints();
  const known = new Map(endpoints.kind === "ok" ? endpoints.value.map((one) => [one.id, one]) : []);
  return (
    <section aria-labelledby="deliveries">
      <SectionHeading id="deliveries" title="Deliveries" note="one for each endpoint" />
      {event.deliveries.length === 0 ? (
        <div className="card">
          <EmptyState icon={Inbox} title="It went to no endpoint">
            None was enabled and took events of this type. A replay, on the page of an endpoint that does, sends it.
          </EmptyState>
        </div>
      ) : (
        <ul aria-labelledby="deliveries" className="@container card divide-y divide-line overflow-hidden">
          {event.deliveries.map((delivery) => {
            const endpoint = known.get(delivery.webhook_endpoint_id);
            return (
              <DeliveryRow
                key={delivery.id}
                delivery={delivery}
                isOpen
                subject={
                  <span className="block truncate" title={endpoint?.url}>
                    <EndpointAddress url={endpoint?.url ?? delivery.webhook_endpoint_id} />
                  </span>
                }
                links={[{ href: `/webhooks/${delivery.webhook_endpoint_id}`, label: "The endpoint" }]}
                mayRedeliver={mayWrite && endpoint?.status === "enabled"}
              />
            );
          })}
        </ul>
      )}
    </section>
  );
}

function EventFacts({ event }: { event: EventDetail }) {
  const id = typeof event.payload.id === "string" ? event.payload.id : "";
  const isAboutAccount = id.startsWith("ia_");
  return (
    <section aria-labelledby="facts">
      <SectionHeading id="facts" title="Facts" />
      <dl className="card divide-y divide-line text-sm">
        <Fact name="Type">
          <code className="font-mono text-xs leading-5 wrap-anywhere">{event.event_type}</code>
        </Fact>
        <Fact name="Id">
          <span className="flex items-center gap-1">
            <code className="min-w-0 font-mono text-xs leading-5 wrap-anywhere">{event.id}</code>
            <CopyButton text={event.id} label="Copy event id" />
          </span>
        </Fact>
        <InstantFact name="Happened" at={event.created_at} none="–" />
        {isAboutAccount && <Subject name="Account" id={id} href={`/accounts/${id}`} />}
        {id.startsWith("whe_") && <Subject name="Endpoint" id={id} href={`/webhooks/${id}`} />}
        {event.sequence !== null && (
          <Fact name="Sequence">
            {formatCount(event.sequence)}
            {isAboutAccount && (
              <>
                {" "}
                <Link
                  href={`/webhooks/events?account=${id}`}
                  prefetch={false}
                  className="text-muted underline decoration-line-strong underline-offset-3 hover:decoration-current"
                >
                  of the account&rsquo;s events
                </Link>
              </>
            )}
          </Fact>
        )}
        <Fact name="Environment">{event.environment}</Fact>
      </dl>
    </section>
  );
}

function Subject({ name, id, href }: { name: string; id: string; href: string }) {
  return (
    <Fact name={name}>
      <Link
        href={href}
        prefetch={false}
        className="font-mono text-xs leading-5 wrap-anywhere underline decoration-line-strong underline-offset-3 hover:decoration-current"
      >
        {id}
      </Link>
    </Fact>
  );
}

/** The body that endpoints of the format `standard` get. */
function Payload({ event }: { event: EventDetail }) {
  const text = JSON.stringify({ ...event, deliveries: undefined }, null, 2);
  return (
    <section aria-labelledby="body" className="min-w-0">
      <SectionHeading id="body" title="Body" note="as signed JSON carries it">
        <CopyButton text={text} label="Copy the body" />
      </SectionHeading>
      <div className="card overflow-hidden">
        <CodeBlock code={text} label="Body of the event" />
      </div>
    </section>
  );
}
