import { nextAttemptAt } from "../domain/webhook/delivery-schedule.ts";
import { afterAttempts, isFailing, sendingPace, type EndpointHealth } from "../domain/webhook/endpoint-health.ts";
import { judgeAnswer, type Verdict } from "../domain/webhook/judge-answer.ts";
import { Secret } from "../domain/secret/secret.ts";
import { scrubSent, waysToWrite } from "../domain/webhook/scrub-sent.ts";
import type { ClaimedEndpoint, DeliveryQueue, DeliveryResult, DueDelivery } from "../ports/delivery-queue.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { Sign } from "../ports/webhook-receivers.ts";
import type { DeliverySlots } from "./delivery-slots.ts";
import { sendEvent, type SendPorts } from "./send-event.ts";
import type { Vault } from "./vault.ts";

export interface DeliverPorts extends SendPorts {
  readonly deliveries: DeliveryQueue;
  readonly vault: Vault;
  readonly metrics: Pick<Metrics, "webhookAttempted" | "webhookEnded" | "endpointDisabled">;
  readonly slots: DeliverySlots;
  /** Makes what signs with these secrets, as they are written. */
  readonly signWith: (secrets: readonly string[]) => Sign;
  readonly owner: string;
}

/** What became of one look at an endpoint. `busy`, `deferred`: it is looked at again in a moment. */
export type DeliverOutcome = "done" | "busy" | "deferred" | "closed" | "lost";

/** An attempt ends after 15 s, none begins later than `startSeconds` in a batch, and then it is written down. */
const leaseSeconds = 45;
const startSeconds = 10;
/** After so long others have their turn. */
const runSeconds = 10;
const busyPauseSeconds = 2;
/** For an endpoint that can't be sent to for a reason of ours. */
const unsignedPauseSeconds = 30;

/**
 * Sends what is due at one endpoint. Who sends to it holds a claim on it, so it has one sender in all processes and, once it fails,
 * one attempt at a time. Whatever ends this function early, the claim lapses and the rows say what is due: an event may come twice,
 * and is never lost.
 *
 * @param signal no new batch begins after it; the one in hand is finished
 */
export async function deliverWebhooks(
  ports: DeliverPorts,
  endpointId: string,
  signal?: AbortSignal,
): Promise<DeliverOutcome> {
  const { deliveries, random } = ports;
  const claimed = await deliveries.claim(endpointId, ports.owner, leaseSeconds);
  if (claimed.kind === "closed") return "closed";
  if (claimed.kind === "busy") {
    await deliveries.wakeAfter(endpointId, busyPauseSeconds, isFailing(claimed.health));
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
    return await sendTo(ports, endpoint, signal);
  } catch (error) {
    await deliveries
      .release(endpoint, false)
      .catch((failure: unknown) =>
        ports.log.warn({ endpoint: endpointId, error: failure }, "an endpoint stays claimed until its lease ends"),
      );
    throw error;
  } finally {
    leave();
  }
}

async function sendTo(
  ports: DeliverPorts,
  endpoint: ClaimedEndpoint,
  signal: AbortSignal | undefined,
): Promise<DeliverOutcome> {
  const { deliveries, clock } = ports;
  const { id } = endpoint;
  const signer = await openSigner(ports, endpoint);
  if (signer === null) {
    await deliveries.release(endpoint, false);
    await deliveries.wakeAfter(id, unsignedPauseSeconds, true);
    return "deferred";
  }
  const endMs = clock.monotonicMs() + runSeconds * 1000;
  let { health } = endpoint;
  /** Being sent or written down: the database still has them as due. */
  const inHand = new Set<string>();
  const look = async (): Promise<readonly DueDelivery[]> => {
    const { batch } = sendingPace(health);
    // As of now: what is written down while the database looks may be in what it finds all the same.
    const known = new Set(inHand);
    const found = await deliveries.due(endpoint, batch + known.size);
    return found.filter((one) => !known.has(one.id)).slice(0, batch);
  };
  let recording = Promise.resolve(true);
  let due = await look();
  for (;;) {
    // While a batch is sent, the one before it is written down, and the one after it looked for.
    let ahead: ReturnType<typeof look> | null = null;
    if (due.length > 0) {
      const ids = due.map((one) => one.id);
      for (const one of ids) inHand.add(one);
      const sending = sendBatch(ports, endpoint, health, due, signer);
      ahead = isFailing(health) ? null : look();
      // Awaited below, where its failure is told: until then it is nobody's unhandled rejection. So is the record's.
      ahead?.catch(() => {});
      const batch = await sending;
      if (!(await recording)) return "lost";
      const after = afterAttempts(health, batch.attempts);
      // That others were warned is written with the warning itself.
      const written = { ...after.health, ...(after.consequence.kind === "warn" ? { warnedAt: health.warnedAt } : {}) };
      recording = deliveries.record(endpoint, batch.results, written, leaseSeconds).then((isOurs) => {
        for (const one of ids) inHand.delete(one);
        return isOurs;
      });
      recording.catch(() => {});
      ({ health } = after);
      if (after.consequence.kind !== "none") {
        if (!(await recording)) return "lost";
        await deliveries.conclude(endpoint, health, after.consequence);
      }
      if (after.consequence.kind === "disable") {
        ports.metrics.endpointDisabled(after.consequence.reason);
        ports.log.warn({ endpoint: id, reason: after.consequence.reason }, "a webhook endpoint was disabled");
        return "done";
      }
    }
    const isOver = isFailing(health) || clock.monotonicMs() >= endMs || signal?.aborted === true;
    if (ahead !== null && !isOver) {
      due = await ahead;
      if (due.length > 0) continue;
    }
    if (!(await recording)) return "lost";
    // In this order: what comes due meanwhile is either seen by the release, or wakes somebody who can claim.
    await deliveries.wakeWhenDue(id, 0, isFailing(health));
    if (await deliveries.release(endpoint, true)) return "done";
    if (!isOver) {
      due = await look();
      continue;
    }
    await deliveries.release(endpoint, false);
    await deliveries.wakeAfter(id, isFailing(health) ? 1 : 0, isFailing(health));
    return "done";
  }
}

