import type { AccountChange } from "../ports/account-store.ts";
import type { RequestFailure } from "../ports/authorization-server.ts";
import { failureChange, successChange, type AttemptContext } from "./attempt-changes.ts";
import type { RefreshPorts } from "./refresh-ports.ts";

type Ports = Parameters<typeof successChange>[0];
type Answer = Parameters<typeof successChange>[2];

/** A second step that failed is tried again this soon, doubling up to an hour, seconds. */
const firstPauseSeconds = 60;
const longestPauseSeconds = 3_600;

/**
 * The change of a refresh whose second step failed. Its refresh token is stored, since the one before it may be spent; the access
 * token stays the one from before, with the end that it has. The attempt has failed, and another one follows soon: with a refresh
 * token that works, hours would be too long.
 */
export function unfinishedChange(
  ports: Ports & Pick<RefreshPorts, "clock" | "random">,
  context: AttemptContext,
  answer: Answer,
  failure: RequestFailure,
): AccountChange {
  const { account } = context.claim;
  const { accessToken, tokenType } = answer.previous;
  const isOnClaimed = answer.onto.credentialVersion === account.credentialVersion;
  const expiresAt = isOnClaimed ? answer.result.response.expiresAt : answer.previous.expiresAt;
  const response = { ...answer.result.response, accessToken: accessToken.reveal(), tokenType, expiresAt };
  const kept = successChange(ports, context, { ...answer, result: { ...answer.result, response } });
  // The first step was answered, so nothing of it is in doubt; an answer to the second that was lost costs no refresh token.
  const undoubted = { ...context, claim: { ...context.claim, account: { ...account, doubts: 0, doubtedAt: null } } };
  const { change: failed } = failureChange(ports, undoubted, failure);
  const outcome = failed.attempt?.outcome;
  const isSoon = outcome === "transient" || outcome === "in_doubt";
  const pause = Math.min(firstPauseSeconds * 2 ** account.consecutiveFailures, longestPauseSeconds);
  const soon = new Date(ports.clock.now().getTime() + pause * 1000 * (0.9 + 0.2 * ports.random.fraction()));
  const refreshDueAt = isSoon && failed.set.refreshDueAt != null ? soon : failed.set.refreshDueAt;
  const { hasRefreshToken, refreshTokenRotatedAt, credentialVersion, circuitKey } = kept.set;
  return {
    ...kept,
    set: {
      ...failed.set,
      doubts: 0,
      doubtedAt: null,
      refreshDueAt: refreshDueAt ?? null,
      expiresAt,
      ...(hasRefreshToken === undefined ? {} : { hasRefreshToken }),
      ...(refreshTokenRotatedAt === undefined ? {} : { refreshTokenRotatedAt }),
      ...(credentialVersion === undefined ? {} : { credentialVersion }),
      ...(circuitKey === undefined ? {} : { circuitKey }),
    },
    happening: failed.happening,
    guard: failed.guard,
    attempt:
      failed.attempt === null
        ? null
        : {
            ...failed.attempt,
            nextAttemptAt: isSoon && failed.attempt.nextAttemptAt !== null ? soon : failed.attempt.nextAttemptAt,
            explanation: `The refresh itself worked, and its refresh token is kept; the second step after it failed. ${failed.attempt.explanation}`,
          },
  };
}
