/**
 * How long each attempt waits after the one before, seconds: over three days in all (Standard Webhooks 1.0.0, "Deliverability and
 * reliability"). The first is made at once.
 */
export const attemptDelaysSeconds = [
  0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
] as const satisfies readonly number[];

/** Each pause is up to this share shorter or longer, so that what failed together does not come back together. */
const jitter = 0.1;
/** A receiver that asks for more than this asks us to forget it. */
const longestRetryAfterSeconds = 86_400;

/**
 * When a delivery is tried again after a failure.
 *
 * @param tries made since the schedule began, the failed one included
 * @param retryAfterSeconds what the receiver asked for; never earlier than the schedule, and a day at most. null: nothing
 * @param random in [0, 1)
 * @returns null: that was the last one
 */
export function nextAttemptAt(
  tries: number,
  failedAt: Date,
  retryAfterSeconds: number | null,
  random: number,
): Date | null {
  const delay = attemptDelaysSeconds[tries];
  if (delay === undefined) return null;
  const paused = delay * (1 - jitter + 2 * jitter * random);
  const asked = Math.min(retryAfterSeconds ?? 0, longestRetryAfterSeconds);
  return new Date(failedAt.getTime() + Math.max(paused, asked) * 1000);
}
