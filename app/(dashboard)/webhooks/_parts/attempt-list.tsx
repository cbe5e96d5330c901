import type { DeliveryView } from "#api/schemas/delivery";
import { formatLatency } from "../../../_components/duration.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { StatusIcon } from "../../../_components/status-icon.tsx";
import { deliveryConditions } from "./delivery-words.ts";

type Attempt = DeliveryView["attempts"][number];

const columns = "@2xl:grid @2xl:grid-cols-[104px_88px_72px_minmax(0,1fr)] @2xl:items-start @2xl:gap-x-4";

/** What was tried, newest first, and the beginning of each answer. */
export function AttemptList({ attempts }: { attempts: Attempt[] }) {
  return (
    <ol aria-label="Attempts" className="@container divide-y divide-line">
      {attempts.toReversed().map((attempt) => (
        <li key={attempt.at} className={`flex flex-wrap gap-x-4 gap-y-1 py-2 text-sm ${columns}`}>
          <span className="text-muted">
            <RelativeTime at={attempt.at} parts={2} />
          </span>
          <AttemptMark attempt={attempt} />
          <span className="text-muted">
            <span className="sr-only">took </span>
            {formatLatency(attempt.latency_ms)}
          </span>
          <span className="min-w-0 @max-2xl:basis-full">
            {isTelling(attempt) && <span className="block wrap-anywhere">{attempt.error}</span>}
            {attempt.response === null ? (
              !isTelling(attempt) && <span className="text-subtle">Empty answer</span>
            ) : (
              <pre className="max-h-40 overflow-auto rounded-sm font-mono text-xs leading-5 wrap-anywhere whitespace-pre-wrap text-muted">
                {attempt.response}
              </pre>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Whether the error says more than the status beside it. */
function isTelling({ error, http_status: status }: Attempt): boolean {
  return error !== null && error !== `HTTP ${status}`;
}

function AttemptMark({ attempt }: { attempt: Attempt }) {
  const isGood = attempt.error === null;
  const { icon } = deliveryConditions[isGood ? "delivered" : "failed"];
  return (
    <span className={`flex items-center gap-1.5 font-medium ${isGood ? "text-good" : "text-bad"}`}>
      <StatusIcon name={icon} />
      {attempt.http_status === null ? (isGood ? "Taken" : "No answer") : `HTTP ${attempt.http_status}`}
    </span>
  );
}
