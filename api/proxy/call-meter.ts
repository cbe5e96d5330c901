import type { Metrics, ProxyOutcome, StatusClass } from "#core/ports/metrics";

/** Measures one call through the proxy. */
export interface CallMeter {
  /** From now on the provider is waited for, or our own work is. */
  onWait(what: "provider" | "ourselves"): void;
  /** The call was made again, with another token. */
  onReplay(): void;
  /** The answer is on its way: its pace is the provider's and the caller's. */
  onAnswer(status: number): void;
  sent(bytes: number): void;
  received(bytes: number): void;
  /** @param how the answer is whole; none came, or not the whole of it; or the caller left first */
  end(how: "whole" | "broken" | "left"): void;
}

/** Our own time is what passes while neither the provider nor the streams of bodies are waited for. */
export function createCallMeter(metrics: Pick<Metrics, "proxied">): CallMeter {
  const startedMs = performance.now();
  let ownSinceMs: number | null = startedMs;
  let overheadMs = 0;
  let wasTried = false;
  let isReplayed = false;
  let statusClass: StatusClass | null = null;
  let bytesIn = 0;
  let bytesOut = 0;

  const rest = (): void => {
    if (ownSinceMs !== null) overheadMs += performance.now() - ownSinceMs;
    ownSinceMs = null;
  };
  const outcomeOf = (how: "whole" | "broken" | "left"): ProxyOutcome => {
    if (how === "left") return "aborted";
    if (!wasTried) return "refused";
    if (how === "broken") return "failed";
    return isReplayed ? "replayed" : "answered";
  };

  return {
    onWait(what) {
      if (what === "ourselves") {
        ownSinceMs ??= performance.now();
        return;
      }
      wasTried = true;
      rest();
    },
    onReplay() {
      isReplayed = true;
    },
    onAnswer(status) {
      statusClass = `${Math.min(5, Math.max(1, Math.floor(status / 100)))}xx` as StatusClass;
      rest();
    },
    sent(bytes) {
      bytesOut += bytes;
    },
    received(bytes) {
      bytesIn += bytes;
    },
    end(how) {
      rest();
      metrics.proxied({
        outcome: outcomeOf(how),
        statusClass,
        seconds: (performance.now() - startedMs) / 1000,
        overheadSeconds: overheadMs / 1000,
        bytesIn,
        bytesOut,
      });
    },
  };
}
