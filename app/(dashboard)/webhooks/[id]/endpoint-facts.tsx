import type { EndpointView } from "#api/schemas/webhook";
import { wordFilters } from "../../../_components/event-words.ts";
import { Fact, InstantFact } from "../../../_components/facts.tsx";
import { formatInstant } from "../../../_components/instant.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { formatWords, formatWaiting, wordLastDay } from "../_parts/endpoint-words.ts";

export function EndpointFacts({ endpoint }: { endpoint: EndpointView }) {
  const lastDay = wordLastDay(endpoint.last_day);
  return (
    <section aria-labelledby="facts">
      <SectionHeading id="facts" title="Facts" />
      <dl className="card divide-y divide-line text-sm">
        <Fact name="Format">{formatWords[endpoint.format].name}</Fact>
        <Fact name="Events">
          <ul>
            {wordFilters(endpoint.events).map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </Fact>
        {endpoint.format === "standard" && (
          <Fact name="Signing secret">
            {endpoint.previous_secret_accepted_until === null ? (
              "One, shown when it was made"
            ) : (
              <>
                Two signatures until{" "}
                <time dateTime={endpoint.previous_secret_accepted_until}>
                  {formatInstant(endpoint.previous_secret_accepted_until)}
                </time>
                , <RelativeTime at={endpoint.previous_secret_accepted_until} />
              </>
            )}
          </Fact>
        )}
        <Fact name="Arrived, 24 h">{lastDay === null ? "Nothing was sent" : `${lastDay.share}: ${lastDay.of}`}</Fact>
        <Fact name="Waiting">{formatWaiting(endpoint.waiting)}</Fact>
        <InstantFact name="Last success" at={endpoint.last_success_at} none="Never" />
        {endpoint.failing_since !== null && <InstantFact name="Failing since" at={endpoint.failing_since} none="–" />}
        {endpoint.disabled_at !== null && <InstantFact name="Disabled" at={endpoint.disabled_at} none="–" />}
        <InstantFact name="Created" at={endpoint.created_at} none="–" />
        <InstantFact name="Changed" at={endpoint.updated_at} none="–" />
      </dl>
    </section>
  );
}
