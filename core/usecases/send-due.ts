import {
  afterAttempts,
  batchFor,
  concurrencyAfter,
  isFailing,
  type EndpointHealth,
  type HealthConsequence,
} from "../domain/webhook/endpoint-health.ts";
import type { ClaimedEndpoint, DeliveryQueue, DeliveryResult, DueDelivery } from "../ports/delivery-queue.ts";
import type { Sign } from "../ports/webhook-receivers.ts";
import { attemptDelivery, type AttemptPorts, type MadeAttempt } from "./attempt-delivery.ts";

export interface SendDuePorts extends AttemptPorts {
  readonly deliveries: DeliveryQueue;
}

/** An attempt ends after 15 s, and none begins later than `startSeconds` after the claim was last extended. */
export const leaseSeconds = 45;
const startSeconds = 10;
/** So many results are written down together while more are coming. */
const recordedTogether = 256;
/** Of one statement. */
const mostRecorded = 512;
/** Sent and not written down yet: a process that dies then has others send so many again. */
const mostUnrecorded = 768;
/** No attempt waits longer than this for others to be written down with, milliseconds from its beginning. */
const patienceMs = 200;

export interface SendDueInput {
  readonly health: EndpointHealth;
  /** When the claim was made or last extended. */
  readonly sinceMs: number;
  /** None begins after it but the first. */
  readonly endMs: number;
  /** Likewise. */
  readonly signal: AbortSignal | undefined;
  /** Is given what has it look once more: something may have come due since. */
  readonly onBegin: (lookAgain: () => void) => void;
}

type Disabled = Extract<HealthConsequence, { kind: "disable" }>;

/**
 * `drained`: nothing else was due at the last look. `over`: the endpoint fails, or the time is over, and something may be left. `lost`:
 * somebody else has the claim. `disabled`: and what waited has ended.
 */
export type Sent = { readonly health: EndpointHealth; readonly extendedMs: number } & (
  | { readonly kind: "drained" | "over" | "lost" }
  | { readonly kind: "disabled"; readonly reason: Disabled["reason"] }
);

interface Done {
  readonly result: DeliveryResult;
  readonly attempt: MadeAttempt | null;
  readonly begunMs: number;
}

/**
 * Sends what is due at an endpoint that is claimed, as a stream: while some are sent, what was sent is written down in groups, and what
 * comes next is looked for. As long as there is something to send, it waits neither for the slowest of a batch nor for the database.
 * Ends when everything that was under way is written down.
 */
