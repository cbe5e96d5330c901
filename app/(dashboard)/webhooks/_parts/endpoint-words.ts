import type { EndpointView } from "#api/schemas/webhook";
import { assertNever } from "../../../_components/assert-never.ts";
import { formatDuration } from "../../../_components/duration.ts";
import { countOf, formatCount, formatShare } from "../../../_components/figures.ts";
import { formatShortInstant } from "../../../_components/instant.ts";
import type { Look } from "../../../_components/status.ts";

/** What an operator needs to tell apart; finer than the API's status. */
export type EndpointCondition = "working" | "untried" | "stumbling" | "failing" | "gave_up" | "gone" | "off";

export const endpointConditions: Record<EndpointCondition, Look> = {
  working: { tone: "good", icon: "filled", label: "Enabled" },
  untried: { tone: "info", icon: "dashed", label: "Enabled" },
  stumbling: { tone: "warn", icon: "half", label: "Enabled" },
  failing: { tone: "warn", icon: "half", label: "Failing" },
  gave_up: { tone: "bad", icon: "alert", label: "Disabled" },
  gone: { tone: "bad", icon: "broken-link", label: "Disabled" },
  off: { tone: "none", icon: "slash", label: "Disabled" },
};

export const formatWords: Record<EndpointView["format"], { name: string; tells: string }> = {
  standard: { name: "Signed JSON", tells: "For your backend: the event as JSON, signed after Standard Webhooks." },
  chat: { name: "Chat message", tells: 'For a channel: plain words for an incoming webhook that takes {"text": …}.' },
  email: { name: "Email", tells: "For a mailbox: the same plain words as a mail." },
};

/** So many failures in a row, and an endpoint is sent to one at a time. As in core/domain/webhook/endpoint-health.ts. */
export const failingAfter = 3;
/** Only failures for so long, and the next one disables it. */
export const disableAfterMs = 5 * 86_400_000;

type EndpointFacts = Pick<
  EndpointView,
  "status" | "disabled_reason" | "disabled_at" | "failures" | "failing_since" | "last_success_at" | "waiting"
>;

export function endpointConditionOf(endpoint: EndpointFacts): EndpointCondition {
  if (endpoint.status === "disabled") {
    if (endpoint.disabled_reason === "failing") return "gave_up";
    return endpoint.disabled_reason === "gone" ? "gone" : "off";
  }
  if (endpoint.failing_since !== null) return endpoint.failures >= failingAfter ? "failing" : "stumbling";
  return endpoint.last_success_at === null ? "untried" : "working";
}

/** What stands behind the label, in a few words; null when the label says it all. */
export function endpointRemark(endpoint: EndpointFacts, now: number): string | null {
  const condition = endpointConditionOf(endpoint);
  switch (condition) {
    case "working":
      return null;
    case "untried":
      return "nothing sent yet";
    case "stumbling":
      return endpoint.failures === 1 ? "the last attempt failed" : `the last ${endpoint.failures} attempts failed`;
    case "failing": {
      const left = disabledAtOf(endpoint) - now;
      return left > 0 ? `will be disabled in ${formatDuration(left / 1000, 1)}` : "the next failure disables it";
    }
    case "gave_up":
      return "failed for five days";
    case "gone":
      return "it answered 410 Gone";
    case "off":
      return "by hand";
  }
  return assertNever(condition);
}

/** Why the endpoint is as it is, and what comes next and from whom. */
export function explainEndpoint(endpoint: EndpointFacts, now: number): { why: string; next: string } {
  const condition = endpointConditionOf(endpoint);
  const ago = (at: string | null): string => formatDuration((now - (at === null ? now : Date.parse(at))) / 1000);
  const kept = "What happened meanwhile is kept for 30 days and can be replayed.";
  switch (condition) {
    case "working":
      return {
        why: `The last delivery arrived ${ago(endpoint.last_success_at)} ago.`,
        next:
          endpoint.waiting === 0
            ? "Nothing waits. Nothing for you to do."
            : `${wordWaiting(endpoint.waiting)}. Nothing for you to do.`,
      };
    case "untried":
      return {
        why: "Nothing was sent here yet.",
        next: "Send a test event to see that it arrives and that your receiver verifies its signature.",
      };
    case "stumbling":
      return {
        why: `${endpoint.failures === 1 ? "The last attempt" : `The last ${endpoint.failures} attempts`} failed, first ${ago(endpoint.failing_since)} ago.`,
        next: "Evergrant tries again by itself: after 5 s, 5 min, 30 min, then over three days.",
      };
    case "failing": {
      const disabledAt = disabledAtOf(endpoint);
      const until =
        disabledAt > now
          ? `Unless one arrives, it will be disabled on ${formatShortInstant(disabledAt)} UTC.`
          : "It has failed for five days: the next failure disables it.";
      return {
        why: `Nothing has arrived for ${ago(endpoint.failing_since)}: ${countOf(endpoint.failures, "attempt")} failed in a row.`,
        next: `Look at what it answers below, repair the receiver, then send a test event. ${until}`,
      };
    }
    case "gave_up":
      return {
        why: `Disabled ${ago(endpoint.disabled_at)} ago, since nothing had arrived for five days.`,
        next: `Repair the receiver, then enable it again. ${kept}`,
      };
    case "gone":
      return {
        why: `Disabled ${ago(endpoint.disabled_at)} ago, since it answered 410: it wants no more events.`,
        next: `If it has moved, edit its address and enable it again; if not, delete it. ${kept}`,
      };
    case "off":
      return {
        why: `Disabled by hand ${ago(endpoint.disabled_at)} ago.`,
        next: `Nothing is sent until it is enabled again. ${kept}`,
      };
  }
  return assertNever(condition);
}

/** The share of the last day's deliveries that arrived; null: there were none. The API looks at the latest 1,000. */
export function wordLastDay({ deliveries, delivered }: EndpointView["last_day"]): {
  share: string;
  of: string;
} | null {
  if (deliveries === 0) return null;
  const counted = deliveries >= 1_000 ? "the latest 1,000 deliveries" : countOf(deliveries, "delivery", "deliveries");
  return {
    share: formatShare(delivered / deliveries),
    of: `${formatCount(delivered)} of ${counted} of the last 24 hours`,
  };
}

/** The API counts to 10,000. */
export function formatWaiting(waiting: number): string {
  return waiting >= 10_000 ? "10,000+" : formatCount(waiting);
}

function wordWaiting(waiting: number): string {
  return `${formatWaiting(waiting)} ${waiting === 1 ? "delivery waits" : "deliveries wait"}`;
}

function disabledAtOf({ failing_since: since }: EndpointFacts): number {
  return since === null ? Number.POSITIVE_INFINITY : Date.parse(since) + disableAfterMs;
}
