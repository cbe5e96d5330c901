import { createHash } from "node:crypto";

/** Why a circuit counts failures: the server is unwell, our client is rejected, or it asks everybody to slow down. */
export type CircuitCause = "provider" | "client" | "rate_limit";

/** One OAuth client at one token endpoint, as all processes see it (R22). */
export interface Circuit {
  readonly state: "closed" | "open";
  readonly cause: CircuitCause | null;
  /** Failures in a row, over all accounts. */
  readonly failures: number;
  /** The accounts that failed last, distinct; a probe prefers another one. */
  readonly failedAccounts: readonly string[];
  /** The operator was told that our client is rejected. */
  readonly isClientReported: boolean;
  readonly openedAt: Date | null;
  /** While open: nobody asks before this instant, and then one does. */
  readonly probeAt: Date | null;
  /** Probes since it opened. */
  readonly probes: number;
}

export const closedCircuit: Circuit = {
  state: "closed",
  cause: null,
  failures: 0,
  failedAccounts: [],
  isClientReported: false,
  openedAt: null,
  probeAt: null,
  probes: 0,
};

/** What an attempt taught about its endpoint, whatever it means for its account. */
export type CircuitSignal =
  /** The endpoint answered the question: with tokens, or with a word about the grant. */
  | { readonly kind: "answered" }
  | {
      readonly kind: "failed";
      readonly cause: CircuitCause;
      /** Null: it was asked for an account that is only about to be. */
      readonly accountId: string | null;
      readonly retryAfterSeconds: number | null;
      /** It was let through an open circuit. Requests that were under way when it opened report late, and are none. */
      readonly isProbe: boolean;
    };

/** What the operator is told of. */
export type CircuitNews = "opened" | "closed" | "client_rejected";

/**
 * Why waiting accounts come back before their time: the breaker closed; failures that did not open it were followed by an answer;
 * the client or its definition was changed.
 */
export type RecallCause = "outage" | "blip" | "change";

/** So many failures in a row, whoever failed, and the endpoint is left alone but for probes. */
export const failuresToOpen = 5;

const mostFailedAccounts = 10;

/** Probes while open: 10 s after it opened, then each pause twice the one before, at most ten minutes. */
export const probePause = { firstSeconds: 10, capSeconds: 600 } as const;

/** A probe that was let through has this long to report before the next one may go, seconds; a lease and a little. */
export const probeSeconds = 40;

/** A person who forces a refresh may probe earlier, but not more often than this, seconds. */
export const forcedProbePauseSeconds = 5;

/**
 * The circuit after a signal, what the operator is told, and who is to come back. Total. One answer closes it, whoever got it: the
 * endpoint is back, and who failed just before need not wait for hours either.
 * @param random in [0, 1): jitter of the probe
 */
export function circuitAfter(
  circuit: Circuit,
  signal: CircuitSignal,
  now: Date,
  random: number,
): { readonly circuit: Circuit; readonly news: readonly CircuitNews[]; readonly recall: RecallCause | null } {
  if (signal.kind === "answered") {
    if (circuit.state === "open") return { circuit: closedCircuit, news: ["closed"], recall: "outage" };
    return { circuit: closedCircuit, news: [], recall: circuit.failures > 0 ? "blip" : null };
  }
  const isClientNews = signal.cause === "client" && !circuit.isClientReported;
  const failures = circuit.failures + 1;
  const opens = circuit.state === "closed" && failures >= failuresToOpen;
  const isProbe = circuit.state === "open" && signal.isProbe;
  const probes = isProbe ? circuit.probes + 1 : circuit.probes;
  return {
    circuit: {
      state: opens ? "open" : circuit.state,
      cause: signal.cause,
      failures,
      failedAccounts: withFailed(circuit.failedAccounts, signal.accountId),
      isClientReported: circuit.isClientReported || isClientNews,
      openedAt: opens ? now : circuit.openedAt,
      probeAt: opens || isProbe ? probeInstant(now, probes, signal, random) : circuit.probeAt,
      probes,
    },
    news: [...(opens ? ["opened" as const] : []), ...(isClientNews ? ["client_rejected" as const] : [])],
    recall: null,
  };
}

/** A probe was due, and nobody behind the circuit could be asked: the next pause is longer, as after one in vain. */
export function afterUnaskedProbe(circuit: Circuit, now: Date, random: number): Circuit {
  if (circuit.state === "closed") return circuit;
  const probes = circuit.probes + 1;
  return { ...circuit, probes, probeAt: probeInstant(now, probes, { cause: null, retryAfterSeconds: null }, random) };
}

function withFailed(known: readonly string[], accountId: string | null): readonly string[] {
  if (accountId === null) return known;
  return [accountId, ...known.filter((id) => id !== accountId)].slice(0, mostFailedAccounts);
}

/** A provider that asks everybody to slow down is believed for a day at most; an unwell one names no time that counts for all. */
const longestRetryAfterSeconds = 86_400;

function probeInstant(
  now: Date,
  probes: number,
  signal: { readonly cause: CircuitCause | null; readonly retryAfterSeconds: number | null },
  random: number,
): Date {
  const pause = Math.min(probePause.capSeconds, probePause.firstSeconds * 2 ** Math.min(probes, 16));
  const longest = signal.cause === "rate_limit" ? longestRetryAfterSeconds : probePause.capSeconds;
  const told = Math.min(signal.retryAfterSeconds ?? 0, longest);
  return new Date(now.getTime() + Math.round(Math.max(pause, told) * (1 + 0.2 * random) * 1000));
}

/** Names a circuit: who asks (environment and client) whom (the endpoint). */
export function circuitKey(environmentId: string, clientId: string | null, endpoint: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([environmentId, clientId, endpoint]))
    .digest("base64url");
  return `ckt_${hash.slice(0, 24)}`;
}