export async function sendDue(
  ports: SendDuePorts,
  endpoint: ClaimedEndpoint,
  sign: Sign,
  { health: before, sinceMs, endMs, signal, onBegin }: SendDueInput,
): Promise<Sent> {
  const { deliveries, clock } = ports;
  /** As it is written down. */
  let health = before;
  /** In a row, as the answers came. */
  let { failures } = before;
  let concurrency = concurrencyAfter(null, before, []);
  let extendedMs = sinceMs;
  let begun = 0;
  let underWay = 0;
  const waiting: DueDelivery[] = [];
  /** Waiting, being sent, or not written down yet, with when they were due: the database still has them as due. */
  const inHand = new Map<string, number>();
  let latestDueMs = 0;
  let done: Done[] = [];
  let isLooking = false;
  let isToldOfMore = false;
  let isDrained = false;
  /** Being written down. */
  let recording = 0;
  let isLost = false;
  let isGone = false;
  let disabled: Disabled | null = null;
  let bug: { readonly error: unknown } | null = null;
  let isFinished = false;
  const { promise, resolve, reject } = Promise.withResolvers<Sent>();

  const isOver = (): boolean =>
    isLost ||
    isGone ||
    disabled !== null ||
    bug !== null ||
    // One that has been failing is asked for one thing, and for more once that works.
    (begun > 0 && (isFailing({ failures }) || clock.monotonicMs() >= endMs || signal?.aborted === true));
  const mayBegin = (): boolean =>
    !isOver() &&
    underWay < concurrency &&
    done.length + recording < mostUnrecorded &&
    (begun === 0 || clock.monotonicMs() < extendedMs + startSeconds * 1000);

  /** What comes due before those in hand meanwhile is found when nothing is in hand any more. */
  const look = async (): Promise<void> => {
    const known = new Set(inHand.keys());
    const since = known.size > 0 ? latestDueMs : null;
    const again = since === null ? 0 : [...inHand.values()].filter((dueMs) => dueMs >= since).length;
    const batch = batchFor({ failures });
    isToldOfMore = false;
    const found = await deliveries.due(endpoint, batch + again, since === null ? null : new Date(since));
    const fresh = found.filter(({ id }) => !known.has(id)).slice(0, batch);
    // What it was told of meanwhile may be younger than what it saw.
    isDrained = fresh.length === 0 && !isToldOfMore;
    for (const one of fresh) {
      inHand.set(one.id, one.dueAt.getTime());
      latestDueMs = Math.max(latestDueMs, one.dueAt.getTime());
      waiting.push(one);
    }
  };

  const send = async (one: DueDelivery): Promise<void> => {
    const begunMs = clock.monotonicMs();
    const { result, attempt } = await attemptDelivery(ports, endpoint, one, sign);
    done.push({ result, attempt, begunMs });
    if (attempt === null) return;
    failures = attempt.verdict.kind === "delivered" ? 0 : failures + 1;
    isGone ||= attempt.verdict.kind === "gone";
  };

  const record = async (): Promise<void> => {
    const group = done.slice(0, mostRecorded);
    recording = group.length;
    done = done.slice(mostRecorded);
    const attempts = group.flatMap(({ attempt }) => (attempt === null ? [] : [attempt]));
    const { health: after, consequence } = afterAttempts(health, attempts);
    // That others were warned is written with the warning itself.
    const written = { ...after, ...(consequence.kind === "warn" ? { warnedAt: health.warnedAt } : {}) };
    const results = group.map(({ result }) => result);
    const startedMs = clock.monotonicMs();
    const isOurs = await deliveries.record(endpoint, results, written, leaseSeconds);
    for (const { id } of results) inHand.delete(id);
    // What was sent is written down all the same; of the endpoint nothing is said any more.
    isLost ||= !isOurs;
    if (isLost) return;
    extendedMs = startedMs;
    health = after;
    concurrency = concurrencyAfter(concurrency, health, attempts);
    if (consequence.kind === "warn") await deliveries.conclude(endpoint, health, consequence);
    if (consequence.kind === "disable") disabled = consequence;
    // One that was under way worked after all.
    else if (disabled?.reason === "failing" && health.failures === 0) disabled = null;
  };

  const finish = async (): Promise<Sent> => {
    if (bug !== null) throw bug.error;
    if (isLost) return { kind: "lost", health, extendedMs };
    if (disabled === null) return { kind: waiting.length > 0 || isOver() ? "over" : "drained", health, extendedMs };
    await deliveries.conclude(endpoint, health, disabled);
    return { kind: "disabled", reason: disabled.reason, health, extendedMs };
  };

  /** A failure ends all, once everything that is under way has come back. */
  const aside = (work: Promise<void>, atEnd: () => void): void => {
    void work
      .catch((error: unknown) => {
        bug ??= { error };
      })
      .then(() => {
        atEnd();
        goOn();
      });
  };

  /** Looks at what is to be done next, whenever something has ended. */
  const goOn = (): void => {
    while (waiting.length > 0 && mayBegin()) {
      const one = waiting.shift();
      if (one === undefined) break;
      begun += 1;
      underWay += 1;
      aside(send(one), () => (underWay -= 1));
    }
    if (!isOver() && !isLooking && !isDrained && waiting.length < batchFor({ failures })) {
      isLooking = true;
      aside(look(), () => (isLooking = false));
    }
    const [oldest] = done;
    const isPressing =
      waiting.length === 0 ||
      underWay === 0 ||
      isOver() ||
      done.length >= recordedTogether ||
      (oldest !== undefined && clock.monotonicMs() - oldest.begunMs >= patienceMs);
    if (oldest !== undefined && isPressing && recording === 0 && bug === null) aside(record(), () => (recording = 0));
    if (underWay > 0 || isLooking || recording > 0 || isFinished) return;
    isFinished = true;
    finish().then(resolve, reject);
  };
  onBegin(() => {
    isToldOfMore = true;
    isDrained = false;
    if (!isFinished) goOn();
  });
  goOn();
  return await promise;
}
