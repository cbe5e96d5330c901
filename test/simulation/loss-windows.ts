import { wasFrozen, type Trouble } from "./life.ts";
import type { SentRequest } from "./request-book.ts";
import { heldUpMs } from "./simulated-process.ts";
import type { SimulatedWorld } from "./world.ts";

/**
 * How a rotated token may be lost, and no other way:
 *
 * - `crash`: its holder died between the provider's work and the durable write, to database or disk
 * - `network`: the answer never came, and the replay that the rotation rule allows was refused
 * - `grace`: either of these, and troubles filled the grace until it ended
 * - `out_of_reach`: the holder lives (or its disk does), but alone was cut off from the database, or paused, for longer than a
 *   lease; nobody can tell it from one that died
 * - `frozen_sender`: a process that was paused between its last check and its send used a token that had been replaced
 * - `works_late`: the provider worked off a request after its sender had given it up
 */
export type LossWindow = "crash" | "network" | "grace" | "out_of_reach" | "frozen_sender" | "works_late";

/** A lost answer is asked for again, and answered, so many seconds after it was given up. */
const replayedSeconds = 25;
/** What a request came to is recorded by then, milliseconds. */
const recordedMs = 10_000;
/** A holder that is gone is found out, and its request asked again, so many seconds later: lease, takeover, replay and its answer. */
const takenOverSeconds = 70;

/**
 * Why the provider refused this request. Null: nothing was lost, the grant was ended by somebody who may. Every other reason is a
 * violation, and reported.
 */
export function classifyLoss(world: SimulatedWorld, fatal: SentRequest): LossWindow | null {
  const { refusal } = fatal;
  const lost = (text: string): LossWindow => {
    world.report("lost", `${fatal.accountId}: ${text}`);
    return "crash";
  };
  if (refusal === null) return lost("an account left although its request was not refused");
  switch (refusal.kind) {
    case "unknown":
      return lost(`the provider never gave out ${fatal.refreshToken}`);
    case "used": {
      const consumer = world.book.find(refusal.consumer);
      return consumer === undefined ? lost("a token was used by nobody") : windowOf(world, consumer, fatal, lost);
    }
    case "grant_ended": {
      if (refusal.by !== "reuse") return null;
      const reuse = refusal.request === null ? undefined : world.book.find(refusal.request);
      const consumer = reuse === undefined ? undefined : firstUserOf(world, reuse);
      if (reuse === undefined || consumer === undefined) return lost("a family was ended by nobody");
      return windowOf(world, consumer, reuse, lost);
    }
  }
}

/** Who used the token of this request before it. */
function firstUserOf(world: SimulatedWorld, reuse: SentRequest): SentRequest | undefined {
  return world.book.requests.find(
    (one) => one !== reuse && one.refreshToken === reuse.refreshToken && one.issued !== null,
  );
}

/** `consumer` used the token and rotated it; `reuse` sent it again. What had become of the answer by then? */
function windowOf(
  world: SimulatedWorld,
  consumer: SentRequest,
  reuse: SentRequest,
  lost: (text: string) => LossWindow,
): LossWindow {
  const window = plainWindowOf(world, consumer, reuse, lost);
  const { rotation } = world.accountIds.get(reuse.accountId)?.options ?? {};
  if (rotation?.rule !== "grace" || (window !== "crash" && window !== "network" && window !== "out_of_reach"))
    return window;
  const processedMs = consumer.processedMs ?? consumer.sentMs;
  const { diedMs } = consumer.life;
  const isGivenUp =
    window === "network" &&
    consumer.settledMs !== null &&
    (diedMs === null || diedMs > consumer.settledMs + recordedMs);
  const calm = {
    fromMs: isGivenUp ? (consumer.settledMs ?? 0) : processedMs,
    untilMs: processedMs + rotation.graceSeconds * 1000,
    lengthMs: ((isGivenUp ? replayedSeconds : takenOverSeconds) + slowdownSeconds(world, consumer)) * 1000,
  };
  const own = [consumer.trouble, isGivenUp ? null : consumer.life.downtime];
  if (hasCalm(world, own, calm)) {
    return lost(
      `a grace of ${rotation.graceSeconds} s held long enough, and the answer to request ${consumer.id} was not asked for again`,
    );
  }
  return "grace";
}