interface Signer {
  readonly sign: Sign;
  /** What it signs with. */
  readonly secrets: readonly Secret[];
}

/** Opened once for each turn of an endpoint. @returns null: they can't be opened, and nothing must be sent unsigned */
async function openSigner(ports: DeliverPorts, endpoint: ClaimedEndpoint): Promise<Signer | null> {
  const { environmentId, id: owner } = endpoint;
  try {
    const secrets: Secret[] = [];
    for (const { version, sealed } of endpoint.secrets) {
      const location = { environmentId, owner, field: "webhook_secret", version } as const;
      const plaintext = await ports.vault.open(location, sealed, { actor: "worker", purpose: "webhook_signature" });
      secrets.push(new Secret(plaintext.toString("utf8")));
      plaintext.fill(0);
    }
    if (endpoint.format === "standard" && secrets.length === 0) throw new Error("the endpoint has no secret");
    return { sign: ports.signWith(secrets.map((one) => one.reveal())), secrets };
  } catch (error) {
    ports.log.error({ endpoint: owner, error }, "the secret of a webhook endpoint can't be opened");
    return null;
  }
}

interface Attempt {
  readonly at: Date;
  readonly verdict: Verdict;
}

/** Several at once; once they fail in a row, no more begin, and what was not begun stays as it is. */
async function sendBatch(
  ports: DeliverPorts,
  endpoint: ClaimedEndpoint,
  health: EndpointHealth,
  due: readonly DueDelivery[],
  signer: Signer,
): Promise<{ readonly results: readonly DeliveryResult[]; readonly attempts: readonly Attempt[] }> {
  const results: DeliveryResult[] = [];
  const attempts: Attempt[] = [];
  const waiting = due.toReversed();
  const untilMs = ports.clock.monotonicMs() + startSeconds * 1000;
  let { failures } = health;
  let isFirst = true;
  const mayBegin = (): boolean => isFirst || (!isFailing({ failures }) && ports.clock.monotonicMs() < untilMs);

  const work = async (): Promise<void> => {
    while (waiting.length > 0 && mayBegin()) {
      isFirst = false;
      const one = waiting.pop();
      if (one === undefined) return;
      const { result, attempt } = await attemptDelivery(ports, endpoint, one, signer);
      results.push(result);
      if (attempt === null) continue;
      attempts.push(attempt);
      failures = attempt.verdict.kind === "delivered" ? 0 : failures + 1;
    }
  };
  await Promise.all(Array.from({ length: sendingPace(health).concurrency }, work));
  return { results, attempts };
}

async function attemptDelivery(
  ports: DeliverPorts,
  endpoint: ClaimedEndpoint,
  { id, attempts, tries, event }: DueDelivery,
  { sign, secrets }: Signer,
): Promise<{ readonly result: DeliveryResult; readonly attempt: Attempt | null }> {
  const { clock, metrics } = ports;
  const at = clock.now();
  const startedMs = clock.monotonicMs();
  if (event === null) {
    const error = "the event is not kept any more";
    const sent = { httpStatus: null, latencyMs: 0, error, response: null };
    return { result: { id, attempts, at, ...sent, status: "failed", nextAttemptAt: null }, attempt: null };
  }
  const answered = await sendEvent(ports, endpoint, event, sign);
  const sent = scrubSent(
    answered,
    secrets.flatMap((one) => waysToWrite(one.reveal())),
  );
  const tookMs = clock.monotonicMs() - startedMs;
  const verdict = judgeAnswer(sent);
  const endedAt = clock.now();
  const next =
    verdict.kind === "failed"
      ? nextAttemptAt(tries + 1, endedAt, verdict.retryAfterSeconds, ports.random.fraction())
      : null;
  const status = verdict.kind === "delivered" ? "delivered" : next === null ? "failed" : "pending";
  metrics.webhookAttempted(endpoint.format, verdict.kind, tookMs / 1000);
  if (status !== "pending") metrics.webhookEnded(status);
  const result: DeliveryResult = {
    id,
    attempts,
    at,
    httpStatus: sent.status,
    latencyMs: Math.round(tookMs),
    error: verdict.kind === "delivered" ? null : verdict.error,
    response: sent.response,
    status,
    nextAttemptAt: next,
  };
  return { result, attempt: { at: endedAt, verdict } };
}
