import { DomainError } from "#core/domain/problem/domain-error";
import type { ProxyLimits } from "#adapters/config/read-config";

/** Nobody is there any more to answer. */
export class CallerLeft extends Error {
  override readonly name = "CallerLeft";
}

/** Watches over one call: that neither side stands still for too long, and that it ends. Its signal's reason says who is to blame. */
export interface CallWatch {
  readonly signal: AbortSignal;
  /** From now on the provider is waited for, or nobody is. */
  onWait(what: "provider" | "ourselves"): void;
  /** The answer is on its way: each chunk counts, from the provider and to the caller. */
  onAnswer(): void;
  /** @param bytes of the answer that came; none where only the caller took some */
  moved(bytes?: number): void;
  /** The caller's body, its every chunk asked for and timed. */
  watched(source: AsyncIterator<Uint8Array>): AsyncIterator<Uint8Array>;
  /** What the call took so far. */
  taken(): CallTaken;
  leave(): void;
  end(): void;
}

export interface CallTaken {
  readonly seconds: number;
  /** Until its answer began, what the provider was not waited for. */
  readonly overheadSeconds: number;
  /** How often something was sent to the provider. */
  readonly sent: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** @param caller aborted when the caller leaves; null: whoever watches is told otherwise, and says `leave` */
export function createCallWatch(
  limits: Omit<ProxyLimits, "concurrency">,
  caller: AbortSignal | null = null,
): CallWatch {
  const over = new AbortController();
  const leave = (): void => over.abort(new CallerLeft("the caller left"));
  if (caller?.aborted === true) leave();
  caller?.addEventListener("abort", leave, { once: true });
  const total = setTimeout(() => over.abort(timeout("did not end in time")), limits.totalSeconds * 1000);
  let blamed: () => Error = () => timeout("");
  let seconds = 0;
  let idle: NodeJS.Timeout | null = null;
  const beganMs = performance.now();
  let sent = 0;
  let [bytesIn, bytesOut] = [0, 0];
  /** What the call is about now. A chunk that comes while it is about neither side moves no clock. */
  let phase: "ourselves" | "provider" | "answer" | "over" = "ourselves";
  let isCallerAsked = false;
  const { bodyBytes } = limits;
  let waitedMs = 0;
  let waitingSinceMs: number | null = null;
  let headMs: number | null = null;
  const countWaiting = (isWaiting: boolean): void => {
    const now = performance.now();
    if (waitingSinceMs !== null) waitedMs += now - waitingSinceMs;
    waitingSinceMs = isWaiting ? now : null;
  };

  const rest = (): void => {
    if (idle !== null) clearTimeout(idle);
    idle = null;
  };
  /** One timer for a whole body: what is only put off costs next to nothing. */
  const wait = (patience: number, blame: () => Error): void => {
    blamed = blame;
    if (idle !== null && seconds === patience) {
      idle.refresh();
      return;
    }
    rest();
    seconds = patience;
    idle = setTimeout(() => over.abort(blamed()), patience * 1000);
  };
  const waitForHead = (): void => wait(limits.headerSeconds, () => timeout("did not answer in time"));
  const waitForCaller = (): void => wait(limits.idleSeconds, callerIsSilent);
  const waitForTaking = (): void => wait(limits.idleSeconds, () => timeout("stopped reading the request"));

  return {
    signal: over.signal,
    onWait(what) {
      countWaiting(what === "provider");
      phase = what;
      if (what === "ourselves") {
        rest();
        return;
      }
      sent += 1;
      if (isCallerAsked) waitForCaller();
      else waitForHead();
    },
    onAnswer() {
      headMs ??= performance.now();
      phase = "answer";
      wait(limits.idleSeconds, () => timeout("or the caller stood still within the answer"));
    },
    moved(bytes = 0) {
      bytesIn += bytes;
      if (bodyBytes !== null && bytesIn > bodyBytes) throw answerTooLarge(bodyBytes);
      idle?.refresh();
    },
    watched: (source) => ({
      async next() {
        if (phase === "provider") waitForCaller();
        isCallerAsked = true;
        const next = await source.next().finally(() => (isCallerAsked = false));
        const isEnd = next.done === true;
        if (!isEnd) bytesOut += next.value.length;
        if (bodyBytes !== null && bytesOut > bodyBytes) {
          const error = requestTooLarge(bodyBytes);
          over.abort(error);
          throw error;
        }
        if (phase === "provider" && isEnd) waitForHead();
        else if (phase === "provider") waitForTaking();
        // Within an answer that came early each chunk counts, whichever way it goes.
        else if (phase === "answer") idle?.refresh();
        return next;
      },
    }),
    taken() {
      countWaiting(false);
      const now = performance.now();
      const overheadSeconds = Math.max(0, ((headMs ?? now) - beganMs - waitedMs) / 1000);
      return { seconds: (now - beganMs) / 1000, overheadSeconds, sent, bytesIn, bytesOut };
    },
    leave,
    end() {
      // The platform keeps a request's signal until the request is collected, which a listener would prevent, by way of all of this:
      // request and answer would stay in memory for ever.
      caller?.removeEventListener("abort", leave);
      phase = "over";
      rest();
      clearTimeout(total);
      // A body that nobody came to read holds its connection otherwise.
      over.abort(new CallerLeft("the call is over"));
    },
  };
}

function timeout(what: string): DomainError {
  return new DomainError("provider_timeout", {
    detail: `The provider's API ${what}. It may have acted on the call; nothing was sent a second time.`,
  });
}

/** @param most bytes of a body, whichever way it goes (EVERGRANT_PROXY_BODY_BYTES) */
export function requestTooLarge(most: number): DomainError {
  return new DomainError("payload_too_large", {
    detail: `Of a body through the proxy ${most} bytes may be sent. The provider has had no whole request.`,
  });
}

/** Likewise. */
export function answerTooLarge(most: number): DomainError {
  return new DomainError("provider_error", {
    detail: `The provider's answer is larger than the ${most} bytes that may come through the proxy. The provider has acted on the call.`,
  });
}

function callerIsSilent(): DomainError {
  return new DomainError("invalid_request", {
    status: 408,
    detail: "The rest of the request's body did not come in time. The provider has had a part of it, and no end.",
  });
}
