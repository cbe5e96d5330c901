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
  moved(): void;
  /** The caller's body, its every chunk asked for and timed. */
  watched(source: AsyncIterator<Uint8Array>): AsyncIterator<Uint8Array>;
  leave(): void;
  end(): void;
}

export function createCallWatch(limits: Omit<ProxyLimits, "concurrency">): CallWatch {
  const over = new AbortController();
  const total = setTimeout(() => over.abort(timeout("did not end in time")), limits.totalSeconds * 1000);
  let blamed: () => Error = () => timeout("");
  let seconds = 0;
  let idle: NodeJS.Timeout | null = null;

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
  const waitForTaking = (): void => wait(limits.idleSeconds, () => timeout("stopped reading the request"));

  return {
    signal: over.signal,
    onWait: (what) => (what === "provider" ? waitForHead() : rest()),
    onAnswer: () => wait(limits.idleSeconds, () => timeout("or the caller stood still within the answer")),
    moved: () => void idle?.refresh(),
    watched: (source) => ({
      async next() {
        wait(limits.idleSeconds, callerIsSilent);
        const next = await source.next();
        // Within the answer that came early, its own watch goes on.
        if (next.done === true) waitForHead();
        else waitForTaking();
        return next;
      },
    }),
    leave: () => over.abort(new CallerLeft("the caller left")),
    end() {
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

function callerIsSilent(): DomainError {
  return new DomainError("invalid_request", {
    status: 408,
    detail: "The rest of the request's body did not come in time. The provider has had a part of it, and no end.",
  });
}
