import { DomainError } from "#core/domain/problem/domain-error";
import { deadlineSignal } from "../oauth/deadline-signal.ts";
import { connectionCode, type KmsVerdict } from "./call-kms.ts";

/**
 * What an error means that came in place of a new version. `denied`: names the permission that is missing. `unsupported`: says what to do
 * instead. `refused`: certain that nothing was added. `unknown`: it may have been.
 */
export interface RotationVerdict {
  readonly kind: "denied" | "unsupported" | "busy" | "refused" | "unknown";
  /** Our own, beside a code or a status: an operator reads them. */
  readonly words: string;
  /** What was left behind all the same, as a sentence. */
  readonly left?: string;
}

export interface RotationCall {
  /** Name of the key. */
  readonly kid: string;
  /** Of one ordinary operation; a new version may take several times as long, milliseconds. */
  readonly deadlineMs: number;
  /** What the steps before have changed already, as sentences; absent: nothing. */
  readonly already?: {
    /** Where this step has certainly not been done. */
    readonly certain: string;
    /** Where it may have been. */
    readonly unknown: string;
  };
  judge(error: unknown): RotationVerdict;
}

/** A new version may take so many times as long as a wrap: 30 s by default. Somebody is waiting, and nothing else is. */
const patience = 6;

/**
 * One step of a rotation, done once: unlike every other operation of a KMS it can't be repeated without harm.
 * @throws DomainError as KmsRotation says
 */
export async function callRotation<T>(call: RotationCall, attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = deadlineSignal(patience * call.deadlineMs);
  const { promise: over, reject } = Promise.withResolvers<never>();
  over.catch(() => {});
  const onOver = (): void => reject(new Error("the deadline has passed"));
  signal.addEventListener("abort", onOver, { once: true });
  try {
    // A client library that doesn't heed the signal is left behind.
    return await Promise.race([attempt(signal), over]);
  } catch (error) {
    if (error instanceof DomainError) throw error;
    throw problemOf(call, signal.aborted ? late : (neverSent(error) ?? call.judge(error)));
  } finally {
    signal.removeEventListener("abort", onOver);
  }
}

const late: RotationVerdict = { kind: "unknown", words: "it did not answer in time" };

/** No connection was made, so that nobody was asked. One that broke is another matter. */
function neverSent(error: unknown): RotationVerdict | null {
  const code = connectionCode(error);
  return code !== null && unconnected.test(code) ? { kind: "refused", words: `not reached (${code})` } : null;
}

const unconnected =
  /^(?:E(?:CONNREFUSED|HOSTUNREACH|NETUNREACH|ADDRNOTAVAIL|AI_AGAIN)|ENOTFOUND|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/;

const codes = {
  denied: "forbidden",
  unsupported: "invalid_request",
  busy: "conflict",
  refused: "kms_unavailable",
  unknown: "kms_unavailable",
} as const;

function problemOf({ kid, already }: RotationCall, { kind, words, left }: RotationVerdict): DomainError {
  const changed =
    left ??
    (kind === "unknown"
      ? (already?.unknown ?? "Whether it has one now is not known: look there before you try again.")
      : (already?.certain ?? "Nothing was changed."));
  const said = kind === "unknown" ? "did not confirm a new version of" : "put no new version into use for";
  const detail = `The key service ${said} ${kid}: ${words}. ${changed}`;
  return new DomainError(codes[kind], { detail, internal: detail });
}

/**
 * Of an error that means for a new version what it means for a wrap.
 * @param isCertain whether it says for certain that nothing was done
 */
export function asRotation(verdict: KmsVerdict, isCertain: boolean): RotationVerdict {
  if (verdict.kind === "invalid") return { kind: "unknown", words: "it answered as if something was to be opened" };
  return { kind: isCertain ? "refused" : "unknown", words: verdict.internal };
}
