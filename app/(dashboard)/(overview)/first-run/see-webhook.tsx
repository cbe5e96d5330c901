"use client";

import Link from "next/link";
import { useState } from "react";
import type { EventView } from "#api/schemas/delivery";
import type { EndpointView } from "#api/schemas/webhook";
import { buttonClass } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { CodeBlock } from "../../../_components/code-block.tsx";
import { eventWords } from "../../../_components/event-words.ts";
import { countOf } from "../../../_components/figures.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { EndpointAddress } from "../../webhooks/_parts/endpoint-address.tsx";
import { PingButton, PingResult, type PingAnswer } from "../../webhooks/_parts/ping-button.tsx";
import { beginGuide } from "./leave-guide.tsx";

type Props = { environment: string; endpoint: EndpointView | null; events: readonly EventView[] };

/** Where events go, a test event for it, and the newest ones to read here, for who has no receiver yet. */
export function SeeWebhook({ environment, endpoint, events }: Props) {
  const [ping, setPing] = useState<PingAnswer | null>(null);
  return (
    <div className="flex max-w-xl flex-col gap-4 text-sm">
      {endpoint === null ? (
        <>
          <p className="text-muted">
            Evergrant tells your backend by a signed POST what happens to an account: connected, needs re-authorization,
            works again.
          </p>
          <div>
            <Link
              href="/webhooks/new"
              prefetch={false}
              onClick={() => beginGuide(environment)}
              className={buttonClass("primary")}
            >
              Add an endpoint
            </Link>
          </div>
        </>
      ) : (
        <>
          <p className="text-muted">
            Events go to <EndpointAddress url={endpoint.url} />, and none has arrived there yet.
          </p>
          {endpoint.failures > 0 && (
            <Callout
              tone="warn"
              title={`It did not take what was sent, ${countOf(endpoint.failures, "time", "times")}`}
            >
              A receiver that checks signatures needs the signing secret of this endpoint.{" "}
              <Link
                href={`/webhooks/${endpoint.id}`}
                prefetch={false}
                className="font-medium underline underline-offset-2"
              >
                See what it answered
              </Link>
            </Callout>
          )}
          <div>
            <PingButton endpoint={endpoint} variant="primary" onAnswer={setPing} />
          </div>
          <div aria-live="polite">{ping !== null && <PingResult answer={ping} />}</div>
        </>
      )}
      {events.length > 0 && (
        <div>
          <p className="font-medium">
            What your backend {endpoint === null ? "would read" : "reads"}
            <span className="font-normal text-subtle"> the newest events of this environment</span>
          </p>
          <ul className="mt-1.5 divide-y divide-line overflow-hidden rounded-md border border-line">
            {events.map((event, index) => (
              <li key={event.id}>
                <details open={index === 0}>
                  <summary className="flex min-h-10 list-none flex-wrap items-center justify-between gap-x-4 px-3 py-1.5 hover:bg-sunken">
                    <span className="min-w-0">
                      {eventWords[event.event_type].title}{" "}
                      <code className="font-mono text-xs text-subtle">{event.event_type}</code>
                    </span>
                    <span className="text-xs text-subtle">
                      <RelativeTime at={event.created_at} />
                    </span>
                  </summary>
                  <div className="border-t border-line bg-sunken">
                    <CodeBlock label={`The event ${event.event_type}`} code={JSON.stringify(event, null, 2)} />
                  </div>
                </details>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
