import { nextAttemptAt } from "../domain/webhook/delivery-schedule.ts";
import { judgeAnswer, type Verdict } from "../domain/webhook/judge-answer.ts";
import type { DeliveryResult, DueDelivery } from "../ports/delivery-queue.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { Tally } from "../ports/tally.ts";
import type { OpenedEndpoint } from "./open-endpoint.ts";
import { sendEvent, type SendPorts } from "./send-event.ts";

export interface AttemptPorts extends SendPorts {
  readonly metrics: Pick<Metrics, "webhookAttempted" | "webhookEnded">;
  readonly tally: Pick<Tally, "webhookAttempted">;
}

/** What an attempt says of its endpoint. */
export interface MadeAttempt {
  /** When it ended. */
  readonly at: Date;
  readonly tookMs: number;
  readonly verdict: Verdict;
}

/** Sends one delivery once. @returns `attempt` null: nobody was asked */
export async function attemptDelivery(
  ports: AttemptPorts,
  { endpoint, sign, scrub }: OpenedEndpoint,
  { id, place, attempts, tries, event }: DueDelivery,
): Promise<{ readonly result: DeliveryResult; readonly attempt: MadeAttempt | null }> {
  const { clock, metrics, tally } = ports;
  const at = clock.now();
  const startedMs = clock.monotonicMs();
  if (event === null) {
    const error = "the event is not kept any more";
    const sent = { httpStatus: null, latencyMs: 0, error, response: null };
    return { result: { id, place, attempts, at, ...sent, status: "failed", nextAttemptAt: null }, attempt: null };
  }
  const sent = scrub(await sendEvent(ports, endpoint, event, sign));
  const tookMs = clock.monotonicMs() - startedMs;
  const verdict = judgeAnswer(sent);
  const endedAt = clock.now();
  const next =
    verdict.kind === "failed"
      ? nextAttemptAt(tries + 1, endedAt, verdict.retryAfterSeconds, ports.random.fraction())
      : null;
  const status = verdict.kind === "delivered" ? "delivered" : next === null ? "failed" : "pending";
  metrics.webhookAttempted(endpoint.format, verdict.kind, tookMs / 1000);
  tally.webhookAttempted(endpoint.environmentId, verdict.kind, tookMs);
  if (status !== "pending") metrics.webhookEnded(status);
  const result: DeliveryResult = {
    id,
    place,
    attempts,
    at,
    httpStatus: sent.status,
    latencyMs: Math.round(tookMs),
    error: verdict.kind === "delivered" ? null : verdict.error,
    response: sent.response,
    status,
    nextAttemptAt: next,
  };
  return { result, attempt: { at: endedAt, tookMs, verdict } };
}
