/** What is known when a provider has answered a call. */
export interface AnswerState {
  /** What the answer says about the credentials, in the words of RFC 6750 §3.1, or of the definition; null: nothing. */
  readonly error: string | null;
  /** What the call was authorized with: tokens are refreshed, what somebody typed is probed. */
  readonly credentials: "token" | "typed";
  /** Requests that the provider has had of this call, this one among them. */
  readonly sent: number;
  /** Whether everything that was sent can be sent once more. */
  readonly canReplay: boolean;
}

export type AfterAnswer =
  /** It is the caller's. */
  | "pass"
  /** One forced refresh, shared by all who need it, and then once more; the answer is the caller's if that gives no new token. */
  | "renew_and_replay"
  /** The refresh is for the calls that follow: what this one sent is gone. */
  | "renew_and_pass"
  /** Nothing renews what was typed; whether it is dead is asked once, apart from this call (R4). */
  | "probe_and_pass";

/**
 * R72, D15: only the sign of a dead token makes a second request, and there is no third. Every other answer, and every error, is
 * passed on, whatever the method; `insufficient_scope` too, which a new token would not mend (RFC 6750 §3.1).
 */
export function decideAfterAnswer({ error, credentials, sent, canReplay }: AnswerState): AfterAnswer {
  if (error !== "invalid_token" || sent > 1) return "pass";
  if (credentials === "typed") return "probe_and_pass";
  return canReplay ? "renew_and_replay" : "renew_and_pass";
}

export type RenewalDecision =
  /** A newer token than the rejected one is there already. */
  | "use_newer"
  | "refresh"
  /** A token that was made because the one before it was rejected is rejected too: it is not the token. */
  | "leave";

/** After a refresh that did not help, the next one for a rejection waits so long, seconds; twice as long after each further one. */
export const firstVainPauseSeconds = 60;
export const longestVainPauseSeconds = 900;
/** Refreshes for a rejection that are older say nothing about the one now. */
export const vainMemorySeconds = 3_600;

/**
 * Whether a rejected token is worth a refresh. Each costs the provider a request and the account a rotation, so an endpoint that
 * answers 401 for a reason of its own must not cause one per call: it gets one, then a pause of a minute, then two, four, at most
 * fifteen.
 *
 * @param refreshedAt when rejections led to new tokens, in any process, in any order
 */
export function decideRenewal(
  versions: { readonly rejected: number; readonly current: number },
  refreshedAt: readonly Date[],
  now: Date,
): RenewalDecision {
  if (versions.current > versions.rejected) return "use_newer";
  const ages = refreshedAt.map((at) => (now.getTime() - at.getTime()) / 1000).filter((age) => age < vainMemorySeconds);
  if (ages.length === 0) return "refresh";
  const pause = Math.min(firstVainPauseSeconds * 2 ** (ages.length - 1), longestVainPauseSeconds);
  return Math.min(...ages) >= pause ? "refresh" : "leave";
}
