import type { AccountLifeline } from "#adapters/postgres/account-history/read-lifelines";
import type { TimelineEntry } from "#adapters/postgres/account-history/read-timeline";
import type { LifelineList, TimelineEntryView } from "../schemas/account-history.ts";
import { toAttemptView } from "./account-view.ts";

export function toTimelineEntryView(entry: TimelineEntry): TimelineEntryView {
  const { id, kind } = entry;
  return {
    id,
    at: entry.at.toISOString(),
    kind,
    attempt: kind === "attempt" ? toAttemptView(entry.attempt) : null,
    record: kind === "status" || kind === "change" ? { ...entry.record, detail: { ...entry.record.detail } } : null,
    event:
      kind === "event"
        ? {
            event_type: entry.event.eventType,
            sequence: entry.event.sequence,
            deliveries: entry.event.deliveries.map((one) => ({
              id: one.id,
              webhook_endpoint_id: one.endpointId,
              status: one.status,
              attempts: one.attempts,
              next_attempt_at: one.nextAttemptAt?.toISOString() ?? null,
            })),
          }
        : null,
  };
}

export function toLifelineView({ accountId, attempts, hasEarlier }: AccountLifeline): LifelineList["data"][number] {
  return {
    integrated_account_id: accountId,
    attempts: attempts.map((one) => ({
      id: one.id,
      started_at: one.startedAt.toISOString(),
      finished_at: one.finishedAt?.toISOString() ?? null,
      outcome: one.outcome as LifelineList["data"][number]["attempts"][number]["outcome"],
      next_attempt_at: one.nextAttemptAt?.toISOString() ?? null,
    })),
    has_earlier: hasEarlier,
  };
}
