import type { Randomness } from "#core/ports/randomness";
import { deadlineSignal } from "../oauth/deadline-signal.ts";
import { kmsUnavailable } from "./kms-unavailable.ts";

/**
 * What an error of a KMS means. `invalid`: these bytes don't open under this key and context; nothing else may be taken for it,
 * since operators are alarmed and a grant may be given up. `again`: throttled or not reached, so another try makes sense.
 */
export type KmsVerdict =
  | { readonly kind: "invalid" }
  | { readonly kind: "again" | "unavailable"; readonly internal: string };

export const invalid: KmsVerdict = { kind: "invalid" };

export interface KmsCall {
  /** Stands in the log. */
  readonly what: string;
  /** From the first try to the end of the last, milliseconds. */
  readonly deadlineMs: number;
  readonly random: Pick<Randomness, "fraction">;
  judge(error: unknown): KmsVerdict;
}

const mostTries = 6;
const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * One operation of a KMS: tried again with pauses that double, each of a random length up to that ("full jitter"), until the
 * deadline. All operations of a KMS can be repeated without harm.
 *
 * @returns null when the KMS says that the bytes don't open
 * @throws DomainError `kms_unavailable`
 */
export async function callKms<T>(call: KmsCall, attempt: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
  const signal = deadlineSignal(call.deadlineMs);
  const { promise: over, reject } = Promise.withResolvers<never>();
  over.catch(() => {});
  const onOver = (): void => reject(tooLate);
  signal.addEventListener("abort", onOver, { once: true });
  let last = "no answer";
  try {
    for (let tries = 1; ; tries += 1) {
      // A client library that doesn't heed the signal is left behind.
      const outcome = await settle(Promise.race([attempt(signal), over]));
      if (outcome.kind === "answer") return outcome.value;
      if (outcome.error === tooLate || signal.aborted) throw late(call, last);
      const verdict = call.judge(outcome.error);
      if (verdict.kind === "invalid") return null;
      last = verdict.internal;
      if (verdict.kind === "unavailable" || tries === mostTries)
        throw kmsUnavailable(`${call.what}: ${last}${tries > 1 ? ` (${tries} tries)` : ""}`);
      const pause = await settle(Promise.race([wait(pauseMs(tries, call.random)), over]));
      if (pause.kind === "error") throw late(call, last);
    }
  } finally {
    signal.removeEventListener("abort", onOver);
  }
}

const tooLate = new Error("the deadline has passed");

function late(call: KmsCall, last: string): Error {
  return kmsUnavailable(`${call.what}: nothing within ${call.deadlineMs} ms; last: ${last}`);
}

function pauseMs(tries: number, random: Pick<Randomness, "fraction">): number {
  return random.fraction() * Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1));
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

type Settled<T> = { readonly kind: "answer"; readonly value: T } | { readonly kind: "error"; readonly error: unknown };

async function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
  try {
    return { kind: "answer", value: await promise };
  } catch (error) {
    return { kind: "error", error };
  }
}

/** Codes that stand for a connection that was not made or broke; a message of a library could repeat a request. */
export function connectionCode(error: unknown): string | null {
  for (let one = error, depth = 0; depth < 4 && typeof one === "object" && one !== null; depth += 1) {
    const { code, name } = one as { code?: unknown; name?: unknown };
    if (typeof code === "string" && connectionCodes.test(code)) return code;
    if (typeof name === "string" && /^(?:TimeoutError|AbortError)$/.test(name)) return name;
    one = (one as { cause?: unknown }).cause;
  }
  return null;
}

const connectionCodes =
  /^(?:E(?:CONN\w+|PIPE|HOSTUNREACH|NETUNREACH|ADDRNOTAVAIL|TIMEDOUT|AI_AGAIN)|ENOTFOUND|UND_ERR_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|ERR_TLS_\w+|ERR_SSL_\w+|EPROTO|REQUEST_SEND_ERROR)$/;