function plainWindowOf(
  world: SimulatedWorld,
  consumer: SentRequest,
  reuse: SentRequest,
  lost: (text: string) => LossWindow,
): LossWindow {
  if (reuse.isFrozen) return "frozen_sender";
  for (const one of [reuse, consumer]) {
    if (one.processedMs !== null && one.processedMs > one.deadlineMs) return "works_late";
  }
  const holder = consumer.life;
  const hadAnswer =
    consumer.result === "tokens" && consumer.settledMs !== null && consumer.settledMs <= reuse.claimedMs;
  if (!hadAnswer) {
    if (holder.diedMs !== null && (consumer.settledMs === null || consumer.result === "tokens")) return "crash";
    if (wasFrozen(holder, consumer.sentMs, Math.min(consumer.settledMs ?? reuse.claimedMs, reuse.claimedMs)))
      return "out_of_reach";
    if (consumer.result === "doubt") return "network";
    return lost(`request ${reuse.id} was claimed before the answer to request ${consumer.id} had come`);
  }
  const story = world.book.storyOf(consumer.issued ?? "");
  const answeredMs = consumer.settledMs ?? 0;
  if (story.writtenMs !== null && story.writtenMs <= reuse.claimedMs) {
    return lost(`request ${reuse.id} sent a token that request ${consumer.id} had replaced`);
  }
  const isPaused = wasFrozen(holder, answeredMs, reuse.claimedMs);
  const isCutOff = world.database.wasCutOffAlone(holder.process, answeredMs, reuse.claimedMs);
  if (story.spooledMs !== null && story.spooledMs <= reuse.claimedMs) {
    const isElsewhere = story.machine !== reuse.life.machine;
    if (isElsewhere && (holder.diedMs !== null || isPaused || isCutOff)) return "out_of_reach";
    // Spooled while the other process was between its look at the disk and its claim.
    if (!isElsewhere && isPaused) return "out_of_reach";
    return lost(`request ${reuse.id} was sent while the answer to request ${consumer.id} lay on ${story.machine}`);
  }
  if (holder.diedMs !== null && holder.diedMs <= reuse.claimedMs) return "crash";
  if (isPaused || isCutOff) return "out_of_reach";
  return lost(`request ${reuse.id} was sent while ${holder.process} held the answer to request ${consumer.id}`);
}

/** Replays slow down with each request that was made in vain before them. */
function slowdownSeconds(world: SimulatedWorld, { id, accountId, version }: SentRequest): number {
  const vain = world.book.requests.filter(
    (one) => one.id !== id && one.accountId === accountId && one.version === version && one.result !== "fatal",
  ).length;
  return vain === 0 ? 0 : 6 * 2 ** Math.min(vain, 7);
}

interface Calm {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly lengthMs: number;
}

/** Whether nothing else was wrong for so long at some time between the two. */
function hasCalm(
  world: SimulatedWorld,
  own: readonly (Trouble | null)[],
  { fromMs, untilMs, lengthMs }: Calm,
): boolean {
  const outages = [world.database, world.keys, world.disks].flatMap((one) => one.all);
  // What a fault interrupts, an account's holder for one, holds the account up for a while longer.
  const heldUp = outages.map((one) => ({ fromMs: one.fromMs, untilMs: Math.max(one.untilMs, one.fromMs + heldUpMs) }));
  const troubles = [...world.troubles.filter((one) => !own.includes(one)), ...heldUp]
    .filter((one) => one.untilMs >= fromMs && one.fromMs <= untilMs)
    .toSorted((a, b) => a.fromMs - b.fromMs);
  let calmSinceMs = fromMs;
  for (const { fromMs: beginsMs, untilMs: endsMs } of troubles) {
    if (beginsMs - calmSinceMs >= lengthMs) return true;
    calmSinceMs = Math.max(calmSinceMs, endsMs);
  }
  return untilMs - calmSinceMs >= lengthMs;
}
