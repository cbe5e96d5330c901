/** Scheduled work that its own account keeps waiting looks again after this at the latest, seconds. */
const longestSeconds = 60;

/**
 * When deferred work comes back. Its job stands for every alarm of the account, also for one that is set meanwhile and rings
 * earlier: so work that waits for something of its own account (an open question, somebody else's lease) looks again within a
 * minute, finds itself blocked if it must, and is deferred again. Want of budget lasts as long as it lasts: what was set meanwhile
 * would find none either.
 */
export function comesBackAt(deferred: { readonly cause: "budget" | "account"; readonly until: Date }, now: Date): Date {
  if (deferred.cause === "budget") return deferred.until;
  return new Date(Math.min(deferred.until.getTime(), now.getTime() + longestSeconds * 1000));
}
