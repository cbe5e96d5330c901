import { isFailing } from "../domain/webhook/endpoint-health.ts";
import type { ClaimedEndpoint } from "../ports/delivery-queue.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { DeliverySlots } from "./delivery-slots.ts";
import { openEndpoint, type OpenPorts } from "./open-endpoint.ts";
import { leaseSeconds, sendDue, type SendDuePorts } from "./send-due.ts";

export interface DeliverPorts extends SendDuePorts, Omit<OpenPorts, "deliveries"> {
  readonly metrics: Pick<Metrics, "webhookAttempted" | "webhookEnded" | "endpointDisabled">;
  readonly slots: DeliverySlots;
  /** Endpoints that a turn of this process sends to, with what has it look once more: whoever comes meanwhile does that alone. */
  readonly inTurn: Map<string, () => void>;
  readonly owner: string;
}

/** What became of one look at an endpoint. `busy`, `deferred`: it is looked at again in a moment. */
export type DeliverOutcome = "done" | "busy" | "deferred" | "closed" | "lost";

/** After so long others have their turn. */
const runSeconds = 10;
const busyPauseSeconds = { working: 0.5, failing: 2 };
/** For an endpoint that can't be sent to for a reason of ours. */
const unsignedPauseSeconds = 30;
/** After a failure of ours, or of the database's. */
const brokenPauseSeconds = 5;

/**
 * Sends what is due at one endpoint. Who sends to it holds a claim on it, so it has one sender in all processes and, once it fails,
 * one attempt at a time. Whatever ends this function early, the claim lapses and the rows say what is due: an event may come twice,
 * and is never lost.
 *
 * @param signal none begins after it but the first; what is under way is finished and written down
 */
export async function deliverWebhooks(
  ports: DeliverPorts,
  endpointId: string,
  signal?: AbortSignal,
): Promise<DeliverOutcome> {
  const { deliveries, random } = ports;
  const lookAgain = ports.inTurn.get(endpointId);
  if (lookAgain !== undefined) {
    lookAgain();
    return "busy";
  }
  const sinceMs = ports.clock.monotonicMs();
  const claimed = await deliveries.claim(endpointId, ports.owner, leaseSeconds);
  if (claimed.kind === "closed") return "closed";
  if (claimed.kind === "busy") {
    const isSlow = isFailing(claimed.health);
    await deliveries.wakeAfter(endpointId, isSlow ? busyPauseSeconds.failing : busyPauseSeconds.working, isSlow);
    return "busy";
  }
  const { endpoint } = claimed;
  const wasFailing = isFailing(endpoint.health);
  const leave = ports.slots.take(wasFailing);
  if (leave === null) {
    await deliveries.release(endpoint, false);
    // Those who hang hold their slots for long; the others are done in no time.
    await deliveries.wakeAfter(endpointId, (wasFailing ? 2 : 0.2) * (1 + random.fraction()), wasFailing);
    return "deferred";
  }
  try {
    return await sendTo(ports, endpoint, sinceMs, signal);
  } catch (error) {
    // This job may not come back by itself: whoever woke the endpoint meanwhile took its place, and was told that we look again.
    await deliveries
      .release(endpoint, false)
      .then(() => deliveries.wakeAfter(endpointId, brokenPauseSeconds, wasFailing))
      .catch((failure: unknown) =>
        ports.log.warn({ endpoint: endpointId, error: failure }, "an endpoint stays claimed until its lease ends"),
      );
    throw error;
  } finally {
    ports.inTurn.delete(endpointId);
    leave();
  }
}

async function sendTo(
  ports: DeliverPorts,
  endpoint: ClaimedEndpoint,
  claimedMs: number,
  signal: AbortSignal | undefined,
): Promise<DeliverOutcome> {
  const { deliveries, clock } = ports;
  const { id } = endpoint;
  const opened = await openEndpoint(ports, endpoint);
  if (opened === null) {
    await deliveries.release(endpoint, false);
    await deliveries.wakeAfter(id, unsignedPauseSeconds, true);
    return "deferred";
  }
  const endMs = clock.monotonicMs() + runSeconds * 1000;
  let { health } = endpoint;
  let sinceMs = claimedMs;
  for (;;) {
    const onBegin = (lookAgain: () => void): void => void ports.inTurn.set(id, lookAgain);
    const sent = await sendDue(ports, opened, { health, sinceMs, endMs, signal, onBegin });
    ({ health, extendedMs: sinceMs } = sent);
    if (sent.kind === "lost") {
      // Whoever came meanwhile was told that we look once more; it may have been taken out of use and into it again.
      ports.inTurn.delete(id);
      await deliveries.wakeAfter(id, 0, isFailing(health));
      return "lost";
    }
    if (sent.kind === "disabled") {
      ports.metrics.endpointDisabled(sent.reason);
      ports.log.warn({ endpoint: id, reason: sent.reason }, "a webhook endpoint was disabled");
      return "done";
    }
    // In this order: what comes due meanwhile is either seen by the release, or wakes somebody who can claim.
    ports.inTurn.delete(id);
    await deliveries.wakeWhenDue(id, 0, isFailing(health));
    if (await deliveries.release(endpoint, true)) return "done";
    if (sent.kind === "drained" && clock.monotonicMs() < endMs && signal?.aborted !== true) continue;
    await deliveries.release(endpoint, false);
    await deliveries.wakeAfter(id, isFailing(health) ? 1 : 0, isFailing(health));
    return "done";
  }
}
